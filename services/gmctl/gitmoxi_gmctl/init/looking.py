"""The calls of ``gmctl init`` that the workers never make: who we are, what else is there, who scales.

Sources: API_GetCallerIdentity of AWS STS, API_ListClusters and API_ListServices of Amazon ECS,
API_DescribeScalableTargets of Application Auto Scaling, API_ListFunctions, API_ListAliases and
API_ListEventSourceMappings of AWS Lambda.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore import xform_name

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.aws.sessions import ClientSource

_FEW_PAGES = 20
"""Of a list that is only searched for similar names."""

_ALL_PAGES = 1000
"""Of a list that is wanted whole: more than any account's quota fills."""

_ECS_PAGE = 100
"""The most that ListClusters and ListServices give at once; ListServices gives 10 unasked."""


class AwsLooks:
    """Reads of one account and region; each may raise what ``aws_errors`` makes of AWS's errors."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients
        self._account: str | None = None

    async def account(self) -> str:
        """``sts:GetCallerIdentity``, which needs no permission: 12 digits; asked once."""
        if self._account is None:
            self._account = str((await self._call("sts", "GetCallerIdentity"))["Account"])
        return self._account

    async def cluster_names(self, *, whole: bool = False) -> list[str]:
        """``ecs:ListClusters``; ``whole``: all, however many there are."""
        return [_last_part(arn) for arn in await self._ecs_list("ListClusters", "clusterArns", whole=whole)]

    async def service_names(self, cluster: str, *, whole: bool = False) -> list[str]:
        """``ecs:ListServices``; ``whole``: all, however many there are."""
        arns = await self._ecs_list("ListServices", "serviceArns", whole=whole, cluster=cluster)
        return [_last_part(arn) for arn in arns]

    async def is_scaled(self, cluster: str, service: str) -> bool:
        """Whether a scalable target is registered for the service's desiredCount."""
        answer = await self._call(
            "application-autoscaling",
            "DescribeScalableTargets",
            ServiceNamespace="ecs",
            ResourceIds=[f"service/{cluster}/{service}"],
            ScalableDimension="ecs:service:DesiredCount",
        )
        return bool(answer["ScalableTargets"])

    async def function_names(self, *, whole: bool = False) -> list[str]:
        """``lambda:ListFunctions``; ``whole``: all, however many there are."""
        listed = await self._lambda_list("ListFunctions", "Functions", whole=whole)
        return [str(function["FunctionName"]) for function in listed]

    async def alias_names(self, function: str) -> list[str]:
        """``lambda:ListAliases``."""
        listed = await self._lambda_list("ListAliases", "Aliases", FunctionName=function)
        return sorted(str(alias["Name"]) for alias in listed)

    async def event_source_mappings(self, function: str) -> list[Mapping[str, Any]]:
        """``lambda:ListEventSourceMappings`` of a function, or of an alias (``NAME:ALIAS``)."""
        return await self._lambda_list(
            "ListEventSourceMappings", "EventSourceMappings", FunctionName=function
        )

    async def _ecs_list(self, operation: str, member: str, *, whole: bool, **request: Any) -> list[str]:
        asked = {"maxResults": _ECS_PAGE, **request}
        return await self._pages("ecs", operation, member, asked, ("nextToken", "nextToken"), whole=whole)

    async def _lambda_list(
        self, operation: str, member: str, *, whole: bool = False, **request: Any
    ) -> list[Any]:
        return await self._pages("lambda", operation, member, request, ("Marker", "NextMarker"), whole=whole)

    async def _pages(
        self,
        service: str,
        operation: str,
        member: str,
        request: Mapping[str, Any],
        cursor: tuple[str, str],
        *,
        whole: bool,
    ) -> list[Any]:
        ask, told = cursor
        found: list[Any] = []
        more: dict[str, str] = {}
        for _ in range(_ALL_PAGES if whole else _FEW_PAGES):
            answer = await self._call(service, operation, **request, **more)
            found += answer[member]
            if not answer.get(told):
                break
            more = {ask: answer[told]}
        return found

    async def _call(self, service: str, operation: str, **request: Any) -> Mapping[str, Any]:
        client = await self._clients.client(service)
        method = getattr(client, xform_name(operation))
        async with aws_errors(f"{service}:{operation}", mutation=False):
            answer: Mapping[str, Any] = await method(**request)
        return answer


def _last_part(arn: str) -> str:
    return arn.rpartition("/")[2]
