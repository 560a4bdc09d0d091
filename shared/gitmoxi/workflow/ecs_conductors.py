"""Conducting deployments and rollbacks of ECS services."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.planning.settings import ecs_settings
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.ecs_deleting import decide_deletion
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation, count_of, limits_of
from gitmoxi.strategies.ecs_rollback import decide_ecs_rollback
from gitmoxi.strategies.ecs_rolling import decide_rolling
from gitmoxi.workflow.target_conductor import TargetConductor


class EcsConductor(TargetConductor[EcsObservation]):
    """Forward: create, update, delete."""

    def _decide(
        self, deployment: Deployment, record: TargetRecord, observation: EcsObservation, now: datetime
    ) -> Decision:
        if deployment.verb is Verb.DELETE:
            return decide_deletion(deployment, record, observation, now)
        return decide_rolling(deployment, record, observation, effective_limits(observation), now)


class EcsRollbackConductor(EcsConductor):
    """Backward: to the last good revision, or away with a failed first creation."""

    async def _look(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        return await self._look_back(deployment, record)

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
