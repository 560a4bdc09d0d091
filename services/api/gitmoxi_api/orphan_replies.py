"""What clients get about orphans."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gitmoxi_api.replies import Reply, TargetReply


class OrphanReply(Reply):
    """A target that runs on though no definition file stands for it."""

    target: TargetReply
    repository: str = Field(description="where it was last deployed from")
    branch: str
    prefix: str
    since: datetime
    because: str
    deployment_id: str | None = Field(description="the deployment that left it behind")
    in_line: str | None = Field(description="what is changing it now or comes next, such as its deletion")


class OrphansReply(Reply):
    """All orphans, by target."""

    orphans: tuple[OrphanReply, ...]
