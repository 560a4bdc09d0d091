"""Conducting deployments and rollbacks of Lambda functions."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.planning.settings import lambda_settings
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.lambda_observation import LambdaLimits, LambdaObservation, limits_of
from gitmoxi.strategies.lambda_release import decide_lambda_deletion, decide_release
from gitmoxi.strategies.lambda_rollback import decide_lambda_rollback
from gitmoxi.workflow.target_conductor import TargetConductor


class LambdaConductor(TargetConductor[LambdaObservation]):
    """Forward: create, update, delete."""

    def _decide(
        self, deployment: Deployment, record: TargetRecord, observation: LambdaObservation, now: datetime
    ) -> Decision:
        if deployment.verb is Verb.DELETE:
            return decide_lambda_deletion(deployment, record, observation, now)
        return decide_release(deployment, record, observation, _limits(observation), now)


class LambdaRollbackConductor(LambdaConductor):
    """Backward: to the last good version, or away with a failed first creation."""

    async def _look(self, deployment: Deployment, record: TargetRecord) -> LambdaObservation:
        return await self._look_back(deployment, record)

    def _decide(
        self, deployment: Deployment, record: TargetRecord, observation: LambdaObservation, now: datetime
    ) -> Decision:
        return decide_lambda_rollback(deployment, record, observation, _limits(observation), now)


def _limits(seen: LambdaObservation) -> LambdaLimits:
    settings = dict(seen.settings) or {"alias": "-"}  # a rollback of a deletion has no settings to read
    return limits_of(lambda_settings(settings))
