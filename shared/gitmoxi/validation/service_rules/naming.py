"""Rules on what a service is called, and on what it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.arns import arn_fault
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import number_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument
from gitmoxi.validation.service_rules.pages import CREATE_SERVICE
from gitmoxi.validation.sources import shown

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_CLUSTER_ARN: Final = re.compile(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:cluster/[A-Za-z0-9_-]{1,255}")
_TASK_DEFINITION: Final = re.compile(
    r"(arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:task-definition/)?[A-Za-z0-9_-]{1,255}(:[1-9]\d*)?"
)


@rule(
    "service.name",
    summary="A service's name is 1 to 255 letters, digits, hyphens and underscores.",
    advice="rename the service",
    source=CREATE_SERVICE,
)
def _name(service: ServiceDocument) -> Iterator[Problem]:
    name = text_at(service, "serviceName")
    if name is not None and not _NAME.fullmatch(name):
        yield Problem(
            at=("serviceName",),
            message=f"{shown(name)} cannot be the name of a service",
            found=name,
            expected="1 to 255 letters, digits, - and _",
            advice=placeholder_advice(name),
        )


@rule(
    "service.cluster",
    summary="A cluster is given by its name or by its ARN.",
    advice="write the cluster's name, or leave it out for the cluster that is called default",
    source=CREATE_SERVICE,
)
def _cluster(service: ServiceDocument) -> Iterator[Problem]:
    cluster = text_at(service, "cluster")
    if cluster is not None and not (_NAME.fullmatch(cluster) or _CLUSTER_ARN.fullmatch(cluster)):
        yield Problem(
            at=("cluster",),
            message=f"{shown(cluster)} is neither a cluster's name nor its ARN{arn_fault(cluster)}",
            found=cluster,
            expected="a name such as production, or arn:aws:ecs:<region>:<account>:cluster/<name>",
            advice=placeholder_advice(cluster),
        )


@rule(
    "service.task-definition-name",
    summary="A named task definition is a family, a family with a revision, or an ARN.",
    advice="write family, family:revision or the ARN",
    source=CREATE_SERVICE,
)
def _task_definition(service: ServiceDocument) -> Iterator[Problem]:
    named = text_at(service, "taskDefinition")
    if named and not _TASK_DEFINITION.fullmatch(named):
        yield Problem(
            at=("taskDefinition",),
            message=f"{shown(named)} names no task definition{arn_fault(named)}",
            found=named,
            expected="a family such as web, a revision of it such as web:3, or an ARN",
            advice=placeholder_advice(named),
        )


@rule(
    "service.desired-count",
    summary="The desired count is not negative.",
    advice="write 0 or more",
    source=CREATE_SERVICE,
)
def _desired_count(service: ServiceDocument) -> Iterator[Problem]:
    count = number_at(service, "desiredCount")
    if count is not None and count < 0:
        yield Problem(
            at=("desiredCount",),
            message=f"desiredCount is {count}: there cannot be fewer than 0 tasks",
            found=str(count),
            expected="0 or more",
        )


@rule(
    "service.client-token",
    summary="The client token is Gitmoxi's: each deployment has its own.",
    advice="remove it",
    severity=Severity.WARNING,
    source=CREATE_SERVICE,
)
def _client_token(service: ServiceDocument) -> Iterator[Problem]:
    if value_at(service, "clientToken") is not None:
        yield Problem(
            at=("clientToken",),
            message="clientToken is not used: every deployment brings its own",
        )


NAMING_RULES = (_name, _cluster, _task_definition, _desired_count, _client_token)
