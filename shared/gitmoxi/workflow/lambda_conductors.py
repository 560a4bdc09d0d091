"""Conducting deployments and rollbacks of Lambda functions."""

from __future__ import annotations

from datetime import datetime

from gitmoxi.domain.deployments import Deployment, Intent, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.errors import PermanentError
from gitmoxi.planning.settings import lambda_settings
from gitmoxi.ports.ledger import Ledger
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.lambda_observation import LambdaLimits, LambdaObservation, limits_of
from gitmoxi.strategies.lambda_release import decide_lambda_deletion, decide_release
from gitmoxi.strategies.lambda_rollback import decide_lambda_rollback
from gitmoxi.workflow.lambda_hands import LambdaHands
from gitmoxi.workflow.lambda_reader import LambdaReader, lambda_target
from gitmoxi.workflow.looks import Looks
from gitmoxi.workflow.masking import masked_decision, masked_error


class LambdaConductor:
    """Forward: create, update, delete."""

    def __init__(self, *, reader: LambdaReader, hands: LambdaHands, ledger: Ledger) -> None:
        self._reader = reader
        self._hands = hands
        self._ledger = ledger
        self._looks: Looks[LambdaObservation] = Looks()

    async def observe(self, deployment: Deployment, record: TargetRecord) -> LambdaObservation:
        seen = await self._look(deployment, record)
        self._looks.keep(deployment.id, deployment.version + 1, seen)
        return seen

    def decide(
        self, deployment: Deployment, record: TargetRecord, observation: LambdaObservation, now: datetime
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

    async def _fresh(self, deployment: Deployment) -> LambdaObservation:
        return await self._look(deployment, await self._ledger.target(lambda_target(deployment)))

    async def _look(self, deployment: Deployment, record: TargetRecord) -> LambdaObservation:
        return await self._reader.forward(deployment, record)

    def _decide(
        self, deployment: Deployment, record: TargetRecord, observation: LambdaObservation, now: datetime
    ) -> Decision:
        if deployment.verb is Verb.DELETE:
            return decide_lambda_deletion(deployment, record, observation, now)
        return decide_release(deployment, record, observation, _limits(observation), now)


class LambdaRollbackConductor(LambdaConductor):
    """Backward: to the last good version, or away with a failed first creation."""

    async def _look(self, deployment: Deployment, record: TargetRecord) -> LambdaObservation:
        return await self._reader.backward(deployment, record)

    def _decide(
        self, deployment: Deployment, record: TargetRecord, observation: LambdaObservation, now: datetime
    ) -> Decision:
        return decide_lambda_rollback(deployment, record, observation, _limits(observation), now)


def _limits(seen: LambdaObservation) -> LambdaLimits:
    settings = dict(seen.settings) or {"alias": "-"}  # a rollback of a deletion has no settings to read
    return limits_of(lambda_settings(settings))
