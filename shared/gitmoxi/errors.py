"""The error tree, cut by what a worker does about an error."""

from __future__ import annotations


class GitmoxiError(Exception):
    """Any error of ours; the message is written for the person who reads it."""


class RetryableError(GitmoxiError):
    """Nothing is wrong with the work: try it again later."""


class PermanentError(GitmoxiError):
    """Trying again cannot help: record it, tell the user, acknowledge the message."""


class InvariantError(GitmoxiError):
    """A bug of ours: stop this work and alert."""


class CorruptRecordError(InvariantError):
    """A stored record cannot be read: it was spoilt, or written by a newer release."""


class ContentionError(RetryableError):
    """A conditional write lost: somebody else moved the record first. Read again."""


class ThrottledError(RetryableError):
    """AWS asked for fewer calls, or would: the call was not carried out.

    Attributes:
        retry_after_seconds: when a call is likely to be let through; None: nobody knows.
    """

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class UnavailableError(RetryableError):
    """The service answered 5xx, or the network failed before the request was sent."""


class OutcomeUnknownError(RetryableError):
    """The request was sent and no answer came: the effect must be looked for before a repeat."""


class AwsRejectedError(PermanentError):
    """AWS refused the call.

    Attributes:
        operation: the AWS API call, for example ``ecs:CreateService``.
        code: AWS's error code.
        reason: AWS's message.
    """

    def __init__(self, *, operation: str, code: str, reason: str) -> None:
        super().__init__(f"{operation} was refused by AWS: {code}: {reason}")
        self.operation = operation
        self.code = code
        self.reason = reason


class AccessDeniedError(AwsRejectedError):
    """Our role may not make the call; the message names the action and the resource."""


class NotFoundError(PermanentError):
    """What was asked for does not exist."""


class UnreadableBodyError(PermanentError):
    """A stored body that this release cannot read; ``what`` says in a sentence's middle what it is."""

    def __init__(self, what: str, error: Exception) -> None:
        super().__init__(
            f"Another release of Gitmoxi stored {what}, and this one cannot read it ({error!r}). "
            "Deploy the commit again: gmctl commit deploy -f."
        )


class InvalidInputError(PermanentError):
    """What a person or another system sent cannot be used; the message says why and what to do."""
