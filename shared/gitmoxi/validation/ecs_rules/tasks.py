"""Rules on what a service asks of its task definition: network, platform, volumes, roles, health checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.ecs_rules.subject import AWSVPC, EcsDocuments, TaskDocument
from gitmoxi.validation.reading import flag_at, list_at, number_at, objects_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument, has, on_fargate
from gitmoxi.validation.service_rules.pages import (
    CAPACITY_PROVIDER_STRATEGY_ITEM,
    CREATE_SERVICE,
    EXECUTE_COMMAND,
    LOAD_BALANCER,
    SERVICE_VOLUME,
    TASK_DEFINITION,
)
from gitmoxi.validation.sources import nearest

_NETWORK: Final = ("networkConfiguration", "awsvpcConfiguration")


@rule(
    "ecs.network-configuration",
    summary="A service has a network configuration if, and only if, its tasks use the network mode awsvpc.",
    source=CREATE_SERVICE,
)
def _network(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None or on_fargate(documents.pair[0]):
        return
    service, task = documents.pair
    mode = text_at(task, "networkMode") or "bridge"
    given = has(service, *_NETWORK)
    if mode == AWSVPC and not given:
        yield Problem(
            at=("networkConfiguration",),
            message="the task definition uses the network mode awsvpc, and the service gives it no network",
            expected="networkConfiguration.awsvpcConfiguration",
            advice="add networkConfiguration.awsvpcConfiguration with subnets",
        )
    elif mode != AWSVPC and given:
        yield Problem(
            at=("networkConfiguration",),
            message=f"the network mode of the task definition is {mode}, which takes no networkConfiguration",
            expected="no networkConfiguration",
            advice="write awsvpc as networkMode in the task definition, or remove networkConfiguration here",
        )


@rule(
    "ecs.service-linked-role",
    summary="With the network mode awsvpc no role is given: ECS uses its service-linked role.",
    advice="remove role",
    source=CREATE_SERVICE,
)
def _role(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None or on_fargate(documents.pair[0]):
        return
    service, task = documents.pair
    if text_at(task, "networkMode") == AWSVPC and len(list_at(service, "loadBalancers")) == 1:
        role = text_at(service, "role")
        if role:
            yield Problem(
                at=("role",), message="no role can be given here: the task definition uses awsvpc", found=role
            )


@rule(
    "ecs.classic-load-balancer",
    summary="Tasks of the network mode awsvpc are reached by target groups, not by a Classic Load Balancer.",
    advice="use the target group (of type ip) of an Application or Network Load Balancer",
    source=LOAD_BALANCER,
)
def _classic(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None or on_fargate(documents.pair[0]):
        return
    service, task = documents.pair
    if text_at(task, "networkMode") != AWSVPC:
        return
    for path, _ in objects_at(service, "loadBalancers"):
        if has(service, *path, "loadBalancerName"):
            yield Problem(
                at=(*path, "loadBalancerName"),
                message="a Classic Load Balancer cannot reach tasks of the network mode awsvpc",
            )


@rule(
    "ecs.compatibility",
    summary="The task definition asks to be checked for the launch type that the service uses.",
    severity=Severity.WARNING,
    source=TASK_DEFINITION,
)
def _compatibility(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    launch_type = "FARGATE" if on_fargate(service) else text_at(service, "launchType")
    required = [
        text_at(task, "requiresCompatibilities", index)
        for index in range(len(list_at(task, "requiresCompatibilities")))
    ]
    if launch_type is not None and required and launch_type not in required:
        names = ", ".join(name for name in required if name is not None)
        yield Problem(
            at=("launchType",) if has(service, "launchType") else ("capacityProviderStrategy",),
            message=(
                f"the service runs its tasks on {launch_type}, and requiresCompatibilities of the task "
                f"definition says {names}: AWS does not check it for {launch_type} when it is registered"
            ),
            found=launch_type,
            expected=names,
            advice=f"write {launch_type} in requiresCompatibilities, or change the launch type here",
        )


@rule(
    "ecs.volume-not-in-task",
    summary="A volume that the service configures is one that the task definition leaves open until launch.",
    source=SERVICE_VOLUME,
)
def _volume_not_in_task(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    names = _volumes_at_launch(task)
    for path, _ in objects_at(service, "volumeConfigurations"):
        name = text_at(service, *path, "name")
        if name is not None and name not in names:
            close = nearest(name, names)
            add = f'add {{"name": "{name}", "configuredAtLaunch": true}} to volumes of the task definition'
            yield Problem(
                at=(*path, "name"),
                message=f"the task definition has no volume {name} that is configured at launch",
                found=name,
                expected=" or ".join(names),
                advice=f"did you mean {close}?" if close is not None else add,
            )


@rule(
    "ecs.volume-not-configured",
    summary="A volume that the task definition leaves open until launch is configured by the service.",
    severity=Severity.WARNING,
    source=SERVICE_VOLUME,
)
def _volume_not_configured(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    configured = {text_at(service, *path, "name") for path, _ in objects_at(service, "volumeConfigurations")}
    for name in _volumes_at_launch(task):
        if name not in configured:
            yield Problem(
                at=("volumeConfigurations",),
                message=f"the volume {name} of the task definition is left open, and not configured here",
                expected=name,
                advice=f"add {name} to volumeConfigurations",
            )


def _volumes_at_launch(task: TaskDocument) -> list[str]:
    return [
        name
        for path, _ in objects_at(task, "volumes")
        if flag_at(task, *path, "configuredAtLaunch") and (name := text_at(task, *path, "name")) is not None
    ]


@rule(
    "ecs.execute-command-role",
    summary="Commands can be executed in tasks that have a task role.",
    advice="add taskRoleArn to the task definition, or write false for enableExecuteCommand",
    source=EXECUTE_COMMAND,
)
def _execute_command(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    if flag_at(service, "enableExecuteCommand") is True and not value_at(task, "taskRoleArn"):
        yield Problem(
            at=("enableExecuteCommand",),
            message="enableExecuteCommand needs a task role, and the task definition has no taskRoleArn",
            found="true",
            expected="taskRoleArn in the task definition",
        )


@rule(
    "ecs.grace-period-unused",
    summary="A health check grace period needs a load balancer, VPC Lattice or a container's health check.",
    advice="remove it",
    severity=Severity.WARNING,
    source=CREATE_SERVICE,
)
def _grace_period(documents: EcsDocuments) -> Iterator[Problem]:
    service = documents.service.document
    if not number_at(service, "healthCheckGracePeriodSeconds") or _is_checked(service):
        return
    if documents.pair is None or any(
        has(documents.pair[1], *path, "healthCheck")
        for path, _ in objects_at(documents.pair[1], "containerDefinitions")
    ):
        return
    yield Problem(
        at=("healthCheckGracePeriodSeconds",),
        message="nothing uses healthCheckGracePeriodSeconds: there is no load balancer and no health check",
    )


@rule(
    "ecs.windows-spot",
    summary="FARGATE_SPOT runs Linux only.",
    advice="write FARGATE as the capacity provider of Windows tasks",
    source=CAPACITY_PROVIDER_STRATEGY_ITEM,
)
def _windows_spot(documents: EcsDocuments) -> Iterator[Problem]:
    if documents.pair is None:
        return
    service, task = documents.pair
    family = text_at(task, "runtimePlatform", "operatingSystemFamily") or ""
    for path, _ in objects_at(service, "capacityProviderStrategy") if family.startswith("WINDOWS") else ():
        if text_at(service, *path, "capacityProvider") == "FARGATE_SPOT":
            yield Problem(
                at=(*path, "capacityProvider"),
                message=f"FARGATE_SPOT does not run Windows, and the task definition says {family}",
                found="FARGATE_SPOT",
                expected="FARGATE",
            )


def _is_checked(service: ServiceDocument) -> bool:
    return has(service, "loadBalancers") or has(service, "vpcLatticeConfigurations")


TASK_USE_RULES = (
    _network,
    _role,
    _classic,
    _compatibility,
    _volume_not_in_task,
    _volume_not_configured,
    _execute_command,
    _grace_period,
    _windows_spot,
)
