"""The request quotas of Lambda's control plane as its Developer Guide publishes them.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Lambda API requests"
"""

from __future__ import annotations

from gitmoxi_local.aws_model.functions.operations import OPERATIONS
from gitmoxi_local.aws_model.request_limits import Bucket, RequestLimits

_GET_FUNCTION = Bucket(group="GetFunction", burst=100, per_second=100)
_ALL_OTHERS = Bucket(group="control plane", burst=15, per_second=15)
"""That a bucket holds one second's calls is unverified: the page gives rates alone."""


def published() -> RequestLimits:
    """Fresh buckets of every modelled operation, not yet switched on."""
    return RequestLimits(
        buckets={
            operation: _GET_FUNCTION if operation == "GetFunction" else _ALL_OTHERS
            for operation in OPERATIONS
        },
        code="TooManyRequestsException",
        status=429,
    )
