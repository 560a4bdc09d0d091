"""Many failures at once: each cause once, root causes first, nothing lost."""

from __future__ import annotations

from gitmoxi.explaining.evidence import MOST_EVIDENCE
from gitmoxi.explaining.explaining import explain
from gitmoxi.explaining.signs import FailedTask, FunctionStates, Refusal, TargetState
from tests.unit.explaining.documented import MESSAGES

PULL = FailedTask(stop_code="TaskFailedToStart", reason=MESSAGES["image.not-found"][0])
FULL = FailedTask(stop_code="TaskFailedToStart", reason=MESSAGES["task.no-free-addresses"][0])
BREAKER = "(service web) deployment failed: tasks failed to start."


def test_nothing_failed():
    assert explain() == ()


def test_the_same_cause_of_many_tasks_is_told_once_with_its_count():
    (explained,) = explain([PULL] * 5)
    assert (explained.id, explained.count, explained.evidence) == ("image.not-found", 5, (PULL.reason,))


def test_different_names_are_different_causes():
    other = FailedTask(reason=PULL.reason.replace("v42", "v43"))
    assert [one.count for one in explain([PULL, other])] == [1, 1]


def test_root_causes_come_before_unknown_words_before_symptoms():
    explained = explain(tasks=[FailedTask(reason="never seen"), PULL], events=[BREAKER])
    assert [one.id for one in explained] == ["image.not-found", "unknown", "deployment.circuit-breaker"]


def test_the_most_frequent_cause_comes_first():
    assert [one.id for one in explain([PULL, FULL, FULL])] == ["task.no-free-addresses", "image.not-found"]


def test_different_unknown_words_stay_apart_and_equal_ones_are_counted():
    explained = explain([FailedTask(reason="a"), FailedTask(reason="b"), FailedTask(reason="b")])
    assert [(one.evidence, one.count) for one in explained] == [(("b",), 2), (("a",), 1)]


def test_evidence_of_many_failures_is_bounded():
    tasks = [FailedTask(reason=f"{PULL.reason} (request {n})") for n in range(100)]
    (explained,) = explain(tasks)
    assert explained.count == 100
    assert len(explained.evidence) == MOST_EVIDENCE


def test_every_kind_of_sign_is_explained():
    explained = explain(
        tasks=[PULL],
        events=[BREAKER, "(service web) has reached a steady state."],
        refusals=[Refusal(action="ecs:CreateService", code="ClusterNotFoundException", message="gone")],
        targets=[TargetState(state="unhealthy", code="Target.Timeout"), TargetState(state="healthy")],
        functions=[FunctionStates(state="Failed", state_code="InvalidSubnet"), FunctionStates()],
    )
    assert [one.id for one in explained] == [
        "request.cluster-missing",
        "image.not-found",
        "function.invalid-subnet",
        "target.timeout",
        "deployment.circuit-breaker",
    ]
