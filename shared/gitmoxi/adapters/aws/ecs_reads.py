"""Reads of Amazon ECS that several callers share: one call asks about as much as AWS lets it.

Amazon ECS API reference: DescribeServices (10), DescribeServiceDeployments (20), DescribeTasks (100).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gitmoxi.adapters.aws.calls import ServiceCalls
from gitmoxi.adapters.aws.collecting import Batch, Collector
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import AwsRejectedError

Document = Mapping[str, Any]
_Documents = Batch[str, Document]
_Answers = Mapping[str, Document | Exception]

_SERVICES, _DEPLOYMENTS, _TASKS = 10, 20, 100
_GONE = "MISSING"  # the reason in ``failures`` of what ECS does not know


class EcsReads:
    """Describes services, service deployments and tasks; what AWS calls MISSING is None."""

    def __init__(self, calls: ServiceCalls, *, seconds: float) -> None:
        self._calls = calls
        self._services = Collector(self._describe_services, size=_SERVICES, seconds=seconds)
        self._deployments = Collector(self._describe_deployments, size=_DEPLOYMENTS, seconds=seconds)
        self._tasks = Collector(self._describe_tasks, size=_TASKS, seconds=seconds)

    async def service(self, target: EcsTarget) -> Document | None:
        """``DescribeServices`` with TAGS, for the services of the same cluster together."""
        return await self._services.get(_cluster(target), target.service_name)

    async def service_deployment(self, target: EcsTarget, arn: str) -> Document | None:
        """``DescribeServiceDeployments``, for those of the same account and region together."""
        return await self._deployments.get((target.account, target.region), arn)

    async def task(self, target: EcsTarget, arn: str) -> Document | None:
        """``DescribeTasks``, for the tasks of the same cluster together."""
        return await self._tasks.get(_cluster(target), arn)

    async def _describe_services(self, group: tuple[str, str, str], batch: _Documents) -> _Answers:
        account, region, cluster = group
        async with self._calls.calling("DescribeServices", account=account, region=region) as client:
            names = batch.close()
            if not names:
                return {}
            answer = await client.describe_services(cluster=cluster, services=names, include=["TAGS"])
        found = {one["serviceName"]: one for one in answer.get("services", ())}
        return found | _failed("DescribeServices", answer, names, found, _last_part)

    async def _describe_deployments(self, group: tuple[str, str], batch: _Documents) -> _Answers:
        account, region = group
        async with self._calls.calling(
            "DescribeServiceDeployments", account=account, region=region
        ) as client:
            arns = batch.close()
            if not arns:
                return {}
            answer = await client.describe_service_deployments(serviceDeploymentArns=arns)
        found = {one["serviceDeploymentArn"]: one for one in answer.get("serviceDeployments", ())}
        return found | _failed("DescribeServiceDeployments", answer, arns, found, _whole)

    async def _describe_tasks(self, group: tuple[str, str, str], batch: _Documents) -> _Answers:
        account, region, cluster = group
        async with self._calls.calling("DescribeTasks", account=account, region=region) as client:
            arns = batch.close()
            if not arns:
                return {}
            answer = await client.describe_tasks(cluster=cluster, tasks=arns)
        return {one["taskArn"]: one for one in answer.get("tasks", ())}


def _failed(
    operation: str, answer: Document, keys: Sequence[str], found: Document, key_of: Callable[[str], str]
) -> dict[str, Exception]:
    """The failures that say more than that something does not exist, by the member that each is about.

    One that names no member is told to all that got no answer.
    """
    errors: dict[str, Exception] = {}
    for failure in answer.get("failures", ()):
        if failure.get("reason") == _GONE:
            continue
        error = AwsRejectedError(
            operation=f"ecs:{operation}",
            code=str(failure.get("reason", "Unknown")),
            reason=f"{failure.get('arn', '')} {failure.get('detail', '')}".strip(),
        )
        named = key_of(str(failure.get("arn", "")))
        about = [named] if named in keys else [key for key in keys if key not in found]
        errors |= {key: error for key in about if key not in errors}
    return errors


def _cluster(target: EcsTarget) -> tuple[str, str, str]:
    return target.account, target.region, target.cluster


def _last_part(arn: str) -> str:
    """The service's name in ``arn:…:service/cluster/name``, which older ARNs write without the cluster."""
    return arn.rpartition("/")[2]


def _whole(arn: str) -> str:
    return arn
