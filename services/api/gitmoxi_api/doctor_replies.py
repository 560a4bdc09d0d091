"""What clients get of the API's look at itself and what it stands on."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from gitmoxi.domain.checkups import Outcome
from gitmoxi_api.replies import Reply


class FindingReply(Reply):
    """What one check found."""

    check: str = Field(examples=["worker planner"])
    outcome: Outcome
    because: str = Field(description="in a sentence")
    advice: str | None = Field(description="what to do, where something is to be done")


class DoctorReply(Reply):
    """All that the API can see."""

    version: str = Field(description="of the API", examples=["0.1.0"])
    mode: str = Field(description="aws, or local where a local cloud stands in for it")
    now: datetime = Field(description="the API's clock")
    findings: tuple[FindingReply, ...]
