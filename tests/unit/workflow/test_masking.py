"""No sensitive value reaches what a deployment says about itself, and no look serves another version."""

from __future__ import annotations

import pytest

from gitmoxi.domain.deployments import Progress
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.sensitive import mask_of
from gitmoxi.domain.states import State
from gitmoxi.errors import AccessDeniedError, AwsRejectedError, NotFoundError, PermanentError
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.errors import PlanningError, ReplacementNeededError
from gitmoxi.strategies.decision import Decision
from gitmoxi.workflow.looks import Looks
from gitmoxi.workflow.masking import masked_decision, masked_error

CANARY = "s3cr3t-value"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(PlanningError(f"role: {CANARY}"), PlanningError, id="planning"),
        pytest.param(
            AwsRejectedError(operation="ecs:CreateService", code="ClientException", reason=CANARY),
            AwsRejectedError,
            id="refused by AWS",
        ),
        pytest.param(
            AccessDeniedError(operation="iam:PassRole", code="AccessDenied", reason=CANARY),
            AccessDeniedError,
            id="denied",
        ),
        pytest.param(NotFoundError(CANARY), PermanentError, id="anything else"),
    ],
)
def test_an_error_keeps_its_kind_and_loses_the_value(error, kind):
    masked = masked_error(error, (CANARY,))
    assert type(masked) is kind
    assert CANARY not in str(masked)
    assert mask_of(CANARY) in str(masked)


def test_a_refusal_keeps_its_operation_and_code():
    error = AwsRejectedError(operation="ecs:CreateService", code="ClientException", reason=CANARY)
    masked = masked_error(error, (CANARY,))
    assert isinstance(masked, AwsRejectedError)
    assert (masked.operation, masked.code) == ("ecs:CreateService", "ClientException")


def test_an_error_without_such_a_value_stays_the_same():
    error = PlanningError("nothing to hide")
    assert masked_error(error, (CANARY,)) is error


def test_a_decision_is_masked_in_all_its_texts():
    text, hidden = f"exec {CANARY}", f"exec {mask_of(CANARY)}"
    told = Explanation(id="unknown", cause=text, evidence=(text, text), advice=text, source="")
    decision = Decision(
        step="x", because=text, to=State.FAILED, progress=Progress(), cause=text, explanations=(told,)
    )
    masked = masked_decision(decision, (CANARY,))
    assert masked.because == masked.cause == hidden
    (explanation,) = masked.explanations
    assert (explanation.cause, explanation.evidence, explanation.advice) == (hidden, (hidden, hidden), hidden)


def test_a_look_is_taken_once_and_by_its_version_only():
    looks: Looks[str] = Looks()
    looks.keep("d-1", 4, "seen")
    assert looks.take("d-1", 4) == "seen"
    assert looks.take("d-1", 4) is None
    looks.keep("d-1", 4, "seen")
    assert looks.take("d-1", 5) is None
    assert looks.take("d-2", 4) is None


def test_the_oldest_looks_are_forgotten():
    looks: Looks[int] = Looks()
    for number in range(1000):
        looks.keep(f"d-{number}", 1, number)
    assert looks.take("d-0", 1) is None
    assert looks.take("d-999", 1) == 999


def test_a_refusal_to_replace_stays_one_and_keeps_its_differences():
    difference = Difference(document="service", path="role", before="a", after="b")
    error = ReplacementNeededError(f"role {CANARY} is fixed", differences=(difference,))

    masked = masked_error(error, (CANARY,))

    assert isinstance(masked, ReplacementNeededError)
    assert masked.differences == (difference,)
    assert CANARY not in str(masked)
