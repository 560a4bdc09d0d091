"""Which events of Amazon ECS may decide something about a deployment that is followed.

Events: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.strategies.ecs_progress import SERVICE_DEPLOYMENT

TASK_STATE_CHANGE = "ECS Task State Change"
SERVICE_ACTION = "ECS Service Action"
DEPLOYMENT_STATE_CHANGE = "ECS Deployment State Change"

_UNDER_WAY = frozenset({"SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DESIRED_COUNT_UPDATED"})
"""Names of events that say that what was begun goes on."""

_SCALED = "Scaling activity initiated by"
"""How the reason of a task begins that the scheduler stopped because it is not needed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsEvent:
    """An event's ``detail-type`` and ``detail``."""

    kind: str
    detail: Mapping[str, Any]

    @property
    def ends(self) -> bool:
        """Whether it says that a deployment reached an end, which reads may show a little later."""
        return self.kind == DEPLOYMENT_STATE_CHANGE and self.detail.get("eventName") not in _UNDER_WAY


def worth_a_look(deployment: Deployment, event: EcsEvent) -> bool:
    """Whether the event may change what is decided next; when in doubt it may.

    A rolling deployment of 100 tasks sends some thousand events of tasks that come and go as they should:
    its end, and each failure, has an event of its own.
    """
    followed = deployment.progress.phase == "follow" and SERVICE_DEPLOYMENT in deployment.progress.values
    if not followed or deployment.verb is Verb.DELETE:
        return True
    if event.kind == TASK_STATE_CHANGE:
        return _failed(event.detail)
    return event.detail.get("eventName") not in _UNDER_WAY


def _failed(task: Mapping[str, Any]) -> bool:
    stopped = task.get("lastStatus") == "STOPPED"
    return stopped and not str(task.get("stoppedReason", "")).startswith(_SCALED)
