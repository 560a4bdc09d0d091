"""What the tick needs from a kind of deployment: to observe, to decide, to act, to find effects."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

from gitmoxi.domain.deployments import Deployment, Intent
from gitmoxi.domain.records import TargetRecord
from gitmoxi.strategies.decision import Decision

Observation = TypeVar("Observation")


class Conductor(Protocol[Observation]):
    """One kind of deployment of one worker. Only ``decide`` decides, and it is pure."""

    async def observe(self, deployment: Deployment, record: TargetRecord) -> Observation:
        """Read everything that ``decide`` looks at."""
        ...

    def decide(
        self,
        deployment: Deployment,
        record: TargetRecord,
        observation: Observation,
        now: datetime,
    ) -> Decision:
        """The next step; ``now`` is the database's time."""
        ...

    async def before(self, deployment: Deployment) -> bytes:
        """The live state of the target, taken when the deployment starts: what a rollback may need."""
        ...

    async def act(self, deployment: Deployment, intent: Intent) -> dict[str, str]:
        """Make the call; the few values of its answer that later steps need."""
        ...

    async def find_effect(self, deployment: Deployment, intent: Intent) -> dict[str, str] | None:
        """Whether the call was made already, by its marks in AWS; its result, or None if not."""
        ...
