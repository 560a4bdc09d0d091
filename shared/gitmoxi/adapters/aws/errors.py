"""The one place where botocore's errors become ours, cut by what a worker can do about them.

Codes: the "Common Error Types" page of each service's API reference, and botocore's service models.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from socket import gaierror

from aiohttp import ClientConnectorError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    MetadataRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from gitmoxi.errors import (
    AccessDeniedError,
    AwsRejectedError,
    ContentionError,
    GitmoxiError,
    OutcomeUnknownError,
    PermanentError,
    RetryableError,
    ThrottledError,
    UnavailableError,
)

# Codes after which the same call may succeed later, and what each group means.
_THROTTLED = (ThrottledError, "was throttled by AWS")
_CONTENDED = (ContentionError, "met another change of the same resource")
_NOT_RECEIVED = (UnavailableError, "did not reach AWS in time and was not carried out")
_EXPIRED = (RetryableError, "was refused, for our AWS credentials are to be refreshed")

_WAITS: Mapping[str, tuple[type[RetryableError], str]] = {
    "BandwidthLimitExceeded": _THROTTLED,
    "EC2ThrottledException": _THROTTLED,
    "KmsThrottled": _THROTTLED,
    "OverLimit": _THROTTLED,
    "ProvisionedThroughputExceeded": _THROTTLED,
    "ProvisionedThroughputExceededException": _THROTTLED,
    "RequestLimitExceeded": _THROTTLED,
    "RequestThrottled": _THROTTLED,
    "RequestThrottledException": _THROTTLED,
    "SlowDown": _THROTTLED,
    "ThrottledException": _THROTTLED,
    "Throttling": _THROTTLED,
    "ThrottlingException": _THROTTLED,
    "TooManyRequestsException": _THROTTLED,
    "OperationAborted": _CONTENDED,
    "PriorRequestNotComplete": _CONTENDED,
    "TransactionConflictException": _CONTENDED,
    "TransactionInProgressException": _CONTENDED,
    "RequestTimeout": _NOT_RECEIVED,
    "RequestTimeoutException": _NOT_RECEIVED,
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
}

_SERVER_FAULTS = frozenset(
    {
        "HealthUnavailable",
        "InternalError",
        "InternalException",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "ServerException",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)

_DENIALS = frozenset(
    {
        "AuthFailure",
        "AuthorizationError",
        "AuthorizationErrorException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "NotAuthorizedException",
        "SignatureDoesNotMatch",
        "UnauthorizedAccess",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)

# AWS shares these codes with real refusals; only the words tell that waiting helps. ECS says the first
# of two registrations in one family, Lambda the second of a function that is Pending or being updated.
_PASSING_REFUSALS = {
    "ClientException": "Too many concurrent attempts to create a new revision of the specified family",
    "ResourceConflictException": "The operation cannot be performed at this time",
}

_UNREACHED = (ConnectTimeoutError, ProxyConnectionError, SSLError)
_CUT_OFF = (
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseParserError,
)
_NO_CREDENTIALS = (CredentialRetrievalError, MetadataRetrievalError, NoCredentialsError)


def translate(operation: str, error: Exception, *, mutation: bool) -> GitmoxiError:
    """Our error for an error that a client of botocore or aiobotocore raised.

    ``operation`` is named as in IAM, for example ``ecs:CreateService``. With ``mutation`` an answer
    that leaves open whether AWS carried the call out becomes an ``OutcomeUnknownError``.
    """
    if isinstance(error, GitmoxiError):
        return error
    if isinstance(error, ClientError):
        return _refusal(operation, error, mutation=mutation)
    if isinstance(error, ParamValidationError):
        reason = f"the request does not fit AWS's API and was not sent: {error}"
        return AwsRejectedError(operation=operation, code="ParamValidationError", reason=reason)
    return _no_answer(operation, error, mutation=mutation)


@asynccontextmanager
async def aws_errors(operation: str, *, mutation: bool) -> AsyncIterator[None]:
    """Translate what the AWS client inside raises; errors of other origin pass unchanged."""
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        raise translate(operation, error, mutation=mutation) from error


def error_code(error: ClientError) -> str:
    """AWS's error code without the ``Client.`` or ``Server.`` that EC2's protocol puts before it."""
    code = str(error.response.get("Error", {}).get("Code", "Unknown"))
    return code.removeprefix("Client.").removeprefix("Server.")


def _no_answer(operation: str, error: Exception, *, mutation: bool) -> GitmoxiError:
    if isinstance(error, _UNREACHED) or _never_connected(error):
        return UnavailableError(f"{operation} could not be sent: {error}")
    if isinstance(error, _NO_CREDENTIALS):
        return UnavailableError(
            f"{operation} was not sent, for there are no AWS credentials at the moment: {error}. "
            "If this lasts, check the role of the task or instance, or AWS_* in the environment."
        )
    if isinstance(error, _CUT_OFF):
        return _unanswered(operation, str(error), mutation=mutation)
    return PermanentError(f"{operation} cannot be called: {error}")


def _never_connected(error: Exception) -> bool:
    """Whether no connection stood: aiobotocore reports a reset amid the request by the same class."""
    if not isinstance(error, EndpointConnectionError):
        return False
    return isinstance(error.kwargs.get("error"), ClientConnectorError | ConnectionRefusedError | gaierror)


def _unanswered(operation: str, reason: str, *, mutation: bool) -> GitmoxiError:
    if mutation:
        return OutcomeUnknownError(
            f"{operation} was sent, but whether AWS carried it out is unknown: {reason}"
        )
    return UnavailableError(f"{operation} got no answer: {reason}")


def _refusal(operation: str, error: ClientError, *, mutation: bool) -> GitmoxiError:
    code = error_code(error)
    message = str(error.response.get("Error", {}).get("Message", "")) or "AWS gave no message"
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", HTTPStatus.BAD_REQUEST))
    wait = _WAITS.get(code) or (_THROTTLED if status == HTTPStatus.TOO_MANY_REQUESTS else None)
    if wait is not None:
        kind, meaning = wait
        return kind(f"{operation} {meaning}: {code}: {message}")
    if code in _DENIALS or code.startswith("AccessDenied"):
        return AccessDeniedError(operation=operation, code=code, reason=message)
    if code in _SERVER_FAULTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unanswered(operation, f"AWS answered HTTP {status}: {code}: {message}", mutation=mutation)
    if code in _PASSING_REFUSALS and _PASSING_REFUSALS[code] in message:
        return RetryableError(f"{operation} must wait: {code}: {message}")
    return AwsRejectedError(operation=operation, code=code, reason=message)
