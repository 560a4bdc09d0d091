"""Conducting deployments and rollbacks of ECS services."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Intent, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.errors import PermanentError
from gitmoxi.planning.settings import ecs_settings
from gitmoxi.ports.ledger import Ledger
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.ecs_deleting import decide_deletion
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation, count_of, limits_of
from gitmoxi.strategies.ecs_rollback import decide_ecs_rollback
from gitmoxi.strategies.ecs_rolling import decide_rolling
from gitmoxi.workflow.ecs_hands import EcsHands
from gitmoxi.workflow.ecs_reader import EcsReader, ecs_target
from gitmoxi.workflow.looks import Looks
from gitmoxi.workflow.masking import masked_decision, masked_error


class EcsConductor:
    """Forward: create, update, delete."""

    def __init__(self, *, reader: EcsReader, hands: EcsHands, ledger: Ledger) -> None:
        self._reader = reader
        self._hands = hands
        self._ledger = ledger
        self._looks: Looks[EcsObservation] = Looks()

    async def observe(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        seen = await self._look(deployment, record)
        self._looks.keep(deployment.id, deployment.version + 1, seen)
        return seen

    def decide(
        self, deployment: Deployment, record: TargetRecord, observation: EcsObservation, now: datetime
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

    async def _fresh(self, deployment: Deployment) -> EcsObservation:
        return await self._look(deployment, await self._ledger.target(ecs_target(deployment)))

    async def _look(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        return await self._reader.forward(deployment, record)

    def _decide(
        self, deployment: Deployment, record: TargetRecord, observation: EcsObservation, now: datetime
    ) -> Decision:
        if deployment.verb is Verb.DELETE:
            return decide_deletion(deployment, record, observation, now)
        return decide_rolling(deployment, record, observation, effective_limits(observation), now)


class EcsRollbackConductor(EcsConductor):
    """Backward: to the last good revision, or away with a failed first creation."""

    async def _look(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        return await self._reader.backward(deployment, record)

    def _decide(
        self, deployment: Deployment, record: TargetRecord, observation: EcsObservation, now: datetime
    ) -> Decision:
        return decide_ecs_rollback(deployment, record, observation, effective_limits(observation), now)


def effective_limits(seen: EcsObservation) -> EcsLimits:
    """The limits of the wanted settings; without any, the defaults."""
    document = seen.desired.service if seen.desired is not None else {}
    desired = document.get("desiredCount")
    if desired is None:
        desired = count_of(seen.service.document, "desiredCount") if seen.service is not None else 1
    return limits_of(ecs_settings(seen.settings), int(desired))
