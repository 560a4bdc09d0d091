"""Services that somebody made by hand in the modelled ECS, read back as AWS describes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition
from gitmoxi_local.aws_model.base import CallContext, ImageFaults
from gitmoxi_local.aws_model.ecs import EcsModel

Doc = dict[str, Any]

HERE = CallContext(account="111122223333", region="eu-central-1", caller="somebody")
TARGET = EcsTarget(account=HERE.account, region=HERE.region, cluster="demo", service_name="web")


@dataclass(slots=True)
class Surroundings:
    """A clock that is moved by hand, and identifiers that are the same in every run."""

    moment: datetime = datetime(2026, 11, 22, 9, tzinfo=UTC)
    count: int = 0

    def now(self) -> datetime:
        return self.moment

    def hex(self, length: int) -> str:
        self.count += 1
        return hashlib.sha256(str(self.count).encode()).hexdigest()[:length]


@dataclass(slots=True)
class ModelledEcs:
    """One cluster, in which requests are carried out as AWS would."""

    around: Surroundings = field(default_factory=Surroundings)
    model: EcsModel = field(init=False)

    def __post_init__(self) -> None:
        self.model = EcsModel(clock=self.around, ids=self.around, faults=ImageFaults(), emit=lambda _: None)
        self.call("CreateCluster", clusterName="demo", capacityProviders=["FARGATE", "FARGATE_SPOT"])

    def call(self, operation: str, **params: Any) -> Doc:
        return self.model.call(operation, params, HERE)

    def create(self, service: Doc, task_definition: Doc) -> tuple[EcsService, EcsTaskDefinition]:
        """The service and its task definition as they live once they are stable."""
        answer = self.call("RegisterTaskDefinition", **task_definition)
        arn = answer["taskDefinition"]["taskDefinitionArn"]
        self.call("CreateService", **{**service, "cluster": "demo", "taskDefinition": arn})
        end = self.around.moment + timedelta(seconds=60)
        while (due := self.model.advance()) is not None and due <= end:
            self.around.moment = due
        return self.read(service["serviceName"], arn)

    def read(self, name: str, arn: str) -> tuple[EcsService, EcsTaskDefinition]:
        found = self.call("DescribeServices", cluster="demo", services=[name], include=["TAGS"])["services"][
            0
        ]
        described = self.call("DescribeTaskDefinition", taskDefinition=arn, include=["TAGS"])
        return (
            EcsService(document=found, tags=_tags(found)),
            EcsTaskDefinition(document=described["taskDefinition"], tags=_tags(described)),
        )


def _tags(answer: Doc) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in answer.get("tags", [])}
