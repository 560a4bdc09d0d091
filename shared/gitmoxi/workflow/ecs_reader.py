"""Reading an ECS target as the strategies look at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.targets import OWNER_TAG, EcsTarget
from gitmoxi.errors import AwsRejectedError, InvariantError, NotFoundError, PermanentError
from gitmoxi.planning.desired import DesiredEcs, task_definition_hash
from gitmoxi.planning.ecs import EcsPlan, plan_ecs
from gitmoxi.planning.ecs_checks import check_reference
from gitmoxi.planning.tags import FOREIGN, OURS
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.ecs import EcsPort, EcsService, EcsTaskDefinition
from gitmoxi.strategies.ecs_explaining import stopped_tasks_may_tell
from gitmoxi.strategies.ecs_observation import EcsObservation
from gitmoxi.strategies.ecs_progress import ECS_DEPLOYMENT
from gitmoxi.strategies.ecs_rolling import TASK_DEFINITION
from gitmoxi.workflow.ecs_evidence import EcsEvidence
from gitmoxi.workflow.masking import masked_error
from gitmoxi.workflow.service_deployments import ServiceDeployments
from gitmoxi.workflow.wanted import WantedReader

RESTORABLE = (
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "desiredCount",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "serviceRegistries",
    "taskDefinition",
)
"""Members of a described service that UpdateService takes back (Amazon ECS API reference, UpdateService)."""


def ecs_target(deployment: Deployment) -> EcsTarget:
    """The deployment's target, which is an ECS service."""
    if not isinstance(deployment.target, EcsTarget):
        raise InvariantError(f"{deployment.id} is no ECS deployment")
    return deployment.target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a look compares the live service with; ``known_arn`` runs the wanted task definition already."""

    desired: DesiredEcs
    previous: DesiredEcs | None
    known_arn: str | None
    force: bool = False

    @property
    def sensitive_values(self) -> tuple[str, ...]:
        earlier = self.previous.sensitive_values if self.previous is not None else ()
        return (*self.desired.sensitive_values, *earlier)


class EcsReader:
    """Reads live services together with what is wanted of them; ``owner`` is the installation."""

    def __init__(self, *, ecs: EcsPort, bodies: BodyStore, evidence: EcsEvidence, owner: str) -> None:
        self._ecs = ecs
        self._deployments = ServiceDeployments(ecs)
        self._evidence = evidence
        self._bodies = bodies
        self._wanted = WantedReader(bodies)
        self._owner = owner

    async def forward(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        """What a deployer looks at: the committed documents against the live service."""
        service = await self._service(deployment)
        if deployment.verb is Verb.DELETE or deployment.desired is None:
            return EcsObservation(service=service, owned=self._owns(service))
        desired = await self._wanted.ecs(deployment.desired)
        good = await self._wanted.ecs(record.last_good.desired) if record.last_good else None
        known = None
        if desired.task_definition is not None and deployment.progress.phase != "follow":
            known = record.task_definitions.get(task_definition_hash(desired.task_definition))
        force = deployment.change is ObjectChange.FORCED
        wish = _Wish(desired=desired, previous=good, known_arn=known, force=force)
        return await self._seen(deployment, service, wish)

    async def backward(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        """What a rollback looks at: the last good revision against the live service."""
        service = await self._service(deployment)
        failed = await self._wanted.ecs(deployment.desired) if deployment.desired else None
        settings = failed.settings if failed is not None else {}
        if record.last_good is not None:
            good = await self._wanted.ecs(record.last_good.desired)
            wish = _Wish(
                desired=good, previous=failed, known_arn=record.last_good.values.get(TASK_DEFINITION)
            )
            return replace(await self._seen(deployment, service, wish), settings=settings)
        live = await self._before(deployment)
        if live is None:
            created = deployment.before is not None or deployment.verb is Verb.CREATE
            return EcsObservation(
                service=service, settings=settings, owned=self._owns(service), created=created
            )
        found = DesiredEcs(target=ecs_target(deployment), service=_restorable(live))
        wish = _Wish(desired=found, previous=failed, known_arn=live.get("taskDefinition"))
        return replace(await self._seen(deployment, service, wish), settings=settings)

    async def _service(self, deployment: Deployment) -> EcsService | None:
        """The live service; one whose cluster is gone is gone with it, unless it is to be deployed there."""
        target = ecs_target(deployment)
        try:
            return await self._ecs.service(target)
        except AwsRejectedError as error:
            if error.code != "ClusterNotFoundException":
                raise
            if deployment.verb is Verb.DELETE:
                return None
            raise NotFoundError(
                f"The cluster {target.cluster} does not exist in {target.account}, {target.region}. Create "
                "it, then deploy again: gmctl commit deploy -f"
            ) from error

    async def snapshot(self, deployment: Deployment) -> bytes:
        """The live service as canonical JSON; ``null`` when there is none."""
        service = await self._service(deployment)
        live = service.document if service is not None and service.status == "ACTIVE" else None
        return json.dumps(live, sort_keys=True, default=str).encode()

    async def _before(self, deployment: Deployment) -> dict[str, Any] | None:
        """The service as it was when the deployment started; None when there was none, or no look at it."""
        if deployment.before is None:
            return None
        live: dict[str, Any] | None = json.loads(await self._bodies.get(deployment.before))
        return live

    def _owns(self, service: EcsService | None) -> bool:
        return service is not None and service.tags.get(OWNER_TAG) == self._owner

    async def _seen(self, deployment: Deployment, service: EcsService | None, wish: _Wish) -> EcsObservation:
        seen = EcsObservation(
            service=service,
            settings=wish.desired.settings,
            desired=wish.desired,
            owned=self._owns(service),
            sensitive_values=wish.sensitive_values,
        )
        if deployment.progress.phase == "follow":
            following = await self._deployments.followed(deployment, wish.desired.target, service)
            return await self._with_evidence(replace(seen, following=following), deployment)
        # A repeat after a crash asks how it stands: ECS may be taking back already what was called then.
        newest = await self._deployments.newest(
            wish.desired.target, service, status=bool(deployment.unrecorded)
        )
        return await self._compared(replace(seen, following=newest), wish)

    async def _compared(self, seen: EcsObservation, wish: _Wish) -> EcsObservation:
        target, service = wish.desired.target, seen.service
        plan: EcsPlan | None = None
        refused: PermanentError | None = None
        try:
            live = await self._live_task_definition(target, service)
            plan = plan_ecs(
                wish.desired, service, live, owner=self._owner, previous=wish.previous, force=wish.force
            )
            if plan.task_definition is not None:
                named = await self._ecs.task_definition(target, plan.task_definition)
                check_reference(target, plan.task_definition, named)
        except PermanentError as error:
            refused = masked_error(error, wish.sensitive_values)
        known = await self._ecs.task_definition(target, wish.known_arn) if wish.known_arn else None
        return replace(
            seen,
            plan=plan,
            refused=refused,
            known_task_definition=known,
        )

    async def _live_task_definition(
        self, target: EcsTarget, service: EcsService | None
    ) -> EcsTaskDefinition | None:
        if service is None or service.status != "ACTIVE" or not service.task_definition_arn:
            return None
        return await self._ecs.task_definition(target, service.task_definition_arn)

    async def _with_evidence(self, seen: EcsObservation, deployment: Deployment) -> EcsObservation:
        """``seen`` with the stopped tasks and the targets of our own deployment, where they may tell."""
        progress, service = deployment.progress, seen.service
        ours = progress.values.get(ECS_DEPLOYMENT)
        if ours is None or service is None or service.status != "ACTIVE":
            return seen
        if not stopped_tasks_may_tell(progress, service, seen.following):
            return seen
        target = ecs_target(deployment)
        stopped = await self._ecs.stopped_tasks(target, ours)
        return replace(
            seen,
            stopped=await self._evidence.with_logs(target, stopped),
            targets=await self._evidence.targets(target, service),
        )


def _restorable(live: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a described service that can be brought back; our tags and AWS's own stay as they are."""
    document = {name: live[name] for name in RESTORABLE if live.get(name) is not None}
    tags = [tag for tag in live.get("tags") or () if not tag["key"].startswith((OURS, FOREIGN))]
    return document | ({"tags": tags} if tags else {})
