"""AWS Lambda's control plane over its API (AWS Lambda API Reference, 2015-03-31)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.calls import Operation, ServiceCalls
from gitmoxi.adapters.aws.errors import error_code
from gitmoxi.adapters.aws.lambda_answers import (
    alias_of,
    configured,
    is_not_found,
    provisioned_of,
    request_of,
    unreadable_tags,
)
from gitmoxi.adapters.aws.rate_limits import ApiGroup, RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction, LambdaPort, ProvisionedConcurrency
from gitmoxi.ports.remembering import forget, read_once

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

# What a tick remembers, by what makes it outdated. A moved alias is the last change of a deployment: the
# look after it is to see what others did to the function meanwhile.
_FUNCTION, _VERSIONS = "lambda.function", "lambda.versions"
_ALIASES = ("lambda.alias", "lambda.aliases")
_PROVISIONED = "lambda.provisioned-concurrency"


class AwsLambda(LambdaPort):
    """The Lambda port over AWS's API, for the function of the target.

    Within a tick no read is made twice unless something was changed in between.
    """

    def __init__(self, clients: ClientSource, limits: RateLimits) -> None:
        self._calls = ServiceCalls("lambda", _OPERATIONS, clients=clients, limits=limits)
        self._objects = ServiceCalls("s3", {"HeadObject": Operation()}, clients=clients, limits=limits)

    def _calling(self, target: LambdaTarget, operation: str) -> AbstractAsyncContextManager[LambdaClient]:
        return self._calls.calling(operation, account=target.account, region=target.region)

    @asynccontextmanager
    async def _changing(
        self, target: LambdaTarget, operation: str, *outdated: str
    ) -> AsyncIterator[LambdaClient]:
        """A call that changes something; also one that fails may have, so what was read is outdated."""
        try:
            async with self._calling(target, operation) as client:
                yield client
        finally:
            forget(*outdated)

    async def function(self, target: LambdaTarget, qualifier: str | None = None) -> LambdaFunction | None:
        """``GetFunction``.

        Raises:
            AccessDeniedError: also when we may read the function but not its tags, for ownership is a tag.
        """
        question = (_FUNCTION, target.id, qualifier or _LATEST)
        return await read_once(question, lambda: self._get_function(target, qualifier))

    async def _get_function(self, target: LambdaTarget, qualifier: str | None) -> LambdaFunction | None:
        request = request_of(target, Qualifier=qualifier)
        async with self._calling(target, "GetFunction") as client:
            try:
                answer: Mapping[str, Any] = await client.get_function(**request)
            except ClientError as error:
                if is_not_found(error):
                    return None
                raise
        if "TagsError" in answer:
            raise unreadable_tags(answer["TagsError"])
        return LambdaFunction(
            configuration=answer["Configuration"],
            code=answer.get("Code", {}),
            tags=answer.get("Tags", {}),
            reserved_concurrency=answer.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        )

    async def versions(self, target: LambdaTarget) -> list[Mapping[str, Any]]:
        """``ListVersionsByFunction``, all pages."""
        return await read_once((_VERSIONS, target.id), lambda: self._list_versions(target))

    async def _list_versions(self, target: LambdaTarget) -> list[Mapping[str, Any]]:
        pages = [page["Versions"] async for page in self._pages(target, "ListVersionsByFunction")]
        published = (one for page in pages for one in page if one["Version"] != _LATEST)
        return sorted(published, key=lambda version: int(version["Version"]))

    async def alias(self, target: LambdaTarget, name: str) -> LambdaAlias | None:
        """``GetAlias``."""
        return await read_once(("lambda.alias", target.id, name), lambda: self._get_alias(target, name))

    async def _get_alias(self, target: LambdaTarget, name: str) -> LambdaAlias | None:
        async with self._calling(target, "GetAlias") as client:
            try:
                answer = await client.get_alias(**request_of(target, Name=name))
            except ClientError as error:
                if is_not_found(error):
                    return None
                raise
        return alias_of(answer)

    async def aliases(self, target: LambdaTarget) -> list[LambdaAlias]:
        """``ListAliases``, all pages."""
        return await read_once(("lambda.aliases", target.id), lambda: self._list_aliases(target))

    async def _list_aliases(self, target: LambdaTarget) -> list[LambdaAlias]:
        pages = [page["Aliases"] async for page in self._pages(target, "ListAliases")]
        return [alias_of(alias) for page in pages for alias in page]

    async def provisioned_concurrency(self, target: LambdaTarget) -> Mapping[str, ProvisionedConcurrency]:
        """``ListProvisionedConcurrencyConfigs``, all pages; each ARN ends in the version or the alias."""
        return await read_once((_PROVISIONED, target.id), lambda: self._list_provisioned(target))

    async def _list_provisioned(self, target: LambdaTarget) -> Mapping[str, ProvisionedConcurrency]:
        operation = "ListProvisionedConcurrencyConfigs"
        pages = [page["ProvisionedConcurrencyConfigs"] async for page in self._pages(target, operation)]
        return {one["FunctionArn"].rpartition(":")[2]: provisioned_of(one) for page in pages for one in page}

    async def _pages(self, target: LambdaTarget, operation: str) -> AsyncIterator[Mapping[str, Any]]:
        """The answers of an operation that lists by ``Marker``; none for a function that does not exist."""
        request = request_of(target)
        while True:
            async with self._calling(target, operation) as client:
                try:
                    answer: Mapping[str, Any] = await getattr(client, xform_name(operation))(**request)
                except ClientError as error:
                    if is_not_found(error):
                        return
                    raise
            yield answer
            if not answer.get("NextMarker"):
                return
            request["Marker"] = answer["NextMarker"]

    async def create_function(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``CreateFunction``."""
        async with self._changing(target, "CreateFunction", _FUNCTION, _VERSIONS, *_ALIASES) as client:
            return configured(await client.create_function(**{**request, **request_of(target)}))

    async def update_function_code(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``UpdateFunctionCode``."""
        async with self._changing(target, "UpdateFunctionCode", _FUNCTION) as client:
            return configured(await client.update_function_code(**{**request, **request_of(target)}))

    async def update_function_configuration(
        self, target: LambdaTarget, request: Mapping[str, Any]
    ) -> LambdaFunction:
        """``UpdateFunctionConfiguration``."""
        async with self._changing(target, "UpdateFunctionConfiguration", _FUNCTION) as client:
            return configured(await client.update_function_configuration(**{**request, **request_of(target)}))

    async def publish_version(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``PublishVersion``."""
        async with self._changing(target, "PublishVersion", _FUNCTION, _VERSIONS) as client:
            return configured(await client.publish_version(**{**request, **request_of(target)}))

    async def create_alias(self, target: LambdaTarget, name: str, version: str) -> LambdaAlias:
        """``CreateAlias``."""
        async with self._changing(target, "CreateAlias", *_ALIASES) as client:
            return alias_of(
                await client.create_alias(**request_of(target, Name=name, FunctionVersion=version))
            )

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
        request = request_of(
            target,
            Name=name,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": dict(weights or {})},
            RevisionId=revision_id,
        )
        async with self._changing(target, "UpdateAlias", _FUNCTION, *_ALIASES, _PROVISIONED) as client:
            return alias_of(await client.update_alias(**request))

    async def delete_function(self, target: LambdaTarget, qualifier: str | None = None) -> None:
        """``DeleteFunction``."""
        async with self._changing(
            target, "DeleteFunction", _FUNCTION, _VERSIONS, *_ALIASES, _PROVISIONED
        ) as client:
            try:
                await client.delete_function(**request_of(target, Qualifier=qualifier))
            except ClientError as error:
                if not is_not_found(error):
                    raise

    async def put_reserved_concurrency(self, target: LambdaTarget, executions: int) -> None:
        """``PutFunctionConcurrency``."""
        request = request_of(target, ReservedConcurrentExecutions=executions)
        async with self._changing(target, "PutFunctionConcurrency", _FUNCTION) as client:
            await client.put_function_concurrency(**request)

    async def delete_reserved_concurrency(self, target: LambdaTarget) -> None:
        """``DeleteFunctionConcurrency``."""
        async with self._changing(target, "DeleteFunctionConcurrency", _FUNCTION) as client:
            await client.delete_function_concurrency(**request_of(target))

    async def put_provisioned_concurrency(
        self, target: LambdaTarget, qualifier: str, executions: int
    ) -> None:
        """``PutProvisionedConcurrencyConfig``."""
        request = request_of(target, Qualifier=qualifier, ProvisionedConcurrentExecutions=executions)
        async with self._changing(
            target, "PutProvisionedConcurrencyConfig", *_ALIASES, _PROVISIONED
        ) as client:
            await client.put_provisioned_concurrency_config(**request)

    async def delete_provisioned_concurrency(self, target: LambdaTarget, qualifier: str) -> None:
        """``DeleteProvisionedConcurrencyConfig``."""
        request = request_of(target, Qualifier=qualifier)
        async with self._changing(
            target, "DeleteProvisionedConcurrencyConfig", *_ALIASES, _PROVISIONED
        ) as client:
            try:
                await client.delete_provisioned_concurrency_config(**request)
            except ClientError as error:
                if not is_not_found(error):
                    raise

    async def tag_resource(self, target: LambdaTarget, tags: Mapping[str, str]) -> None:
        """``TagResource``."""
        async with self._changing(target, "TagResource", _FUNCTION) as client:
            await client.tag_resource(Resource=target.function_arn, Tags=tags)

    async def untag_resource(self, target: LambdaTarget, keys: list[str]) -> None:
        """``UntagResource``."""
        async with self._changing(target, "UntagResource", _FUNCTION) as client:
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
