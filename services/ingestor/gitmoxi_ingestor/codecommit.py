"""CodeCommit's own event as a push.

https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from gitmoxi.contracts.messages import Push

DETAIL_TYPE = "CodeCommit Repository State Change"
SOURCE = "aws.codecommit"

_CHINA = "cn-"


class RepositoryStateChange(BaseModel):
    """The event's detail, as far as it concerns us: ``event`` is ``referenceCreated`` and so on."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)

    event: str
    repository_name: str = Field(min_length=1)
    reference_type: str
    reference_name: str = Field(min_length=1)
    commit_id: str | None = None


def push_of(change: RepositoryStateChange, *, region: str, event_id: str | None) -> Push | None:
    """The push that the event tells of; None for a tag, and for a branch that was deleted.

    The event's id, which a repeated delivery carries too, is the delivery's.
    """
    if change.reference_type != "branch" or change.event == "referenceDeleted":
        return None
    return Push(
        repository=clone_url(change.repository_name, region),
        branch=change.reference_name,
        commit=change.commit_id,
        delivery_id=event_id,
    )


def clone_url(name: str, region: str) -> str:
    """The HTTPS address that people clone from, and register.

    https://docs.aws.amazon.com/codecommit/latest/userguide/regions.html
    """
    domain = "amazonaws.com.cn" if region.startswith(_CHINA) else "amazonaws.com"
    return f"https://git-codecommit.{region}.{domain}/v1/repos/{name}"
