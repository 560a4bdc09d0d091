"""Looking at a live target and comparing it with what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Deployment, PlanRecord, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import InvariantError
from gitmoxi.planning.aws_lambda import LambdaPlan
from gitmoxi.planning.desired import Desired
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.planning.rendered_plan import describe
from gitmoxi.strategies.ecs_rolling import TASK_DEFINITION
from gitmoxi.strategies.lambda_steps import CODE_SHA256, VERSION
from gitmoxi.workflow.ecs_reader import EcsReader
from gitmoxi.workflow.lambda_reader import LambdaReader
from gitmoxi_planner.wanting import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The plan as people read it, and the values of the live revision where it already is as wanted."""

    plan: PlanRecord
    good: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """Reads targets by the same readers that the deployers use, so that both see one plan."""

    ecs: EcsReader
    functions: LambdaReader

    async def look(
        self, deployment: Deployment, wanted: Wanted, desired: BodyRef, record: TargetRecord
    ) -> Look:
        """Compare one target.

        Raises:
            PermanentError: it cannot be made as wanted.
            RetryableError: AWS is out of reach, or the target is still being deleted.
        """
        asked = replace(deployment, target=record.target, desired=desired, verb=Verb.UPDATE)
        if deployment.kind is TargetKind.ECS:
            return await self._ecs(asked, wanted, record)
        return await self._function(asked, wanted, record)

    async def _ecs(self, asked: Deployment, wanted: Wanted, record: TargetRecord) -> Look:
        seen = await self.ecs.forward(asked, record)
        if seen.refused is not None:
            raise seen.refused
        good = {TASK_DEFINITION: seen.service.task_definition_arn} if seen.service is not None else None
        return Look(plan=_described(asked, wanted, seen.plan), good=good)

    async def _function(self, asked: Deployment, wanted: Wanted, record: TargetRecord) -> Look:
        seen = await self.functions.forward(asked, record)
        if seen.refused is not None:
            raise seen.refused
        good = None
        if seen.function is not None and seen.alias is not None:
            good = {VERSION: seen.alias.version, CODE_SHA256: seen.function.code_sha256}
        return Look(plan=_described(asked, wanted, seen.plan), good=good)


def _described(asked: Deployment, wanted: Wanted, plan: EcsPlan | LambdaPlan | None) -> PlanRecord:
    if plan is None:
        raise InvariantError(f"{asked.id} was looked at without a plan")
    desired: Desired = wanted.desired
    told = describe(plan, deployment_id=asked.id, sensitive_values=desired.sensitive_values)
    return replace(told, warnings=(*wanted.warnings, *told.warnings))
