"""Rules on the network of a service's tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.reading import list_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument, has, on_fargate
from gitmoxi.validation.service_rules.pages import (
    AWS_VPC_CONFIGURATION,
    CREATE_SERVICE,
    FARGATE_TASK_NETWORKING,
)

_AWSVPC: Final = ("networkConfiguration", "awsvpcConfiguration")
_MOST: Final = {"subnets": 16, "securityGroups": 5}


@rule(
    "service.fargate-network",
    summary="A service on Fargate has a network configuration: its tasks have interfaces of their own.",
    advice="add networkConfiguration.awsvpcConfiguration with subnets",
    source=CREATE_SERVICE,
)
def _fargate_network(service: ServiceDocument) -> Iterator[Problem]:
    if on_fargate(service) and not has(service, *_AWSVPC):
        yield Problem(
            at=("networkConfiguration",),
            message="tasks on Fargate need a network configuration, and there is none",
            expected="networkConfiguration.awsvpcConfiguration",
        )


@rule(
    "service.network-limits",
    summary="A network configuration names 1 to 16 subnets and at most 5 security groups.",
    source=AWS_VPC_CONFIGURATION,
)
def _limits(service: ServiceDocument) -> Iterator[Problem]:
    for name, most in _MOST.items():
        count = len(list_at(service, *_AWSVPC, name))
        if count > most:
            yield Problem(
                at=(*_AWSVPC, name),
                message=f"there are {count} {name}",
                found=str(count),
                expected=f"at most {most}",
                advice="remove some",
            )
    if value_at(service, *_AWSVPC, "subnets") == []:
        yield Problem(
            at=(*_AWSVPC, "subnets"),
            message="there is no subnet for the tasks to run in",
            expected="at least one subnet",
            advice="name the subnets",
        )


@rule(
    "service.public-ip",
    summary="Only tasks on Fargate can be given public addresses.",
    advice="write DISABLED; put the instances behind a NAT gateway, or use Fargate",
    source=FARGATE_TASK_NETWORKING,
)
def _public_ip(service: ServiceDocument) -> Iterator[Problem]:
    launch_type = text_at(service, "launchType")
    if launch_type in {"EC2", "EXTERNAL"} and text_at(service, *_AWSVPC, "assignPublicIp") == "ENABLED":
        yield Problem(
            at=(*_AWSVPC, "assignPublicIp"),
            message=f"tasks of the launch type {launch_type} cannot have public addresses",
            found="ENABLED",
            expected="DISABLED",
        )


NETWORK_RULES = (_fargate_network, _limits, _public_ip)
