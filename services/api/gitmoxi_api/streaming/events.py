"""Events as server-sent events are written: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

from __future__ import annotations

from pydantic import Field

from gitmoxi.domain.deployments import Deployment, Step
from gitmoxi_api.replies import DeploymentReply, Reply, StepReply
from gitmoxi_api.streaming.feeds import Item
from gitmoxi_api.views import deployment_view, step_view

HEARTBEAT = ":\n\n"
"""A comment: it keeps proxies from closing what is silent, and tells clients that the server lives."""


LIVE = "event: live\ndata: {}\n\n"
"""What happens from now on comes by itself; what was before is told, or can be asked for."""


class StepEvent(Reply):
    """A step that was committed."""

    deployment: DeploymentReply = Field(description="where the deployment stands now")
    step: StepReply


class StandEvent(Reply):
    """Where a deployment stands, without a step: what was under way at the start, and how it ended."""

    deployment: DeploymentReply


def step_item(deployment: Deployment, step: Step, *, cursor: int, event_id: str) -> Item:
    """A step as an event, which a client resumes after by ``event_id``."""
    head = deployment_view(deployment)
    body = StepEvent(deployment=head, step=step_view(step))
    return Item(cursor=cursor, deployment=head, text=_event("step", body, event_id))


def stand_text(event: str, head: DeploymentReply, event_id: str | None = None) -> str:
    """Where a deployment stands, as an event of this name."""
    return _event(event, StandEvent(deployment=head), event_id)


def _event(name: str, body: Reply, event_id: str | None) -> str:
    """JSON has no line breaks outside its strings, and none within them: one line of data."""
    numbered = f"id: {event_id}\n" if event_id is not None else ""
    return f"{numbered}event: {name}\ndata: {body.model_dump_json()}\n\n"
