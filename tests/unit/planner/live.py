"""What lives in AWS, to be read only: the modelled ECS, and functions as GetFunction answers them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn

from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.targets import OWNER_TAG, EcsTarget, LambdaTarget
from gitmoxi.errors import AwsRejectedError
from gitmoxi.explaining.signs import FailedTask
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition, ServiceDeployment
from gitmoxi_local.aws_model.base import AwsError, CallContext, ImageFaults
from gitmoxi_local.aws_model.ecs import EcsModel

ACCOUNT, REGION, OWNER = "111122223333", "eu-west-1", "gitmoxi-test"
HERE = CallContext(account=ACCOUNT, region=REGION, caller="tester")
Doc = dict[str, Any]


class MutationError(AssertionError):
    """The planner only reads."""


@dataclass(slots=True)
class CountedIds:
    """Identifiers that are the same in every run."""

    count: int = 0

    def hex(self, length: int) -> str:
        self.count += 1
        return hashlib.sha256(str(self.count).encode()).hexdigest()[:length]


@dataclass
class Faulty:
    """What the next reads of a service or function raise, by its name."""

    faults: dict[str, list[Exception]] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def read(self, name: str) -> None:
        self.reads.append(name)
        if self.faults.get(name):
            raise self.faults[name].pop(0)


@dataclass
class LiveEcs(Faulty):
    """The reading half of ``EcsPort`` over the ECS model; ``run`` and ``delete`` are people's doing."""

    clock: FakeClock = field(default_factory=FakeClock)
    model: EcsModel = field(init=False)

    def __post_init__(self) -> None:
        self.model = EcsModel(clock=self.clock, ids=CountedIds(), faults=ImageFaults(), emit=lambda _: None)
        self.call("CreateCluster", clusterName="prod")

    def call(self, operation: str, **params: Any) -> Doc:
        return self.model.call(operation, params, HERE)

    def run(self, service: Doc, task_definition: Doc, *, ours: bool = True) -> None:
        """Create a service and let it become steady."""
        registered = self.call("RegisterTaskDefinition", **task_definition)
        tags = [{"key": OWNER_TAG, "value": OWNER}] if ours else []
        self.call(
            "CreateService",
            **service,
            taskDefinition=registered["taskDefinition"]["taskDefinitionArn"],
            **({"tags": tags} if tags else {}),
        )
        self.settle()

    def delete(self, name: str) -> None:
        """Delete a service: it is DRAINING until its tasks stopped."""
        self.call("DeleteService", cluster="prod", service=name, force=True)

    def settle(self) -> None:
        end = self.clock.now() + timedelta(seconds=60)
        while (due := self.model.advance()) is not None and due <= end:
            self.clock.advance(max(0.0, (due - self.clock.now()).total_seconds()))

    async def service(self, target: EcsTarget) -> EcsService | None:
        self.read(target.service_name)
        try:
            answer = self.call(
                "DescribeServices", cluster=target.cluster, services=[target.service_name], include=["TAGS"]
            )
        except AwsError as error:
            raise AwsRejectedError(
                operation="ecs:DescribeServices", code=error.code, reason=error.message
            ) from error
        found = answer["services"]
        return EcsService(document=found[0], tags=_tags(found[0])) if found else None

    async def task_definition(self, target: EcsTarget, name: str) -> EcsTaskDefinition | None:
        try:
            answer = self.call("DescribeTaskDefinition", taskDefinition=name, include=["TAGS"])
        except AwsError:
            return None
        return EcsTaskDefinition(document=answer["taskDefinition"], tags=_tags(answer))

    async def task_definition_arns(self, target: EcsTarget, family: str, limit: int) -> list[str]:
        return []

    async def service_deployments(self, target: EcsTarget, limit: int) -> list[ServiceDeployment]:
        return []

    async def service_deployment(self, target: EcsTarget, arn: str) -> ServiceDeployment | None:
        return None

    async def stopped_tasks(self, target: EcsTarget, started_by: str) -> list[FailedTask]:
        return []

    async def register_task_definition(self, target: EcsTarget, request: Mapping[str, Any]) -> NoReturn:
        raise MutationError

    async def create_service(self, target: EcsTarget, request: Mapping[str, Any]) -> NoReturn:
        raise MutationError

    async def update_service(self, target: EcsTarget, request: Mapping[str, Any]) -> NoReturn:
        raise MutationError

    async def delete_service(self, target: EcsTarget) -> None:
        raise MutationError

    async def tag_resource(self, target: EcsTarget, arn: str, tags: Mapping[str, str]) -> None:
        raise MutationError

    async def untag_resource(self, target: EcsTarget, arn: str, keys: Sequence[str]) -> None:
        raise MutationError

    async def stop_service_deployment(self, target: EcsTarget, arn: str, *, rollback: bool) -> None:
        raise MutationError


@dataclass
class LiveFunctions(Faulty):
    """The reading half of ``LambdaPort`` over dictionaries."""

    functions: dict[str, LambdaFunction] = field(default_factory=dict)
    aliases: dict[tuple[str, str], LambdaAlias] = field(default_factory=dict)

    async def function(self, target: LambdaTarget, qualifier: str | None = None) -> LambdaFunction | None:
        self.read(target.function_name)
        return self.functions.get(target.function_name)

    async def alias(self, target: LambdaTarget, name: str) -> LambdaAlias | None:
        return self.aliases.get((target.function_name, name))

    async def versions(self, target: LambdaTarget) -> list[Mapping[str, Any]]:
        return [{"Version": "1"}]

    async def create_function(self, target: LambdaTarget, request: Mapping[str, Any]) -> NoReturn:
        raise MutationError

    async def update_function_code(self, target: LambdaTarget, request: Mapping[str, Any]) -> NoReturn:
        raise MutationError

    async def update_function_configuration(
        self, target: LambdaTarget, request: Mapping[str, Any]
    ) -> NoReturn:
        raise MutationError

    async def publish_version(self, target: LambdaTarget, request: Mapping[str, Any]) -> NoReturn:
        raise MutationError

    async def create_alias(self, target: LambdaTarget, name: str, version: str) -> NoReturn:
        raise MutationError

    async def update_alias(
        self, target: LambdaTarget, name: str, version: str, *, revision_id: str | None
    ) -> NoReturn:
        raise MutationError

    async def delete_function(self, target: LambdaTarget, qualifier: str | None = None) -> None:
        raise MutationError

    async def tag_resource(self, target: LambdaTarget, tags: Mapping[str, str]) -> None:
        raise MutationError

    async def untag_resource(self, target: LambdaTarget, keys: list[str]) -> None:
        raise MutationError


def _tags(answer: Doc) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in answer.get("tags", [])}
