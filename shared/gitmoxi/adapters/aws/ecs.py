"""Amazon ECS over its API (Amazon Elastic Container Service API Reference, 2014-11-13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.calls import Operation, ServiceCalls
from gitmoxi.adapters.aws.errors import error_code
from gitmoxi.adapters.aws.rate_limits import ApiGroup, RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import AwsRejectedError
from gitmoxi.explaining.signs import FailedTask
from gitmoxi.ports.ecs import EcsPort, EcsService, EcsTaskDefinition, ServiceDeployment

if TYPE_CHECKING:
    from types_aiobotocore_ecs import ECSClient

_OPERATIONS: Mapping[str, Operation] = {
    "DescribeServices": Operation(group=ApiGroup.ECS_SERVICE_READS),
    "CreateService": Operation(group=ApiGroup.ECS_SERVICE_WRITES, mutation=True),
    "UpdateService": Operation(group=ApiGroup.ECS_SERVICE_WRITES, mutation=True),
    "DeleteService": Operation(group=ApiGroup.ECS_SERVICE_WRITES, mutation=True),
    "DescribeTaskDefinition": Operation(group=ApiGroup.ECS_TASK_DEFINITION_READS),
    "ListTaskDefinitions": Operation(group=ApiGroup.ECS_TASK_DEFINITION_READS),
    "RegisterTaskDefinition": Operation(group=ApiGroup.ECS_TASK_DEFINITION_WRITES, mutation=True),
    "ListServiceDeployments": Operation(group=ApiGroup.ECS_SERVICE_DEPLOYMENT_READS),
    "DescribeServiceDeployments": Operation(group=ApiGroup.ECS_SERVICE_DEPLOYMENT_READS),
    "StopServiceDeployment": Operation(mutation=True),
    "ListTasks": Operation(group=ApiGroup.ECS_TASK_READS),
    "DescribeTasks": Operation(group=ApiGroup.ECS_TASK_READS),
    "TagResource": Operation(mutation=True),
    "UntagResource": Operation(mutation=True),
}

_PAGE = 100  # the most that ECS's List operations return at once
_LISTED = {
    "ListTaskDefinitions": "taskDefinitionArns",
    "ListServiceDeployments": "serviceDeployments",
    "ListTasks": "taskArns",
}
_DESCRIBED_DEPLOYMENTS = 20  # the most that DescribeServiceDeployments takes
_DESCRIBED_TASKS = 100  # the most that DescribeTasks takes
_GONE = "MISSING"  # the reason in ``failures`` of what ECS does not know
_NO_TASK_DEFINITION = "Unable to describe task definition"  # said by a ClientException, which says much else
_NO_SERVICE_DEPLOYMENT = frozenset({"ServiceNotFoundException", "ServiceDeploymentNotFoundException"})


class AwsEcs(EcsPort):
    """The ECS port over AWS's API; requests go out as they come, for the target's cluster and service."""

    def __init__(self, clients: ClientSource, limits: RateLimits) -> None:
        self._calls = ServiceCalls("ecs", _OPERATIONS, clients=clients, limits=limits)

    def _calling(self, target: EcsTarget, operation: str) -> AbstractAsyncContextManager[ECSClient]:
        return self._calls.calling(operation, account=target.account, region=target.region)

    async def service(self, target: EcsTarget) -> EcsService | None:
        """``DescribeServices`` of one service, with TAGS."""
        async with self._calling(target, "DescribeServices") as client:
            answer = await client.describe_services(
                cluster=target.cluster, services=[target.service_name], include=["TAGS"]
            )
        _raise_failures("DescribeServices", answer.get("failures", ()))
        return next((_service(document) for document in answer.get("services", ())), None)

    async def task_definition(self, target: EcsTarget, name: str) -> EcsTaskDefinition | None:
        """``DescribeTaskDefinition`` with TAGS."""
        async with self._calling(target, "DescribeTaskDefinition") as client:
            try:
                answer = await client.describe_task_definition(taskDefinition=name, include=["TAGS"])
            except ClientError as error:
                if error_code(error) == "ClientException" and _NO_TASK_DEFINITION in str(error):
                    return None
                raise
        return EcsTaskDefinition(document=answer["taskDefinition"], tags=_tags(answer.get("tags", ())))

    async def task_definition_arns(self, target: EcsTarget, family: str, limit: int) -> list[str]:
        """``ListTaskDefinitions``; its ``familyPrefix`` is checked again, for its name promises less."""

        def of_family(arns: Sequence[str]) -> list[str]:
            return [arn for arn in arns if _family(arn) == family]

        arns = await self._list(
            target,
            "ListTaskDefinitions",
            {"familyPrefix": family, "status": "ACTIVE", "sort": "DESC"},
            enough=lambda found: len(of_family(found)) >= limit,
        )
        return of_family(arns)[:limit]

    async def register_task_definition(self, target: EcsTarget, request: Mapping[str, Any]) -> str:
        """``RegisterTaskDefinition``."""
        async with self._calling(target, "RegisterTaskDefinition") as client:
            answer = await client.register_task_definition(**request)
        return answer["taskDefinition"]["taskDefinitionArn"]

    async def create_service(self, target: EcsTarget, request: Mapping[str, Any]) -> EcsService:
        """``CreateService``; cluster and name are the target's."""
        names = {"cluster": target.cluster, "serviceName": target.service_name}
        async with self._calling(target, "CreateService") as client:
            answer = await client.create_service(**{**request, **names})
        return _service(answer["service"])

    async def update_service(self, target: EcsTarget, request: Mapping[str, Any]) -> EcsService:
        """``UpdateService``; cluster and service are the target's."""
        names = {"cluster": target.cluster, "service": target.service_name}
        async with self._calling(target, "UpdateService") as client:
            answer = await client.update_service(**{**request, **names})
        return _service(answer["service"])

    async def delete_service(self, target: EcsTarget) -> None:
        """``DeleteService`` with ``force``, so that running tasks do not hinder it."""
        async with self._calling(target, "DeleteService") as client:
            await client.delete_service(cluster=target.cluster, service=target.service_name, force=True)

    async def tag_resource(self, target: EcsTarget, arn: str, tags: Mapping[str, str]) -> None:
        """``TagResource``."""
        async with self._calling(target, "TagResource") as client:
            await client.tag_resource(
                resourceArn=arn, tags=[{"key": key, "value": value} for key, value in tags.items()]
            )

    async def untag_resource(self, target: EcsTarget, arn: str, keys: Sequence[str]) -> None:
        """``UntagResource``."""
        async with self._calling(target, "UntagResource") as client:
            await client.untag_resource(resourceArn=arn, tagKeys=keys)

    async def service_deployments(self, target: EcsTarget, limit: int) -> list[ServiceDeployment]:
        """``ListServiceDeployments``, then ``DescribeServiceDeployments`` of the newest ``limit``."""

        def enough(found: Sequence[Any]) -> bool:
            # AWS documents no order: only a list that is seen to begin with the newest is cut short.
            return len(found) >= limit and _created_at(found[0]) > _created_at(found[-1])

        request = {"cluster": target.cluster, "service": target.service_name}
        briefs = await self._list(target, "ListServiceDeployments", request, enough=enough)
        briefs.sort(key=_created_at, reverse=True)
        arns = [brief["serviceDeploymentArn"] for brief in briefs[:limit]]
        described: list[Any] = []
        for chunk in _chunks(arns, _DESCRIBED_DEPLOYMENTS):
            described += await self._describe_deployments(target, chunk)
        return [_service_deployment(one) for one in sorted(described, key=_created_at, reverse=True)]

    async def service_deployment(self, target: EcsTarget, arn: str) -> ServiceDeployment | None:
        """``DescribeServiceDeployments``; None when it is gone, as it is with its service."""
        described = await self._describe_deployments(target, [arn])
        return _service_deployment(described[0]) if described else None

    async def stop_service_deployment(self, target: EcsTarget, arn: str, *, rollback: bool) -> None:
        """``StopServiceDeployment``."""
        async with self._calling(target, "StopServiceDeployment") as client:
            await client.stop_service_deployment(
                serviceDeploymentArn=arn, stopType="ROLLBACK" if rollback else "ABORT"
            )

    async def stopped_tasks(self, target: EcsTarget, started_by: str) -> list[FailedTask]:
        """``ListTasks`` by service (``startedBy`` allows no other filter), then ``DescribeTasks`` by page."""
        request = {
            "cluster": target.cluster,
            "serviceName": target.service_name,
            "desiredStatus": "STOPPED",
        }
        arns = await self._list(target, "ListTasks", request)
        tasks: list[Any] = []
        for chunk in _chunks(arns, _DESCRIBED_TASKS):
            async with self._calling(target, "DescribeTasks") as client:
                answer = await client.describe_tasks(cluster=target.cluster, tasks=chunk)
            tasks += answer.get("tasks", [])
        return [FailedTask.from_aws(task) for task in tasks if task.get("startedBy") == started_by]

    async def _describe_deployments(self, target: EcsTarget, arns: Sequence[str]) -> Sequence[Any]:
        async with self._calling(target, "DescribeServiceDeployments") as client:
            try:
                answer = await client.describe_service_deployments(serviceDeploymentArns=arns)
            except ClientError as error:
                if error_code(error) in _NO_SERVICE_DEPLOYMENT:
                    return []
                raise
        _raise_failures("DescribeServiceDeployments", answer.get("failures", ()))
        return answer.get("serviceDeployments", [])

    async def _list(
        self,
        target: EcsTarget,
        operation: str,
        request: Mapping[str, Any],
        *,
        enough: Callable[[Sequence[Any]], bool] = lambda _: False,
    ) -> list[Any]:
        """The items of all pages of a List operation, or of the first ones once they are enough."""
        found: list[Any] = []
        position: dict[str, str] = {}
        while True:
            async with self._calling(target, operation) as client:
                answer = await getattr(client, xform_name(operation))(maxResults=_PAGE, **request, **position)
            found += answer.get(_LISTED[operation], [])
            if not answer.get("nextToken") or enough(found):
                return found
            position = {"nextToken": answer["nextToken"]}


def _raise_failures(operation: str, failures: Sequence[Mapping[str, Any]]) -> None:
    """Raise the first failure that says more than that something does not exist."""
    for failure in failures:
        if failure.get("reason") != _GONE:
            raise AwsRejectedError(
                operation=f"ecs:{operation}",
                code=str(failure.get("reason", "Unknown")),
                reason=f"{failure.get('arn', '')} {failure.get('detail', '')}".strip(),
            )


def _service(document: Mapping[str, Any]) -> EcsService:
    return EcsService(document=document, tags=_tags(document.get("tags", ())))


def _tags(tags: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in tags}


def _family(task_definition_arn: str) -> str:
    """The family in ``arn:…:task-definition/family:revision``."""
    return task_definition_arn.rpartition("/")[2].rpartition(":")[0]


def _created_at(deployment: Mapping[str, Any]) -> Any:
    return deployment["createdAt"]


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _service_deployment(document: Mapping[str, Any]) -> ServiceDeployment:
    return ServiceDeployment(
        arn=document["serviceDeploymentArn"],
        status=document["status"],
        reason=document.get("statusReason", ""),
        target_revision_arn=document.get("targetServiceRevision", {}).get("arn", ""),
        document=document,
    )
