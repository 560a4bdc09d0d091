"""Amazon ECS as the workflow needs it: one method per AWS call, no decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.explaining.signs import FailedTask


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsService:
    """A service of ``DescribeServices`` (include TAGS); ``document`` is AWS's own answer for it."""

    document: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """ACTIVE, DRAINING or INACTIVE."""
        return str(self.document["status"])

    @property
    def task_definition_arn(self) -> str:
        return str(self.document.get("taskDefinition", ""))

    @property
    def primary(self) -> Mapping[str, Any] | None:
        """The deployment with status PRIMARY."""
        return next((d for d in self.document.get("deployments", ()) if d["status"] == "PRIMARY"), None)

    @property
    def rolls_out(self) -> bool:
        """Whether ECS still deploys what is configured (Amazon ECS API reference, Deployment)."""
        return (self.primary or {}).get("rolloutState") == "IN_PROGRESS"

    @property
    def current_service_deployment(self) -> str | None:
        """The ARN of the service deployment that AWS calls the current one, if it names any."""
        return self.document.get("currentServiceDeployment")


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsTaskDefinition:
    """A task definition of ``DescribeTaskDefinition`` (include TAGS)."""

    document: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return str(self.document["taskDefinitionArn"])

    @property
    def active(self) -> bool:
        return self.document.get("status") == "ACTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDeployment:
    """A service deployment of ``DescribeServiceDeployments``."""

    arn: str
    status: str
    """PENDING, IN_PROGRESS, SUCCESSFUL, STOPPED, STOP_REQUESTED, ROLLBACK_*; empty: it was not read."""
    reason: str = ""
    target_revision_arn: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


class EcsPort(Protocol):
    """Every method may raise ``RetryableError`` kinds, ``AwsRejectedError`` and ``AccessDeniedError``.

    A mutation whose answer was lost raises ``OutcomeUnknownError``. Documents are AWS's native ones.
    """

    async def service(self, target: EcsTarget) -> EcsService | None:
        """``DescribeServices``; None when AWS answers MISSING (a missing cluster is refused by AWS)."""
        ...

    async def task_definition(self, target: EcsTarget, name: str) -> EcsTaskDefinition | None:
        """``DescribeTaskDefinition`` by ARN or family; None when there is none."""
        ...

    async def task_definition_arns(self, target: EcsTarget, family: str, limit: int) -> list[str]:
        """``ListTaskDefinitions`` of exactly this family, newest first, ACTIVE ones."""
        ...

    async def register_task_definition(self, target: EcsTarget, request: Mapping[str, Any]) -> str:
        """``RegisterTaskDefinition``; the new ARN."""
        ...

    async def create_service(self, target: EcsTarget, request: Mapping[str, Any]) -> EcsService:
        """``CreateService``; ``request`` holds the ``clientToken``."""
        ...

    async def update_service(self, target: EcsTarget, request: Mapping[str, Any]) -> EcsService:
        """``UpdateService``."""
        ...

    async def delete_service(self, target: EcsTarget) -> None:
        """``DeleteService`` with ``force``."""
        ...

    async def tag_resource(self, target: EcsTarget, arn: str, tags: Mapping[str, str]) -> None:
        """``TagResource``: adds tags to the service or task definition ``arn``."""
        ...

    async def untag_resource(self, target: EcsTarget, arn: str, keys: Sequence[str]) -> None:
        """``UntagResource``."""
        ...

    async def service_deployments(self, target: EcsTarget, limit: int) -> list[ServiceDeployment]:
        """``ListServiceDeployments`` and ``DescribeServiceDeployments``, newest first."""
        ...

    async def service_deployment(self, target: EcsTarget, arn: str) -> ServiceDeployment | None:
        """``DescribeServiceDeployments`` of one ARN."""
        ...

    async def stop_service_deployment(self, target: EcsTarget, arn: str, *, rollback: bool) -> None:
        """``StopServiceDeployment`` with ROLLBACK or ABORT."""
        ...

    async def stopped_tasks(self, target: EcsTarget, started_by: str) -> list[FailedTask]:
        """``ListTasks`` (STOPPED) and ``DescribeTasks``: tasks of the service's deployment ``started_by``."""
        ...
