"""AWS Lambda's control plane as the workflow needs it: one method per AWS call, no decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from gitmoxi.domain.targets import LambdaTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaFunction:
    """``GetFunction`` of $LATEST or of a version: AWS's ``Configuration`` and the tags."""

    configuration: Mapping[str, Any]
    code: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    reserved_concurrency: int | None = None

    @property
    def revision_id(self) -> str:
        return str(self.configuration.get("RevisionId", ""))

    @property
    def code_sha256(self) -> str:
        return str(self.configuration.get("CodeSha256", ""))

    @property
    def version(self) -> str:
        return str(self.configuration.get("Version", "$LATEST"))

    @property
    def state(self) -> str:
        """Pending, Active, Inactive or Failed (and rarer ones)."""
        return str(self.configuration.get("State", "Active"))

    @property
    def last_update_status(self) -> str:
        """Successful, InProgress or Failed."""
        return str(self.configuration.get("LastUpdateStatus", "Successful"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaAlias:
    """``GetAlias``: ``weights`` maps additional versions to fractions of 1."""

    name: str
    version: str
    revision_id: str
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedConcurrency:
    """``ListProvisionedConcurrencyConfigs``, of one version or alias: numbers of executions.

    ``status`` is IN_PROGRESS, READY or FAILED, and ``reason`` AWS's words about a failure.
    """

    requested: int
    allocated: int
    status: str
    reason: str = ""


class LambdaPort(Protocol):
    """Every method may raise ``RetryableError`` kinds, ``AwsRejectedError`` and ``AccessDeniedError``.

    A mutation whose answer was lost raises ``OutcomeUnknownError``. Requests are AWS's native ones, without
    ``FunctionName``.
    """

    async def function(self, target: LambdaTarget, qualifier: str | None = None) -> LambdaFunction | None:
        """``GetFunction``; None when there is none."""
        ...

    async def versions(self, target: LambdaTarget) -> list[Mapping[str, Any]]:
        """``ListVersionsByFunction``: configurations of the published versions, oldest first."""
        ...

    async def alias(self, target: LambdaTarget, name: str) -> LambdaAlias | None:
        """``GetAlias``; None when there is none."""
        ...

    async def aliases(self, target: LambdaTarget) -> list[LambdaAlias]:
        """``ListAliases``: all of the function's; none when there is no function."""
        ...

    async def provisioned_concurrency(self, target: LambdaTarget) -> Mapping[str, ProvisionedConcurrency]:
        """``ListProvisionedConcurrencyConfigs`` by version or alias; none when there is no function."""
        ...

    async def create_function(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``CreateFunction``."""
        ...

    async def update_function_code(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``UpdateFunctionCode``."""
        ...

    async def update_function_configuration(
        self, target: LambdaTarget, request: Mapping[str, Any]
    ) -> LambdaFunction:
        """``UpdateFunctionConfiguration``."""
        ...

    async def publish_version(self, target: LambdaTarget, request: Mapping[str, Any]) -> LambdaFunction:
        """``PublishVersion``."""
        ...

    async def create_alias(self, target: LambdaTarget, name: str, version: str) -> LambdaAlias:
        """``CreateAlias``."""
        ...

    async def update_alias(
        self,
        target: LambdaTarget,
        name: str,
        version: str,
        *,
        revision_id: str | None,
        weights: Mapping[str, float] | None = None,
    ) -> LambdaAlias:
        """``UpdateAlias`` to ``version``; ``weights`` replace those of other versions, None empties them."""
        ...

    async def delete_function(self, target: LambdaTarget, qualifier: str | None = None) -> None:
        """``DeleteFunction``: the whole function, or one version. One that is gone already is no error."""
        ...

    async def put_reserved_concurrency(self, target: LambdaTarget, executions: int) -> None:
        """``PutFunctionConcurrency``."""
        ...

    async def delete_reserved_concurrency(self, target: LambdaTarget) -> None:
        """``DeleteFunctionConcurrency``."""
        ...

    async def put_provisioned_concurrency(
        self, target: LambdaTarget, qualifier: str, executions: int
    ) -> None:
        """``PutProvisionedConcurrencyConfig`` of a version or an alias; it is allocated later."""
        ...

    async def delete_provisioned_concurrency(self, target: LambdaTarget, qualifier: str) -> None:
        """``DeleteProvisionedConcurrencyConfig``. One that is gone already is no error."""
        ...

    async def tag_resource(self, target: LambdaTarget, tags: Mapping[str, str]) -> None:
        """``TagResource`` on the function."""
        ...

    async def untag_resource(self, target: LambdaTarget, keys: list[str]) -> None:
        """``UntagResource`` on the function."""
        ...

    async def object_sha256(
        self, target: LambdaTarget, *, bucket: str, key: str, version: str | None
    ) -> str | None:
        """S3's ``HeadObject`` of a .zip: its SHA-256 as Lambda writes ``CodeSha256`` (base64 of the bytes).

        None where S3 keeps none for the whole object, where there is no such object, and where we may not
        read it.
        """
        ...
