"""Amazon ECS over its API (Amazon Elastic Container Service API Reference, 2014-11-13)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.calls import Operation, ServiceCalls
from gitmoxi.adapters.aws.collecting import COLLECTED_SECONDS
from gitmoxi.adapters.aws.ecs_reads import EcsReads
from gitmoxi.adapters.aws.errors import error_code
from gitmoxi.adapters.aws.rate_limits import ApiGroup, RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import AwsRejectedError
from gitmoxi.explaining.signs import FailedTask
from gitmoxi.ports.ecs import EcsPort, EcsService, EcsTaskDefinition, ServiceDeployment
from gitmoxi.ports.remembering import Question, forget, learn, read_once

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
_NO_TASK_DEFINITION = "Unable to describe task definition"  # said by a ClientException, which says much else
_NO_SERVICE_DEPLOYMENT = frozenset({"ServiceNotFoundException", "ServiceDeploymentNotFoundException"})

# What a tick remembers, by what makes it outdated.
_OF_SERVICES = ("ecs.service", "ecs.service-deployments", "ecs.service-deployment", "ecs.stopped-tasks")
_NAMED = "ecs.task-definition"
_NEWEST = "ecs.task-definitions-of-family"


class AwsEcs(EcsPort):
    """The ECS port over AWS's API, for the target's cluster and service.

    Reads that are asked for within ``collect_seconds`` share a call; within a tick, none is made twice unless
    something was changed in between.
    """

    def __init__(
        self, clients: ClientSource, limits: RateLimits, *, collect_seconds: float = COLLECTED_SECONDS
    ) -> None:
        self._calls = ServiceCalls("ecs", _OPERATIONS, clients=clients, limits=limits)
        self._reads = EcsReads(self._calls, seconds=collect_seconds)

    def _calling(self, target: EcsTarget, operation: str) -> AbstractAsyncContextManager[ECSClient]:
        return self._calls.calling(operation, account=target.account, region=target.region)

    @asynccontextmanager
    async def _changing(self, target: EcsTarget, operation: str, *outdated: str) -> AsyncIterator[ECSClient]:
        """A call that changes something; also one that fails may have, so what was read is outdated."""
        try:
            async with self._calling(target, operation) as client:
                yield client
        finally:
            forget(*outdated)

    async def service(self, target: EcsTarget) -> EcsService | None:
        """``DescribeServices`` with TAGS."""

        async def read() -> EcsService | None:
            document = await self._reads.service(target)
            return _service(document) if document is not None else None

        return await read_once(("ecs.service", target.id), read)

    async def task_definition(self, target: EcsTarget, name: str) -> EcsTaskDefinition | None:
        """``DescribeTaskDefinition`` with TAGS."""
        return await read_once(
            _task_definition(target, name), lambda: self._describe_task_definition(target, name)
        )

    async def _describe_task_definition(self, target: EcsTarget, name: str) -> EcsTaskDefinition | None:
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
        """``RegisterTaskDefinition``, whose answer spares a tick the read of what it made."""
        async with self._changing(target, "RegisterTaskDefinition", _NEWEST) as client:
            answer = await client.register_task_definition(**request)
        made = EcsTaskDefinition(document=answer["taskDefinition"], tags=_tags(answer.get("tags", ())))
        learn(_task_definition(target, made.arn), made)
        return made.arn

    async def create_service(self, target: EcsTarget, request: Mapping[str, Any]) -> EcsService:
        """``CreateService``; cluster and name are the target's."""
        names = {"cluster": target.cluster, "serviceName": target.service_name}
        async with self._changing(target, "CreateService", *_OF_SERVICES) as client:
            answer = await client.create_service(**{**request, **names})
        return _service(answer["service"])

    async def update_service(self, target: EcsTarget, request: Mapping[str, Any]) -> EcsService:
        """``UpdateService``; cluster and service are the target's."""
        names = {"cluster": target.cluster, "service": target.service_name}
        async with self._changing(target, "UpdateService", *_OF_SERVICES) as client:
            answer = await client.update_service(**{**request, **names})
        return _service(answer["service"])

    async def delete_service(self, target: EcsTarget) -> None:
        """``DeleteService`` with ``force``, so that running tasks do not hinder it."""
        async with self._changing(target, "DeleteService", *_OF_SERVICES) as client:
            await client.delete_service(cluster=target.cluster, service=target.service_name, force=True)

    async def tag_resource(self, target: EcsTarget, arn: str, tags: Mapping[str, str]) -> None:
        """``TagResource``."""
        async with self._changing(target, "TagResource", *_OF_SERVICES, _NAMED) as client:
            await client.tag_resource(
                resourceArn=arn, tags=[{"key": key, "value": value} for key, value in tags.items()]
            )

    async def untag_resource(self, target: EcsTarget, arn: str, keys: Sequence[str]) -> None:
        """``UntagResource``."""
        async with self._changing(target, "UntagResource", *_OF_SERVICES, _NAMED) as client:
            await client.untag_resource(resourceArn=arn, tagKeys=keys)

    async def service_deployments(self, target: EcsTarget, limit: int) -> list[ServiceDeployment]:
        """``ListServiceDeployments``, then ``DescribeServiceDeployments`` of the newest ``limit``."""
        question = ("ecs.service-deployments", target.id, str(limit))
        return await read_once(question, lambda: self._newest_deployments(target, limit))

    async def _newest_deployments(self, target: EcsTarget, limit: int) -> list[ServiceDeployment]:
        def enough(found: Sequence[Any]) -> bool:
            # AWS documents no order: only a list that is seen to begin with the newest is cut short.
            return len(found) >= limit and _created_at(found[0]) > _created_at(found[-1])

        request = {"cluster": target.cluster, "service": target.service_name}
        briefs = await self._list(target, "ListServiceDeployments", request, enough=enough)
        briefs.sort(key=_created_at, reverse=True)
        arns = [brief["serviceDeploymentArn"] for brief in briefs[:limit]]
        described = await asyncio.gather(*(self._describe_deployment(target, arn) for arn in arns))
        return [one for one in described if one is not None]

    async def service_deployment(self, target: EcsTarget, arn: str) -> ServiceDeployment | None:
        """``DescribeServiceDeployments``; None when it is gone, as it is with its service."""
        question = ("ecs.service-deployment", target.account, target.region, arn)
        return await read_once(question, lambda: self._describe_deployment(target, arn))

    async def _describe_deployment(self, target: EcsTarget, arn: str) -> ServiceDeployment | None:
        try:
            document = await self._reads.service_deployment(target, arn)
        except AwsRejectedError as error:
            if error.code in _NO_SERVICE_DEPLOYMENT:
                return None
            raise
        return _service_deployment(document) if document is not None else None

    async def stop_service_deployment(self, target: EcsTarget, arn: str, *, rollback: bool) -> None:
        """``StopServiceDeployment``."""
        async with self._changing(target, "StopServiceDeployment", *_OF_SERVICES) as client:
            await client.stop_service_deployment(
                serviceDeploymentArn=arn, stopType="ROLLBACK" if rollback else "ABORT"
            )

    async def stopped_tasks(self, target: EcsTarget, started_by: str) -> list[FailedTask]:
        """``ListTasks`` by service (``startedBy`` allows no other filter), then ``DescribeTasks``."""
        question = ("ecs.stopped-tasks", target.id, started_by)
        return await read_once(question, lambda: self._failed_tasks(target, started_by))

    async def _failed_tasks(self, target: EcsTarget, started_by: str) -> list[FailedTask]:
        request = {
            "cluster": target.cluster,
            "serviceName": target.service_name,
            "desiredStatus": "STOPPED",
        }
        arns = await self._list(target, "ListTasks", request)
        tasks = await asyncio.gather(*(self._reads.task(target, arn) for arn in arns))
        return [FailedTask.from_aws(task) for task in tasks if task and task.get("startedBy") == started_by]

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


def _task_definition(target: EcsTarget, name: str) -> Question:
    """A revision stays what it is; a family's name alone means another one after each registration."""
    kind = _NAMED if ":" in name else _NEWEST
    return kind, target.account, target.region, name


def _service(document: Mapping[str, Any]) -> EcsService:
    return EcsService(document=document, tags=_tags(document.get("tags", ())))


def _tags(tags: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in tags}


def _family(task_definition_arn: str) -> str:
    """The family in ``arn:…:task-definition/family:revision``."""
    return task_definition_arn.rpartition("/")[2].rpartition(":")[0]


def _created_at(deployment: Mapping[str, Any]) -> Any:
    return deployment["createdAt"]


def _service_deployment(document: Mapping[str, Any]) -> ServiceDeployment:
    return ServiceDeployment(
        arn=document["serviceDeploymentArn"],
        status=document["status"],
        reason=document.get("statusReason", ""),
        target_revision_arn=document.get("targetServiceRevision", {}).get("arn", ""),
        document=document,
    )
