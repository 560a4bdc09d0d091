"""What conducting has in common for all kinds of targets: one look for one call, and masked texts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from gitmoxi.domain.deployments import Deployment, Intent
from gitmoxi.domain.records import TargetRecord
from gitmoxi.errors import InvariantError, PermanentError
from gitmoxi.ports.ledger import Ledger
from gitmoxi.strategies.decision import Decision
from gitmoxi.workflow.looks import Looks
from gitmoxi.workflow.masking import masked_decision, masked_error
from gitmoxi.workflow.way_back import WayBack, way_back


class Seen(Protocol):
    """A look at a target; it knows which values may not be told."""

    @property
    def sensitive_values(self) -> tuple[str, ...]: ...


Look = TypeVar("Look", bound=Seen)
Look_co = TypeVar("Look_co", bound=Seen, covariant=True)
Look_contra = TypeVar("Look_contra", bound=Seen, contravariant=True)


class Reader(Protocol[Look_co]):
    """Reads a target against what is committed (forward) or against the revision to bring back (backward)."""

    async def forward(self, deployment: Deployment, record: TargetRecord) -> Look_co: ...

    async def backward(self, deployment: Deployment, way: WayBack) -> Look_co: ...

    async def snapshot(self, deployment: Deployment) -> bytes: ...


class Hands(Protocol[Look_contra]):
    """Makes calls, and finds what calls have done."""

    async def act(self, deployment: Deployment, intent: Intent, seen: Look_contra) -> dict[str, str]: ...

    async def find_effect(
        self, deployment: Deployment, intent: Intent, seen: Look_contra
    ) -> dict[str, str] | None: ...


class TargetConductor(ABC, Generic[Look]):
    """A conductor of one kind of target; its subclasses decide."""

    def __init__(self, *, reader: Reader[Look], hands: Hands[Look], ledger: Ledger) -> None:
        self._reader = reader
        self._hands = hands
        self._ledger = ledger
        self._looks: Looks[Look] = Looks()

    async def observe(self, deployment: Deployment, record: TargetRecord) -> Look:
        seen = await self._look(deployment, record)
        self._looks.keep(deployment.id, deployment.version + 1, seen)
        return seen

    def decide(
        self, deployment: Deployment, record: TargetRecord, observation: Look, now: datetime
    ) -> Decision:
        decision = self._decide(deployment, record, observation, now)
        return masked_decision(decision, observation.sensitive_values)

    async def before(self, deployment: Deployment) -> bytes:
        return await self._reader.snapshot(deployment)

    async def act(self, deployment: Deployment, intent: Intent) -> dict[str, str]:
        seen = self._looks.take(deployment.id, deployment.version) or await self._fresh(deployment)
        try:
            return await self._hands.act(deployment, intent, seen)
        except PermanentError as error:
            raise masked_error(error, seen.sensitive_values) from error

    async def find_effect(self, deployment: Deployment, intent: Intent) -> dict[str, str] | None:
        seen = await self._fresh(deployment)
        self._looks.keep(deployment.id, deployment.version, seen)
        return await self._hands.find_effect(deployment, intent, seen)

    async def _fresh(self, deployment: Deployment) -> Look:
        if deployment.target is None:
            raise InvariantError(f"{deployment.id} is carried out without a target")
        return await self._look(deployment, await self._ledger.target(deployment.target))

    async def _look(self, deployment: Deployment, record: TargetRecord) -> Look:
        return await self._reader.forward(deployment, record)

    async def _look_back(self, deployment: Deployment, record: TargetRecord) -> Look:
        return await self._reader.backward(deployment, await way_back(self._ledger, deployment, record))

    @abstractmethod
    def _decide(
        self, deployment: Deployment, record: TargetRecord, observation: Look, now: datetime
    ) -> Decision:
        """The next step, before its texts are masked."""
