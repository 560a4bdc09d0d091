"""Rules on the load balancers of a service, and on the role for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.arns import TARGET_GROUP, TARGET_GROUP_FORM, target_group_fault
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import list_at, number_at, objects_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument, controller, has, on_fargate
from gitmoxi.validation.service_rules.pages import CREATE_SERVICE, LOAD_BALANCER, SERVICE_QUOTAS
from gitmoxi.validation.sources import shown

_MOST_TARGET_GROUPS: Final = 5


@rule(
    "service.load-balancer-target",
    summary="A load balancer is given by a target group or, if it is a Classic one, by its name; never both.",
    source=LOAD_BALANCER,
)
def _target(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, "loadBalancers"):
        group, name = has(service, *path, "targetGroupArn"), has(service, *path, "loadBalancerName")
        if group and name:
            yield Problem(
                at=(*path, "loadBalancerName"),
                message="targetGroupArn and loadBalancerName exclude each other",
                advice="remove loadBalancerName: it is for Classic Load Balancers",
            )
        elif not group and not name:
            yield Problem(
                at=(*path, "targetGroupArn"),
                message="the load balancer has no target group",
                expected="targetGroupArn",
                advice="add targetGroupArn",
            )


@rule(
    "service.load-balancer-container",
    summary="A load balancer names the container, and the container's port, that gets the traffic.",
    source=LOAD_BALANCER,
)
def _container(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, "loadBalancers"):
        for name, what in (("containerName", "container"), ("containerPort", "port of the container")):
            if not has(service, *path, name):
                yield Problem(
                    at=(*path, name),
                    message=f"the load balancer does not say which {what} gets the traffic",
                    expected=name,
                    advice=f"add {name}",
                )


@rule(
    "service.target-group-arn",
    summary="targetGroupArn is the ARN of a target group, not that of a load balancer or listener.",
    advice="take the ARN from aws elbv2 describe-target-groups",
    source=LOAD_BALANCER,
)
def _target_group_arn(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, "loadBalancers"):
        for at in ((*path, "targetGroupArn"), (*path, "advancedConfiguration", "alternateTargetGroupArn")):
            arn = text_at(service, *at)
            if arn and not TARGET_GROUP.fullmatch(arn):
                yield Problem(
                    at=at,
                    message=f"{shown(arn)} is not the ARN of a target group{target_group_fault(arn)}",
                    found=arn,
                    expected=TARGET_GROUP_FORM,
                    advice=placeholder_advice(arn),
                )


@rule(
    "service.load-balancer-twice",
    summary="Each container port is registered with a target group once.",
    advice="remove the second",
    severity=Severity.WARNING,
    source=LOAD_BALANCER,
)
def _twice(service: ServiceDocument) -> Iterator[Problem]:
    seen: set[tuple[str, str | None, int | float | None]] = set()
    for path, _ in objects_at(service, "loadBalancers"):
        group = text_at(service, *path, "targetGroupArn") or text_at(service, *path, "loadBalancerName")
        container, port = text_at(service, *path, "containerName"), number_at(service, *path, "containerPort")
        if group and (group, container, port) in seen:
            yield Problem(at=path, message=f"{container}:{port} is registered with {group} twice")
        if group:
            seen.add((group, container, port))


@rule(
    "service.load-balancers-too-many",
    summary="A service has at most 5 target groups, or one Classic Load Balancer.",
    advice="remove some",
    source=SERVICE_QUOTAS,
)
def _too_many(service: ServiceDocument) -> Iterator[Problem]:
    count = len(list_at(service, "loadBalancers"))
    if count > _MOST_TARGET_GROUPS:
        yield Problem(
            at=("loadBalancers",),
            message=f"there are {count} load balancers",
            found=str(count),
            expected=f"at most {_MOST_TARGET_GROUPS}",
        )
    classic = [
        path
        for path, _ in objects_at(service, "loadBalancers")
        if has(service, *path, "loadBalancerName") and not has(service, *path, "targetGroupArn")
    ]
    if classic and count > 1:
        yield Problem(
            at=classic[0],
            message="a Classic Load Balancer can only be the one load balancer of a service",
            found=str(count),
            expected="1",
        )


@rule(
    "service.classic-load-balancer-fargate",
    summary="Tasks on Fargate are reached by target groups, not by a Classic Load Balancer.",
    advice="use the target group (of type ip) of an Application or Network Load Balancer",
    source=CREATE_SERVICE,
)
def _classic_on_fargate(service: ServiceDocument) -> Iterator[Problem]:
    if on_fargate(service):
        for path, _ in objects_at(service, "loadBalancers"):
            if has(service, *path, "loadBalancerName"):
                yield Problem(
                    at=(*path, "loadBalancerName"),
                    message="a Classic Load Balancer cannot reach tasks on Fargate",
                )


@rule(
    "service.role",
    summary=(
        "A role is given only for a service with one load balancer; with several, with service discovery, "
        "on Fargate or with the controller EXTERNAL the service-linked role is used."
    ),
    advice="remove role",
    source=CREATE_SERVICE,
)
def _role(service: ServiceDocument) -> Iterator[Problem]:
    if not text_at(service, "role"):
        return
    reason = _why_no_role(service)
    if reason is not None:
        yield Problem(at=("role",), message=f"no role can be given here: {reason}")


def _why_no_role(service: ServiceDocument) -> str | None:
    count = len(list_at(service, "loadBalancers"))
    if on_fargate(service):
        return "on Fargate ECS uses its service-linked role"
    if count == 0:
        return "there is no load balancer, which is what the role is for"
    if count > 1:
        return "with several load balancers ECS uses its service-linked role"
    if value_at(service, "serviceRegistries"):
        return "with service discovery ECS uses its service-linked role"
    if controller(service) == "EXTERNAL":
        return "with the controller EXTERNAL ECS uses its service-linked role"
    return None


LOAD_BALANCER_RULES = (
    _target,
    _container,
    _target_group_arn,
    _twice,
    _too_many,
    _classic_on_fargate,
    _role,
)
