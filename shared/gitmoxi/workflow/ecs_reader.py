"""Reading an ECS target as the strategies look at it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import InvariantError, PermanentError
from gitmoxi.planning.desired import DesiredEcs, task_definition_hash
from gitmoxi.planning.ecs import EcsPlan, plan_ecs
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.ecs import EcsPort, EcsService, EcsTaskDefinition, ServiceDeployment, StoppedTask
from gitmoxi.strategies.ecs_following import SERVICE_DEPLOYMENT, STARTS_DEPLOYMENT
from gitmoxi.strategies.ecs_observation import EcsObservation, count_of
from gitmoxi.strategies.ecs_rolling import TASK_DEFINITION
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


class EcsReader:
    """Reads live services together with what is wanted of them; ``owner`` is the installation."""

    def __init__(self, *, ecs: EcsPort, bodies: BodyStore, owner: str) -> None:
        self._ecs = ecs
        self._bodies = bodies
        self._wanted = WantedReader(bodies)
        self._owner = owner

    async def forward(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        """What a deployer looks at: the committed documents against the live service."""
        target = ecs_target(deployment)
        service = await self._ecs.service(target)
        if deployment.verb is Verb.DELETE or deployment.desired is None:
            return EcsObservation(service=service)
        desired = await self._wanted.ecs(deployment.desired)
        good = await self._wanted.ecs(record.last_good.desired) if record.last_good else None
        known = None
        if desired.task_definition is not None:
            known = record.task_definitions.get(task_definition_hash(desired.task_definition))
        force = deployment.change is ObjectChange.FORCED
        return await self._seen(deployment, service, desired, good, known, force=force)

    async def backward(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        """What a rollback looks at: the last good revision against the live service."""
        service = await self._ecs.service(ecs_target(deployment))
        desired, arn = await self._last_good(deployment, record)
        failed = await self._wanted.ecs(deployment.desired) if deployment.desired else None
        settings = failed.settings if failed is not None else {}
        if desired is None:
            return EcsObservation(service=service, settings=settings)
        seen = await self._seen(deployment, service, desired, failed, arn)
        return replace(seen, settings=settings)

    async def snapshot(self, deployment: Deployment) -> bytes:
        """The live service as canonical JSON; ``null`` when there is none."""
        service = await self._ecs.service(ecs_target(deployment))
        live = service.document if service is not None and service.status == "ACTIVE" else None
        return json.dumps(live, sort_keys=True, default=str).encode()

    async def _last_good(
        self, deployment: Deployment, record: TargetRecord
    ) -> tuple[DesiredEcs | None, str | None]:
        if record.last_good is not None:
            return await self._wanted.ecs(record.last_good.desired), record.last_good.values[TASK_DEFINITION]
        if deployment.before is None:
            return None, None
        live: dict[str, Any] | None = json.loads(await self._bodies.get(deployment.before))
        if live is None:
            return None, None
        document = {name: live[name] for name in RESTORABLE if live.get(name) is not None}
        return DesiredEcs(target=ecs_target(deployment), service=document), live["taskDefinition"]

    async def _seen(
        self,
        deployment: Deployment,
        service: EcsService | None,
        desired: DesiredEcs,
        previous: DesiredEcs | None,
        known_arn: str | None,
        *,
        force: bool = False,
    ) -> EcsObservation:
        target = ecs_target(deployment)
        if deployment.progress.phase == "follow":
            return EcsObservation(
                service=service,
                settings=desired.settings,
                desired=desired,
                following=await self._service_deployment(deployment),
                stopped=await self._failed_tasks(deployment, service),
            )
        plan: EcsPlan | None = None
        refused: PermanentError | None = None
        try:
            live = await self._live_task_definition(target, service)
            plan = plan_ecs(desired, service, live, owner=self._owner, previous=previous, force=force)
        except PermanentError as error:
            refused = error
        known = await self._ecs.task_definition(target, known_arn) if known_arn else None
        return EcsObservation(
            service=service,
            settings=desired.settings,
            desired=desired,
            plan=plan,
            refused=refused,
            known_task_definition=known,
            following=await self._newest_service_deployment(target, service),
        )

    async def _live_task_definition(
        self, target: EcsTarget, service: EcsService | None
    ) -> EcsTaskDefinition | None:
        if service is None or service.status != "ACTIVE" or not service.task_definition_arn:
            return None
        return await self._ecs.task_definition(target, service.task_definition_arn)

    async def _newest_service_deployment(
        self, target: EcsTarget, service: EcsService | None
    ) -> ServiceDeployment | None:
        if service is None or service.status != "ACTIVE":
            return None
        newest = await self._ecs.service_deployments(target, 1)
        return newest[0] if newest else None

    async def _service_deployment(self, deployment: Deployment) -> ServiceDeployment | None:
        values = deployment.progress.values
        if values.get(STARTS_DEPLOYMENT) == "no":
            return None
        target = ecs_target(deployment)
        if SERVICE_DEPLOYMENT in values:
            return await self._ecs.service_deployment(target, values[SERVICE_DEPLOYMENT])
        newest = await self._ecs.service_deployments(target, 1)
        return newest[0] if newest else None

    async def _failed_tasks(
        self, deployment: Deployment, service: EcsService | None
    ) -> tuple[StoppedTask, ...]:
        """Why tasks of our own deployment failed; ECS's rollback makes another one the primary."""
        if service is None or service.status != "ACTIVE":
            return ()
        ours = deployment.progress.values.get("ecs_deployment")
        listed = service.document.get("deployments") or ()
        failed = [d for d in listed if d["id"] == ours and count_of(d, "failedTasks")]
        if not failed and any(d["id"] == ours for d in listed):
            return ()
        return tuple(await self._ecs.stopped_tasks(ecs_target(deployment), ours)) if ours else ()
