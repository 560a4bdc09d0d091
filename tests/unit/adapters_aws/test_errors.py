"""Botocore's errors become ours by what a worker can do about them."""

from __future__ import annotations

import socket

import pytest
from aiohttp import ClientConnectorError, ClientOSError
from aiohttp.client_reqrep import ConnectionKey
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from gitmoxi.adapters.aws.errors import aws_errors, translate
from gitmoxi.errors import (
    AccessDeniedError,
    AwsRejectedError,
    ContentionError,
    InvariantError,
    OutcomeUnknownError,
    PermanentError,
    RetryableError,
    ThrottledError,
    UnavailableError,
)

URL = "http://127.0.0.1:9/"


def refusal(code: str, message: str = "AWS's words", status: int = 400) -> ClientError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "CreateService")


def never_connected() -> EndpointConnectionError:
    key = ConnectionKey("127.0.0.1", 9, False, True, None, None, None)
    return EndpointConnectionError(
        endpoint_url=URL, error=ClientConnectorError(key, ConnectionRefusedError(111, "refused"))
    )


def reset_amid_request() -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url=URL, error=ClientOSError(104, "Connection reset by peer"))


@pytest.mark.parametrize("mutation", [pytest.param(True, id="mutation"), pytest.param(False, id="read")])
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(refusal("ThrottlingException"), ThrottledError, id="ECS throttles"),
        pytest.param(refusal("Throttling"), ThrottledError, id="ELB and CloudWatch throttle"),
        pytest.param(refusal("TooManyRequestsException", status=429), ThrottledError, id="Lambda throttles"),
        pytest.param(refusal("RequestLimitExceeded"), ThrottledError, id="request limit"),
        pytest.param(refusal("ProvisionedThroughputExceededException"), ThrottledError, id="DynamoDB"),
        pytest.param(refusal("SlowDown", status=503), ThrottledError, id="S3 throttles with a 503"),
        pytest.param(refusal("NewName", status=429), ThrottledError, id="429 under an unknown code"),
        pytest.param(refusal("TransactionConflictException"), ContentionError, id="transaction conflict"),
        pytest.param(refusal("RequestTimeout"), UnavailableError, id="AWS did not get the request in time"),
        pytest.param(refusal("ExpiredTokenException"), RetryableError, id="expired token"),
        pytest.param(refusal("AccessDeniedException"), AccessDeniedError, id="access denied"),
        pytest.param(refusal("AccessDenied", status=403), AccessDeniedError, id="access denied, query"),
        pytest.param(refusal("Client.UnauthorizedOperation"), AccessDeniedError, id="EC2's unauthorized"),
        pytest.param(refusal("NotAuthorized"), AccessDeniedError, id="not authorized"),
        pytest.param(refusal("UnrecognizedClientException"), AccessDeniedError, id="unknown access key"),
        pytest.param(refusal("InvalidParameterException"), AwsRejectedError, id="invalid parameter"),
        pytest.param(refusal("LimitExceededException"), AwsRejectedError, id="a quota is no throttle"),
        pytest.param(refusal("ClientException", "No such family"), AwsRejectedError, id="client exception"),
        pytest.param(
            refusal(
                "ClientException",
                "Too many concurrent attempts to create a new revision of the specified family.",
            ),
            RetryableError,
            id="two registrations in one family",
        ),
        pytest.param(
            refusal("ResourceConflictException", "Function already exist: api", status=409),
            AwsRejectedError,
            id="function exists",
        ),
        pytest.param(
            refusal(
                "ResourceConflictException",
                "The operation cannot be performed at this time. An update is in progress for resource: api",
                status=409,
            ),
            RetryableError,
            id="function is being updated",
        ),
        pytest.param(ParamValidationError(report="Unknown parameter: x"), AwsRejectedError, id="bad request"),
        pytest.param(never_connected(), UnavailableError, id="connection refused"),
        pytest.param(
            EndpointConnectionError(endpoint_url=URL, error=socket.gaierror(-2, "unknown name")),
            UnavailableError,
            id="unknown host",
        ),
        pytest.param(ConnectTimeoutError(endpoint_url=URL), UnavailableError, id="connect timeout"),
        pytest.param(SSLError(endpoint_url=URL, error="no trust"), UnavailableError, id="TLS handshake"),
        pytest.param(NoCredentialsError(), UnavailableError, id="no credentials"),
        pytest.param(
            CredentialRetrievalError(provider="container-role", error_msg="503"),
            UnavailableError,
            id="credentials cannot be fetched",
        ),
        pytest.param(NoRegionError(), PermanentError, id="no region"),
    ],
)
def test_calls_that_had_no_effect(error, expected, mutation):
    translated = translate("ecs:CreateService", error, mutation=mutation)
    assert type(translated) is expected
    assert "ecs:CreateService" in str(translated)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(refusal("ServerException", status=500), id="ECS's 500"),
        pytest.param(refusal("ServiceException", status=500), id="Lambda's 500"),
        pytest.param(refusal("ServiceUnavailable", status=503), id="503"),
        pytest.param(refusal("502", "Bad Gateway", status=502), id="a proxy's 502"),
        pytest.param(refusal("InternalFailure"), id="server fault without its status"),
        pytest.param(ReadTimeoutError(endpoint_url=URL), id="read timeout"),
        pytest.param(ConnectionClosedError(endpoint_url=URL), id="connection closed"),
        pytest.param(reset_amid_request(), id="connection reset"),
        pytest.param(HTTPClientError(error="broken"), id="anything else of the transport"),
        pytest.param(ResponseParserError("<html>"), id="an answer that is not AWS's"),
    ],
)
def test_answers_that_leave_the_effect_open(error):
    assert type(translate("ecs:CreateService", error, mutation=True)) is OutcomeUnknownError
    assert type(translate("ecs:DescribeServices", error, mutation=False)) is UnavailableError


def test_a_rejection_keeps_code_and_message():
    error = translate("ecs:UpdateService", refusal("ServiceNotActiveException", "gone"), mutation=True)
    assert isinstance(error, AwsRejectedError)
    assert (error.operation, error.code, error.reason) == (
        "ecs:UpdateService",
        "ServiceNotActiveException",
        "gone",
    )


def test_a_denial_keeps_awss_words():
    message = "User: u is not authorized to perform: iam:PassRole on resource: r"
    error = translate("ecs:CreateService", refusal("AccessDeniedException", message), mutation=True)
    assert isinstance(error, AccessDeniedError)
    assert (error.code, error.reason) == ("AccessDeniedException", message)


async def test_the_context_manager_chains_the_cause():
    cause = refusal("ThrottlingException")
    with pytest.raises(ThrottledError) as caught:
        async with aws_errors("ecs:DescribeServices", mutation=False):
            raise cause
    assert caught.value.__cause__ is cause


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(InvariantError("ours"), id="ours already"),
        pytest.param(KeyError("bug"), id="a bug"),
    ],
)
async def test_errors_that_are_not_the_clients_pass_unchanged(error):
    with pytest.raises(type(error)) as caught:
        async with aws_errors("ecs:DescribeServices", mutation=False):
            raise error
    assert caught.value is error
