"""Which of AWS's words are about our deployment, and when the stopped tasks are worth reading."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import Progress
from gitmoxi.domain.sensitive import mask_of
from gitmoxi.explaining.signs import FailedTask, StoppedContainer
from gitmoxi.ports.ecs import EcsService
from gitmoxi.strategies.ecs_explaining import explanations_of, stopped_tasks_may_tell
from gitmoxi.strategies.ecs_progress import (
    ECS_DEPLOYMENT,
    LOOK_CLOSER,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from tests.unit.strategies.stories import (
    BEFORE,
    NOW,
    OUR_ROLLOUT,
    OURS,
    PREVIOUS_ROLLOUT,
    ecs,
    rollout,
    service,
    stopped,
)

FOLLOWED = Progress(phase="follow", since=NOW, values={ECS_DEPLOYMENT: OURS, SERVICE_DEPLOYMENT: OUR_ROLLOUT})
NO_PLACE = "(service web) was unable to place a task. Reason: Capacity is unavailable at this time."
STEADY = "(service web) has reached a steady state."


def telling(*events: tuple[int, str], live: EcsService | None = None, began: int | None = None) -> EcsService:
    """A service with events, each some seconds after ``NOW``; ``began`` is when ECS made our deployment."""
    live = live or service()
    [entry] = live.document["deployments"]
    made = {} if began is None else {"createdAt": NOW + timedelta(seconds=began)}
    told = [{"createdAt": NOW + timedelta(seconds=at), "message": text} for at, text in events]
    return EcsService(document={**live.document, "deployments": [{**entry, **made}], "events": told})


@pytest.mark.parametrize(
    ("live", "values", "told"),
    [
        pytest.param(telling((1, NO_PLACE)), {}, True, id="after it began"),
        pytest.param(telling((-1, NO_PLACE)), {}, False, id="before"),
        pytest.param(telling((-1, NO_PLACE), began=-2), {}, True, id="AWS's time of the beginning counts"),
        pytest.param(telling((1, NO_PLACE), began=2), {}, False, id="also where it is later"),
        pytest.param(
            telling((-1, NO_PLACE), began=-9000),
            {STARTS_DEPLOYMENT: "no"},
            False,
            id="a deployment that only changes fields began now",
        ),
        pytest.param(
            telling((1, NO_PLACE), live=service(primary=BEFORE)), {}, True, id="ECS took ours out of the list"
        ),
        pytest.param(telling((1, STEADY)), {}, False, id="a service that is well"),
        pytest.param(service(), {}, False, id="no events"),
        pytest.param(None, {}, False, id="no service"),
    ],
)
def test_events_since_our_deployment_began(live, values, told):
    progress = Progress(phase="follow", since=NOW, values={ECS_DEPLOYMENT: OURS, **values})
    ids = [one.id for one in explanations_of(progress, ecs(live))]
    assert ids == (["capacity.fargate-unavailable"] if told else [])


def test_a_task_is_explained_by_the_container_that_failed():
    task = FailedTask(
        stop_code="EssentialContainerExited",
        reason="Essential container in task exited",
        containers=(
            StoppedContainer(name="proxy", exit_code=0),
            StoppedContainer(name="web", exit_code=1),
        ),
    )
    (one,) = explanations_of(FOLLOWED, ecs(service(), stopped=(task,)))
    assert "container web" in one.cause


def test_values_are_masked_before_line_breaks_go_and_texts_are_cut():
    canary = "begin\n" + "k" * 3_000 + "\nend"
    containers = (StoppedContainer(name="web", reason=f"exec {canary}"),)
    seen = ecs(
        telling((1, f"(service web) says {canary}")),
        stopped=(FailedTask(reason=f"read {canary}", containers=containers),),
        sensitive_values=(canary,),
    )
    told = " ".join(text for one in explanations_of(FOLLOWED, seen) for text in one.evidence)
    assert "kkk" not in told
    assert told.count(mask_of(canary)) == 3


@pytest.mark.parametrize(
    ("live", "following", "values", "worth"),
    [
        pytest.param(service(), rollout("IN_PROGRESS"), {}, False, id="all is well"),
        pytest.param(service(), None, {}, False, id="no service deployment yet"),
        pytest.param(service(failed=1), rollout("IN_PROGRESS"), {}, True, id="ECS counts a failure"),
        pytest.param(
            telling((1, "(service web) (task 1) failed container health checks")),
            rollout("IN_PROGRESS"),
            {},
            True,
            id="ECS counts none, but tells of one",
        ),
        pytest.param(telling((1, STEADY)), rollout("IN_PROGRESS"), {}, False, id="a routine event"),
        pytest.param(service(), rollout("ROLLBACK_IN_PROGRESS"), {}, True, id="ECS goes back"),
        pytest.param(service(), rollout("STOPPED"), {}, True, id="ECS gave up"),
        pytest.param(
            service(), rollout("ROLLBACK_SUCCESSFUL", PREVIOUS_ROLLOUT), {}, False, id="an earlier one's"
        ),
        pytest.param(service(primary=BEFORE), rollout("IN_PROGRESS"), {}, True, id="ours is not listed"),
        pytest.param(service(failed=1), rollout("SUCCESSFUL"), {}, False, id="it arrived after all"),
        pytest.param(service(), rollout("IN_PROGRESS"), {LOOK_CLOSER: "yes"}, True, id="asked for"),
    ],
)
def test_when_the_stopped_tasks_are_worth_two_calls(live, following, values, worth):
    progress = Progress(phase="follow", since=NOW, values={**FOLLOWED.values, **values})
    assert stopped_tasks_may_tell(progress, live, following) is worth


def test_equal_failures_are_counted():
    (one,) = explanations_of(
        FOLLOWED, ecs(service(), stopped=stopped("CannotPullContainerError: x: not found") * 3)
    )
    assert one.count == 3
