"""Looking at a live target and comparing it with what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Deployment, PlanRecord, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import InvariantError, PermanentError
from gitmoxi.planning.aws_lambda import LambdaPlan
from gitmoxi.planning.desired import Desired
from gitmoxi.planning.ecs import EcsPlan, using_known_revision
from gitmoxi.planning.errors import ReplacementNeededError
from gitmoxi.planning.rendered_plan import describe, describe_refusal
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.ports.ecs import EcsService
from gitmoxi.strategies.ecs_rolling import TASK_DEFINITION
from gitmoxi.strategies.lambda_steps import CODE_SHA256, VERSION
from gitmoxi.strategies.ownership import not_ours
from gitmoxi.workflow.ecs_reader import EcsReader
from gitmoxi.workflow.lambda_reader import LambdaReader
from gitmoxi.workflow.wanted import WantedReader
from gitmoxi_planner.wanting import Wanted

_ROLLED_OUT = "COMPLETED"
"""``rolloutState`` of a deployment that reached its steady state (Amazon ECS API reference, Deployment)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The plan as people read it, and the values of the live revision where it already is as wanted.

    ``settled`` is False while AWS still brings about what is configured: equal documents do not mean that
    the tasks run.
    """

    plan: PlanRecord
    good: dict[str, str] | None
    settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """Reads targets by the same readers that the deployers use, so that both see one plan."""

    ecs: EcsReader
    functions: LambdaReader
    wanted: WantedReader

    async def look(
        self, deployment: Deployment, wanted: Wanted, desired: BodyRef, record: TargetRecord
    ) -> Look:
        """Compare one target.

        Raises:
            ReplacementNeededError: AWS makes a change only by making the target anew.
            PermanentError: it cannot be made as wanted.
            RetryableError: AWS is out of reach, or the target is still being deleted.
        """
        asked = replace(deployment, target=record.target, desired=desired, verb=Verb.UPDATE)
        if deployment.kind is TargetKind.ECS:
            return await self._ecs(asked, wanted, record)
        return await self._function(asked, wanted, record)

    async def refused(
        self, error: ReplacementNeededError, deployment: Deployment, wanted: Wanted, record: TargetRecord
    ) -> PlanRecord:
        """What would have to be done, to be shown: it is never carried out."""
        sensitive = _sensitive(wanted, await self._good(record))
        return describe_refusal(error, deployment_id=deployment.id, sensitive_values=sensitive)

    async def _good(self, record: TargetRecord) -> Desired | None:
        """The last good revision."""
        if record.last_good is None:
            return None
        if record.target.kind is TargetKind.ECS:
            return await self.wanted.ecs(record.last_good.desired)
        return await self.wanted.function(record.last_good.desired)

    async def check_deletable(self, deployment: Deployment, record: TargetRecord) -> None:
        """Let pass what is gone, and what carries our tag.

        Raises:
            PermanentError: the target was made by others; the deployer would refuse it too.
        """
        asked = replace(deployment, target=record.target, verb=Verb.DELETE)
        if deployment.kind is TargetKind.ECS:
            ecs = await self.ecs.forward(asked, record)
            foreign = ecs.service is not None and ecs.service.status == "ACTIVE" and not ecs.owned
        else:
            function = await self.functions.forward(asked, record)
            foreign = function.function is not None and not function.owned
        if foreign:
            raise PermanentError(not_ours(record.target))

    async def _ecs(self, asked: Deployment, wanted: Wanted, record: TargetRecord) -> Look:
        seen = await self.ecs.forward(asked, record)
        if seen.refused is not None:
            raise seen.refused
        good = await self._good(record)
        plan, known = seen.plan, seen.known_task_definition
        if plan is not None and known is not None and known.active:
            plan = using_known_revision(plan, known.arn)
        return Look(
            plan=_described(asked, wanted, plan, good),
            good=_good_service(seen.service),
            settled=seen.service is None or not seen.service.rolls_out,
        )

    async def _function(self, asked: Deployment, wanted: Wanted, record: TargetRecord) -> Look:
        seen = await self.functions.forward(asked, record)
        if seen.refused is not None:
            raise seen.refused
        good = await self._good(record)
        return Look(
            plan=_described(asked, wanted, seen.plan, good), good=_good_version(seen.function, seen.alias)
        )


def _good_service(service: EcsService | None) -> dict[str, str] | None:
    """A revision to go back to; one whose own deployment failed, or is still under way, is none."""
    if service is None or (service.primary or {}).get("rolloutState", _ROLLED_OUT) != _ROLLED_OUT:
        return None
    return {TASK_DEFINITION: service.task_definition_arn}


def _good_version(function: LambdaFunction | None, alias: LambdaAlias | None) -> dict[str, str] | None:
    if function is None or alias is None:
        return None
    return {VERSION: alias.version, CODE_SHA256: function.code_sha256}


def _described(
    asked: Deployment, wanted: Wanted, plan: EcsPlan | LambdaPlan | None, good: Desired | None
) -> PlanRecord:
    """The plan for people."""
    if plan is None:
        raise InvariantError(f"{asked.id} was looked at without a plan")
    return describe(plan, deployment_id=asked.id, sensitive_values=_sensitive(wanted, good))


def _sensitive(wanted: Wanted, good: Desired | None) -> tuple[str, ...]:
    """What lives may show values that were sensitive in the last good revision only."""
    return (*wanted.desired.sensitive_values, *(good.sensitive_values if good is not None else ()))
