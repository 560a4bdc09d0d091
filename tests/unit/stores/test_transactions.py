"""What a cancelled DynamoDB transaction means."""

from __future__ import annotations

import pytest

from gitmoxi.adapters.dynamodb.transactions import cancellation
from gitmoxi.errors import AwsRejectedError, ContentionError, GitmoxiError, ThrottledError

_NAMES = ["deployment d-1", "target t", "branch main"]


@pytest.mark.parametrize(
    ("codes", "kind", "said"),
    [
        pytest.param(
            ["None", "ConditionalCheckFailed", "None"],
            ContentionError,
            "target t: somebody else wrote it first",
            id="a condition failed",
        ),
        pytest.param(
            ["TransactionConflict", "None", "None"],
            ContentionError,
            "deployment d-1: somebody else is writing it",
            id="another transaction is under way",
        ),
        pytest.param(
            ["ConditionalCheckFailed", "TransactionConflict", "None"],
            ContentionError,
            "deployment d-1: .*; target t: ",
            id="all that lost are named",
        ),
        pytest.param(
            ["None", "None", "ThrottlingError"], ThrottledError, "branch main", id="throttled on demand"
        ),
        pytest.param(
            ["ConditionalCheckFailed", "ProvisionedThroughputExceeded", "None"],
            ThrottledError,
            "target t",
            id="throttling comes before a condition",
        ),
        pytest.param(
            ["ConditionalCheckFailed", "ValidationError", "None"],
            AwsRejectedError,
            "target t: why",
            id="an item that cannot be stored",
        ),
        pytest.param(["None", "None", "None"], ContentionError, "gave no reason", id="no reason"),
    ],
)
def test_the_reasons_decide_the_error(codes: list[str], kind: type[GitmoxiError], said: str) -> None:
    reasons = [{"Code": code, "Message": "why"} for code in codes]
    with pytest.raises(kind, match=said):
        raise cancellation(reasons, _NAMES)


def test_without_reasons_it_is_contention() -> None:
    with pytest.raises(ContentionError, match="gave no reason"):
        raise cancellation([], _NAMES)
