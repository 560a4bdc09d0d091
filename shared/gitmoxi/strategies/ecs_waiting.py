"""Waiting, for a bounded time, until ECS can take a request: a name is blocked, or too much is under way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from gitmoxi.domain.deployments import ActionError, Deployment, Progress
from gitmoxi.ports.ecs import EcsService
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.ecs_progress import WAITS_SINCE
from gitmoxi.strategies.ecs_read_back import FRESH_AFTER

PATIENCE: Final = timedelta(minutes=15)
"""Old tasks get 120 s to stop, and a load balancer's deregistration takes 300 s by default."""

LOOK: Final = timedelta(seconds=10)

TRY_AGAIN: Final = timedelta(seconds=30)
"""Between two tries of a request; each leaves its steps in the record."""

_DRAINING: Final = "still draining"
_TOO_MANY: Final = "deployments exist"


def wait_for_name(deployment: Deployment, now: datetime) -> Decision | None:
    """The wait for a deleted service of the same name to be gone; None when patience is at its end."""
    because = "The deleted service is DRAINING and blocks its name until its last task has stopped."
    return _wait(deployment, because, now, LOOK)


def wait_for_news(deployment: Deployment, now: datetime) -> Decision | None:
    """The wait for a look that is not older than our own update; None once ECS had time to show it."""
    because = "ECS still answers with the service as it was before our update."
    return _wait(deployment, because, now, LOOK, FRESH_AFTER)


def wait_for_room(
    deployment: Deployment, error: ActionError, service: EcsService | None, now: datetime
) -> Decision | None:
    """The wait after a refusal that passes by itself; None for others, and when patience is at its end.

    ECS refuses a create while the old service drains, and an update while five deployments exist, drained
    ones included: InvalidParameterException (CreateService, UpdateService; Amazon ECS API reference).
    """
    said = error.message.lower()
    if _DRAINING in said:
        return _wait(deployment, "The deleted service still blocks its name.", now, TRY_AGAIN)
    if _TOO_MANY in said:
        because = f"ECS takes no further deployment of the service yet: {_listed(service)}."
        return _wait(deployment, because, now, TRY_AGAIN)
    return None


def refused_for_long(error: ActionError, service: EcsService | None) -> str:
    """The refusal, and what it was waited for in vain."""
    if _TOO_MANY not in error.message.lower():
        return str(error)
    return (
        f"{str(error).rstrip('.')}. That lasted {PATIENCE.total_seconds():.0f} s: {_listed(service)}. Wait "
        "until they are gone, or end what keeps them, then deploy again."
    )


def _listed(service: EcsService | None) -> str:
    """The service's deployments by name, for whoever has to end one of them."""
    deployments = service.document.get("deployments") or () if service is not None else ()
    named = [f"{one['id']} ({one['status']})" for one in deployments]
    return f"ECS shows {', '.join(named)}" if named else "ECS shows none of those that exist"


def _wait(
    deployment: Deployment, because: str, now: datetime, look_again: timedelta, patience: timedelta = PATIENCE
) -> Decision | None:
    since = deployment.progress.values.get(WAITS_SINCE)
    if since is not None and now - datetime.fromisoformat(since) >= patience:
        return None
    values = {WAITS_SINCE: now.isoformat(), **deployment.progress.values}
    return Decision(
        step="wait for ECS",
        because=because,
        to=deployment.state,
        progress=Progress(phase="start", since=now, values=values),
        look_again=look_again,
        quiet=since is not None and deployment.progress.phase == "start",
    )
