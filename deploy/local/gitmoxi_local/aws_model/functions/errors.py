"""Lambda's refusals: the codes of its API pages, with the texts that the service is known to send."""

from __future__ import annotations

from gitmoxi_local.aws_model.base import AwsError


def invalid(message: str) -> AwsError:
    """InvalidParameterValueException."""
    return AwsError("InvalidParameterValueException", message)


def not_found(arn: str) -> AwsError:
    """A function or version that does not exist."""
    return AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404)


def alias_not_found(arn: str) -> AwsError:
    """An alias that does not exist."""
    return AwsError("ResourceNotFoundException", f"Cannot find alias arn: {arn}", 404)


def conflict(message: str) -> AwsError:
    """ResourceConflictException."""
    return AwsError("ResourceConflictException", message, 409)


def wrong_state(state: str) -> AwsError:
    """A call that the function's state does not allow."""
    return conflict(
        "The operation cannot be performed at this time. The function is currently in the following "
        f"state: {state}"
    )


def stale_revision() -> AwsError:
    """A RevisionId that is not the current one."""
    return AwsError(
        "PreconditionFailedException",
        "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API "
        "to retrieve the latest RevisionId for your resource.",
        412,
    )


def not_modelled(operation: str) -> AwsError:
    """An operation that the model does not have; AWS never answers so."""
    return AwsError("UnsupportedFeatureException", f"the local cloud does not model lambda:{operation}", 501)
