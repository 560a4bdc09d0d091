"""Events that say that all goes as it should wake nobody; ends and failures do, and whatever is unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gitmoxi.domain.deployments import Progress, Verb
from gitmoxi.strategies.ecs_events import (
    DEPLOYMENT_STATE_CHANGE,
    SERVICE_ACTION,
    TASK_STATE_CHANGE,
    EcsEvent,
    worth_a_look,
)
from gitmoxi.strategies.ecs_progress import SERVICE_DEPLOYMENT
from tests.unit.strategies.stories import deployment

SCALED_IN = "Scaling activity initiated by (deployment ecs-svc/1)"
FOLLOWED = replace(deployment(), progress=Progress(phase="follow", values={SERVICE_DEPLOYMENT: "arn:1"}))


def task(status: str, reason: str = "") -> EcsEvent:
    return EcsEvent(kind=TASK_STATE_CHANGE, detail={"lastStatus": status, "stoppedReason": reason})


def named(kind: str, name: str) -> EcsEvent:
    return EcsEvent(kind=kind, detail={"eventName": name})


@pytest.mark.parametrize(
    ("event", "worth"),
    [
        pytest.param(task("RUNNING"), False, id="a task runs"),
        pytest.param(task("STOPPED", SCALED_IN), False, id="an old task is not needed any more"),
        pytest.param(task("STOPPED", "Essential container in task exited"), True, id="a task failed"),
        pytest.param(task("STOPPED"), True, id="a task stopped without a reason"),
        pytest.param(named(DEPLOYMENT_STATE_CHANGE, "SERVICE_DEPLOYMENT_IN_PROGRESS"), False, id="it began"),
        pytest.param(named(DEPLOYMENT_STATE_CHANGE, "SERVICE_DEPLOYMENT_COMPLETED"), True, id="it ended"),
        pytest.param(named(DEPLOYMENT_STATE_CHANGE, "SERVICE_DEPLOYMENT_FAILED"), True, id="it failed"),
        pytest.param(named(SERVICE_ACTION, "SERVICE_STEADY_STATE"), True, id="steady"),
        pytest.param(named(SERVICE_ACTION, "SERVICE_TASK_START_IMPAIRED"), True, id="tasks do not start"),
        pytest.param(EcsEvent(kind="ECS Hook State Change", detail={}), True, id="a kind of its own"),
    ],
)
def test_while_a_deployment_is_followed(event: EcsEvent, worth: bool) -> None:
    assert worth_a_look(FOLLOWED, event) is worth


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"progress": Progress(phase="start")}, id="before it is followed"),
        pytest.param({"progress": Progress(phase="follow")}, id="its service deployment is not known"),
        pytest.param({"verb": Verb.DELETE}, id="a deletion waits for the last task"),
    ],
)
def test_at_other_times_every_event_is_worth_a_look(changes: dict[str, Any]) -> None:
    assert worth_a_look(replace(FOLLOWED, **changes), task("RUNNING"))
