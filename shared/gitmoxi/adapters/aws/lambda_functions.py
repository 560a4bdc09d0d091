"""AWS Lambda's control plane over its API (AWS Lambda API Reference, 2015-03-31)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.calls import Operation, ServiceCalls
from gitmoxi.adapters.aws.errors import error_code, translate
from gitmoxi.adapters.aws.rate_limits import ApiGroup, RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.errors import GitmoxiError
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction, LambdaPort, ProvisionedConcurrency

if TYPE_CHECKING:
    from types_aiobotocore_lambda import LambdaClient

_READ = Operation(group=ApiGroup.LAMBDA_CONTROL_PLANE)
_CHANGE = Operation(group=ApiGroup.LAMBDA_CONTROL_PLANE, mutation=True)

_OPERATIONS: Mapping[str, Operation] = {
    "GetFunction": Operation(group=ApiGroup.LAMBDA_GET_FUNCTION),
    "ListVersionsByFunction": _READ,
    "GetAlias": _READ,
    "ListAliases": _READ,
    "ListProvisionedConcurrencyConfigs": _READ,
    "CreateFunction": _CHANGE,
    "UpdateFunctionCode": _CHANGE,
    "UpdateFunctionConfiguration": _CHANGE,
    "PublishVersion": _CHANGE,
    "CreateAlias": _CHANGE,
    "UpdateAlias": Operation(group=ApiGroup.LAMBDA_CONTROL_PLANE, mutation=True, urgent=True),
    "DeleteFunction": _CHANGE,
    "PutFunctionConcurrency": _CHANGE,
    "DeleteFunctionConcurrency": _CHANGE,
    "PutProvisionedConcurrencyConfig": _CHANGE,
    "DeleteProvisionedConcurrencyConfig": _CHANGE,
    "TagResource": _CHANGE,
    "UntagResource": _CHANGE,
}

_LATEST = "$LATEST"

_UNREADABLE_OBJECT = frozenset({"400", "403", "404", "AccessDenied", "NoSuchKey", "NoSuchBucket"})
"""What ``HeadObject`` says, whose answers have no body: it is not there, or not for us (400: its key's)."""

_OF_PARTS = "-"
"""Before the number of parts, in a checksum of their checksums."""


class AwsLambda(LambdaPort):
    """The Lambda port over AWS's API; requests go out as they come, for the function of the target."""

    def __init__(self, clients: ClientSource, limits: RateLimits) -> None:
        self._calls = ServiceCalls("lambda", _OPERATIONS, clients=clients, limits=limits)
        self._objects = ServiceCalls("s3", {"HeadObject": Operation()}, clients=clients, limits=limits)

    def _calling(self, target: LambdaTarget, operation: str) -> AbstractAsyncContextManager[LambdaClient]:
        return self._calls.calling(operation, account=target.account, region=target.region)

    async def function(self, target: LambdaTarget, qualifier: str | None = None) -> LambdaFunction | None:
        """``GetFunction``.

        Raises:
            AccessDeniedError: also when we may read the function but not its tags, for ownership is a tag.
        """
        request = _request(target, Qualifier=qualifier)
        async with self._calling(target, "GetFunction") as client:
            try:
                answer: Mapping[str, Any] = await client.get_function(**request)
            except ClientError as error:
                if _not_found(error):
                    return None
                raise
        if "TagsError" in answer:
            raise _tags_error(answer["TagsError"])
        return LambdaFunction(
            configuration=answer["Configuration"],
            code=answer.get("Code", {}),
            tags=answer.get("Tags", {}),
            reserved_concurrency=answer.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        )

    async def versions(self, target: LambdaTarget) -> list[Mapping[str, Any]]:
        """``ListVersionsByFunction``, all pages."""
        pages = [page["Versions"] async for page in self._pages(target, "ListVersionsByFunction")]
        published = (one for page in pages for one in page if one["Version"] != _LATEST)
        return sorted(published, key=lambda version: int(version["Version"]))

    async def alias(self, target: LambdaTarget, name: str) -> LambdaAlias | None:
        """``GetAlias``."""
        async with self._calling(target, "GetAlias") as client:
            try:
                answer = await client.get_alias(**_request(target, Name=name))
            except ClientError as error:
                if _not_found(error):
                    return None
                raise
        return _alias(answer)

    async def aliases(self, target: LambdaTarget) -> list[LambdaAlias]:
        """``ListAliases``, all pages."""
        pages = [page["Aliases"] async for page in self._pages(target, "ListAliases")]
        return [_alias(alias) for page in pages for alias in page]

    async def provisioned_concurrency(self, target: LambdaTarget) -> Mapping[str, ProvisionedConcurrency]:
        """``ListProvisionedConcurrencyConfigs``, all pages; each ARN ends in the version or the alias."""
        operation = "ListProvisionedConcurrencyConfigs"
        pages = [page["ProvisionedConcurrencyConfigs"] async for page in self._pages(target, operation)]
        return {one["FunctionArn"].rpartition(":")[2]: _provisioned(one) for page in pages for one in page}

    async def _pages(self, target: LambdaTarget, operation: str) -> AsyncIterator[Mapping[str, Any]]:
        """The answers of an operation that lists by ``Marker``; none for a function that does not exist."""
        request = _request(target)
        while True:
            async with self._calling(target, operation) as client:
                try:
                    answer: Mapping[str, Any] = await getattr(client, xform_name(operation))(**request)
                except ClientError as error:
                    if _not_found(error):
                        return
                    raise
            yield answer
            if not answer.get("NextMarker"):
                return
            request["Marker"] = answer["NextMarker"]

    async def create_function(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``CreateFunction``."""
        async with self._calling(target, "CreateFunction") as client:
            return _configured(await client.create_function(**{**request, **_request(target)}))

    async def update_function_code(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``UpdateFunctionCode``."""
        async with self._calling(target, "UpdateFunctionCode") as client:
            return _configured(await client.update_function_code(**{**request, **_request(target)}))

    async def update_function_configuration(
        self, target: LambdaTarget, request: Mapping[str, Any]
    ) -> LambdaFunction:
        """``UpdateFunctionConfiguration``."""
        async with self._calling(target, "UpdateFunctionConfiguration") as client:
            return _configured(await client.update_function_configuration(**{**request, **_request(target)}))

    async def publish_version(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``PublishVersion``."""
        async with self._calling(target, "PublishVersion") as client:
            return _configured(await client.publish_version(**{**request, **_request(target)}))

    async def create_alias(self, target: LambdaTarget, name: str, version: str) -> LambdaAlias:
        """``CreateAlias``."""
        async with self._calling(target, "CreateAlias") as client:
            return _alias(await client.create_alias(**_request(target, Name=name, FunctionVersion=version)))

    async def update_alias(
        self,
        target: LambdaTarget,
        name: str,
        version: str,
        *,
        revision_id: str | None,
        weights: Mapping[str, float] | None = None,
    ) -> LambdaAlias:
        """``UpdateAlias``; left-out weights would be kept, so they are sent empty."""
        request = _request(
            target,
            Name=name,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": dict(weights or {})},
            RevisionId=revision_id,
        )
        async with self._calling(target, "UpdateAlias") as client:
            return _alias(await client.update_alias(**request))

    async def delete_function(self, target: LambdaTarget, qualifier: str | None = None) -> None:
        """``DeleteFunction``."""
        async with self._calling(target, "DeleteFunction") as client:
            try:
                await client.delete_function(**_request(target, Qualifier=qualifier))
            except ClientError as error:
                if not _not_found(error):
                    raise

    async def put_reserved_concurrency(self, target: LambdaTarget, executions: int) -> None:
        """``PutFunctionConcurrency``."""
        request = _request(target, ReservedConcurrentExecutions=executions)
        async with self._calling(target, "PutFunctionConcurrency") as client:
            await client.put_function_concurrency(**request)

    async def delete_reserved_concurrency(self, target: LambdaTarget) -> None:
        """``DeleteFunctionConcurrency``."""
        async with self._calling(target, "DeleteFunctionConcurrency") as client:
            await client.delete_function_concurrency(**_request(target))

    async def put_provisioned_concurrency(
        self, target: LambdaTarget, qualifier: str, executions: int
    ) -> None:
        """``PutProvisionedConcurrencyConfig``."""
        request = _request(target, Qualifier=qualifier, ProvisionedConcurrentExecutions=executions)
        async with self._calling(target, "PutProvisionedConcurrencyConfig") as client:
            await client.put_provisioned_concurrency_config(**request)

    async def delete_provisioned_concurrency(self, target: LambdaTarget, qualifier: str) -> None:
        """``DeleteProvisionedConcurrencyConfig``."""
        request = _request(target, Qualifier=qualifier)
        async with self._calling(target, "DeleteProvisionedConcurrencyConfig") as client:
            try:
                await client.delete_provisioned_concurrency_config(**request)
            except ClientError as error:
                if not _not_found(error):
                    raise

    async def tag_resource(self, target: LambdaTarget, tags: Mapping[str, str]) -> None:
        """``TagResource``."""
        async with self._calling(target, "TagResource") as client:
            await client.tag_resource(Resource=target.function_arn, Tags=tags)

    async def untag_resource(self, target: LambdaTarget, keys: list[str]) -> None:
        """``UntagResource``."""
        async with self._calling(target, "UntagResource") as client:
            await client.untag_resource(Resource=target.function_arn, TagKeys=keys)

    async def object_sha256(
        self, target: LambdaTarget, *, bucket: str, key: str, version: str | None
    ) -> str | None:
        """``HeadObject`` with the checksum; that of a multipart upload is none of the whole object."""
        given = {"Bucket": bucket, "Key": key, "ChecksumMode": "ENABLED"}
        request = given if version is None else {**given, "VersionId": version}
        async with self._objects.calling(
            "HeadObject", account=target.account, region=target.region
        ) as client:
            try:
                answer = await client.head_object(**request)
            except ClientError as error:
                if error_code(error) in _UNREADABLE_OBJECT:
                    return None
                raise
        checksum = answer.get("ChecksumSHA256", "")
        return checksum if checksum and _OF_PARTS not in checksum else None


def _request(target: LambdaTarget, **members: Any) -> dict[str, Any]:
    """A request for the target's function, of the members that are not None."""
    given = {name: value for name, value in members.items() if value is not None}
    return {"FunctionName": target.function_name, **given}


def _not_found(error: ClientError) -> bool:
    return error_code(error) == "ResourceNotFoundException"


def _tags_error(error: Mapping[str, str]) -> GitmoxiError:
    """What ``GetFunction`` says, amid a good answer, about tags that it could not read."""
    refusal = ClientError({"Error": {"Code": error["ErrorCode"], "Message": error["Message"]}}, "ListTags")
    return translate("lambda:ListTags", refusal, mutation=False)


def _configured(answer: Mapping[str, Any]) -> LambdaFunction:
    """The function that a change answers with: its configuration without the envelope."""
    return LambdaFunction(
        configuration={name: value for name, value in answer.items() if name != "ResponseMetadata"}
    )


def _alias(answer: Mapping[str, Any]) -> LambdaAlias:
    return LambdaAlias(
        name=answer["Name"],
        version=answer["FunctionVersion"],
        revision_id=answer.get("RevisionId", ""),
        weights=dict(answer.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})),
    )


def _provisioned(item: Mapping[str, Any]) -> ProvisionedConcurrency:
    return ProvisionedConcurrency(
        requested=item.get("RequestedProvisionedConcurrentExecutions", 0),
        allocated=item.get("AllocatedProvisionedConcurrentExecutions", 0),
        status=item.get("Status", ""),
        reason=item.get("StatusReason", ""),
    )
