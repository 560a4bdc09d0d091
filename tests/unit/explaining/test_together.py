"""Many failures at once: each cause once, root causes first, nothing lost."""

from __future__ import annotations

import pytest

from gitmoxi.domain.explanations import EVIDENCE_KEPT, LOG, MOST_WORDS, kept
from gitmoxi.explaining.explaining import MOST_LOG_LINES, explain
from gitmoxi.explaining.signs import FailedTask, FunctionStates, Refusal, StoppedContainer, TargetState
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
    tasks = [FailedTask(reason=f"{PULL.reason} (attempt {n})") for n in range(100)]
    (explained,) = explain(tasks)
    assert explained.count == 100
    assert len(explained.evidence) == MOST_WORDS


def crashed(number, *lines):
    containers = (StoppedContainer(name="web", exit_code=1),)
    arn = f"arn:aws:ecs:eu-central-1:111122223333:task/prod/{number:032x}"
    return FailedTask(
        reason="Essential container in task exited", containers=containers, arn=arn, log_lines=lines
    )


def test_the_words_of_one_failure_are_shown_once_whatever_task_or_request_they_name():
    events = [
        f"(service web) (task {number:032x}) (port 80) is unhealthy in (target-group x) due to (reason "
        "Health checks failed with these codes: [502])."
        for number in (2**100, 2**101, 2**102)
    ]
    (explained,) = explain(events=events)
    assert (explained.count, explained.evidence) == (3, (events[0],))


REQUEST = "3b6f1c0e-0a1b-4c2d-8e3f-9a0b1c2d3e4f"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(f"RequestID: {REQUEST}", f"RequestID: {REQUEST.replace('3', '7')}", id="requests"),
        pytest.param(f"task {'0a' * 16}", f"task {'9f' * 16}", id="tasks"),
        pytest.param("at 2026-11-22T03:04:05.678Z", "at 2026-11-23 13:14", id="moments"),
        pytest.param("dial tcp 10.0.3.17:443: no", "dial tcp 10.0.4.18:443: no", id="addresses"),
        pytest.param("instance i-0123456789abcdef0", "instance i-0abcdef01", id="instances"),
    ],
)
def test_unknown_words_that_differ_in_ids_are_one_failure(one, other):
    (explained,) = explain([FailedTask(reason=f"Zz {one}"), FailedTask(reason=f"Zz {other}")])
    assert (explained.id, explained.count, explained.evidence) == ("unknown", 2, (f"Zz {one}",))


def test_of_the_logs_of_many_tasks_one_is_shown_whole():
    logs = [[f"attempt {n}, line {line}" for line in range(MOST_LOG_LINES)] for n in range(5)]
    (explained,) = explain([crashed(n, *lines) for n, lines in enumerate(logs)])
    assert explained.log == tuple(f"{LOG}{line}" for line in logs[0])


def test_of_a_log_that_is_too_long_to_be_kept_the_end_is_kept():
    lines = [f"{n} {'x' * 600}" for n in range(MOST_LOG_LINES)]
    (explained,) = kept(explain([crashed(1, *lines, "KeyError: 'DATABASE_URL'")]))
    assert explained.evidence[:2] == ("Essential container in task exited", "container web: exit code 1")
    assert explained.evidence[-1] == f"{LOG}KeyError: 'DATABASE_URL'"
    assert sum(map(len, explained.evidence)) <= EVIDENCE_KEPT


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
