"""Which service deployment of ECS a look is about, found with as few reads as tell it."""

from __future__ import annotations

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.ports.ecs import EcsPort, EcsService, ServiceDeployment
from gitmoxi.strategies.ecs_progress import (
    ECS_DEPLOYMENT,
    PREVIOUS_SERVICE_DEPLOYMENT,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)


class ServiceDeployments:
    """Reads them by what ``DescribeServices`` tells: which is the current one, and how the primary stands.

    Amazon ECS API reference, Service and Deployment. Whether AWS always gives the current one is unverified:
    where it gives none, or none that can be ours, ``ListServiceDeployments`` answers.
    """

    def __init__(self, ecs: EcsPort) -> None:
        self._ecs = ecs

    async def newest(
        self, target: EcsTarget, service: EcsService | None, *, status: bool
    ) -> ServiceDeployment | None:
        """The newest one; without ``status`` perhaps by name only, which is all that most steps need."""
        if service is None or service.status != "ACTIVE":
            return None
        current = service.current_service_deployment
        if current is not None and not status:
            return ServiceDeployment(arn=current, status="")
        if current is not None and (found := await self._ecs.service_deployment(target, current)):
            return found
        return await self._listed(target)

    async def followed(
        self, deployment: Deployment, target: EcsTarget, service: EcsService | None
    ) -> ServiceDeployment | None:
        """The one that our update started; None while ECS does not show it, and where it started none.

        While the primary deployment is ours and rolls out, so does the service deployment: it is read when
        that has changed.
        """
        progress = deployment.progress
        if progress.values.get(STARTS_DEPLOYMENT) == "no":
            return None
        arn = progress.values.get(SERVICE_DEPLOYMENT) or _current(progress, service)
        if arn is None:
            return await self._listed(target) if service and service.status == "ACTIVE" else None
        if _rolls_out(progress, service):
            return ServiceDeployment(arn=arn, status="IN_PROGRESS")
        return await self._ecs.service_deployment(target, arn)

    async def _listed(self, target: EcsTarget) -> ServiceDeployment | None:
        newest = await self._ecs.service_deployments(target, 1)
        return newest[0] if newest else None


def _current(progress: Progress, service: EcsService | None) -> str | None:
    """The service's current one, unless it is the one from before our update."""
    if service is None or service.status != "ACTIVE":
        return None
    current = service.current_service_deployment
    return current if current != progress.values.get(PREVIOUS_SERVICE_DEPLOYMENT) else None


def _rolls_out(progress: Progress, service: EcsService | None) -> bool:
    primary = (service.primary if service is not None else None) or {}
    ours = primary.get("id") == progress.values.get(ECS_DEPLOYMENT, "")
    return ours and primary.get("rolloutState") == "IN_PROGRESS"
