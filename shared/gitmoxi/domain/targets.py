"""Targets: the ECS services and Lambda functions that Gitmoxi deploys to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from gitmoxi.errors import InvalidInputError

OWNER_TAG = "gitmoxi:owner"
"""Carried by everything that we created; nothing without it is ever deleted by us."""

ACTION_TAG = "gitmoxi:action"
"""The action that made or last changed a resource, so that a crash can find its own effect."""


class TargetKind(StrEnum):
    """The two things that can be deployed to."""

    ECS = "ecs"
    LAMBDA = "lambda"


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsTarget:
    """One ECS service: the name is unique within cluster, region and account."""

    account: str
    region: str
    cluster: str
    service_name: str

    @property
    def kind(self) -> TargetKind:
        return TargetKind.ECS

    @property
    def id(self) -> str:
        return f"ecs/{self.account}/{self.region}/{self.cluster}/{self.service_name}"

    @property
    def name(self) -> str:
        return self.service_name

    @property
    def service_arn(self) -> str:
        """The ARN in its long form, the default since 2021."""
        return f"arn:aws:ecs:{self.region}:{self.account}:service/{self.cluster}/{self.service_name}"

    def __str__(self) -> str:
        return f"ECS service {self.service_name} in cluster {self.cluster} ({self.account}, {self.region})"


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaTarget:
    """One Lambda function: the name is unique within region and account."""

    account: str
    region: str
    function_name: str

    @property
    def kind(self) -> TargetKind:
        return TargetKind.LAMBDA

    @property
    def id(self) -> str:
        return f"lambda/{self.account}/{self.region}/{self.function_name}"

    @property
    def name(self) -> str:
        return self.function_name

    @property
    def function_arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function_name}"

    def __str__(self) -> str:
        return f"Lambda function {self.function_name} ({self.account}, {self.region})"


Target = EcsTarget | LambdaTarget

_SERVICE_ARN = re.compile(
    r"^arn:aws[a-z-]*:ecs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):service/(?P<cluster>[^/]+)/(?P<service>[^/]+)$"
)
_CLUSTER_ARN = re.compile(r"^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:cluster/(?P<name>[^/]+)$")


def cluster_name(cluster: str | None) -> str:
    """The short name of a cluster given by name, by ARN, or not at all (AWS's ``default``)."""
    if not cluster:
        return "default"
    match = _CLUSTER_ARN.match(cluster)
    return match["name"] if match else cluster


def parse_service_arn(arn: str) -> EcsTarget | None:
    """The target that a long service ARN stands for; None for any other ARN."""
    match = _SERVICE_ARN.match(arn)
    if match is None:
        return None
    return EcsTarget(
        account=match["account"],
        region=match["region"],
        cluster=match["cluster"],
        service_name=match["service"],
    )


def parse_target_id(target_id: str) -> Target:
    """The inverse of ``Target.id``.

    Raises:
        InvalidInputError: the text is no target id.
    """
    match target_id.split("/"):
        case ["ecs", account, region, cluster, service_name]:
            return EcsTarget(account=account, region=region, cluster=cluster, service_name=service_name)
        case ["lambda", account, region, function_name]:
            return LambdaTarget(account=account, region=region, function_name=function_name)
        case _:
            raise InvalidInputError(
                f"{target_id!r} is no target id: expected ecs/ACCOUNT/REGION/CLUSTER/SERVICE "
                "or lambda/ACCOUNT/REGION/FUNCTION"
            )
