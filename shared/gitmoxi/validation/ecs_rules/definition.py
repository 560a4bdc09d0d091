"""Rules on which task definition a service gets, and on who deploys it."""

from __future__ import annotations

from collections.abc import Iterator

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.ecs_rules.subject import EcsDocuments
from gitmoxi.validation.reading import text_at, value_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.pages import CREATE_SERVICE


@rule(
    "ecs.controller",
    summary="Gitmoxi deploys services of the controller ECS.",
    advice='write {"type": "ECS"}',
    source=CREATE_SERVICE,
)
def _controller(documents: EcsDocuments) -> Iterator[Problem]:
    kind = text_at(documents.service.document, "deploymentController", "type")
    refusals = {
        "CODE_DEPLOY": (
            "CODE_DEPLOY is not supported: CodeDeploy keeps the truth about such a service to itself",
            'use {"type": "ECS"} with deploymentConfiguration.strategy BLUE_GREEN, LINEAR or CANARY',
        ),
        "EXTERNAL": ("EXTERNAL is not supported yet by this version: use ECS", ""),
    }
    if kind in refusals:
        message, advice = refusals[kind]
        yield Problem(
            at=("deploymentController", "type"), message=message, found=kind, expected="ECS", advice=advice
        )


@rule(
    "ecs.no-task-definition",
    summary="There is a task definition file, or the service names a task definition.",
    advice="add the file beside this one, or name a registered task definition here",
    source=CREATE_SERVICE,
)
def _no_task_definition(documents: EcsDocuments) -> Iterator[Problem]:
    if not documents.brings_task_definition and not value_at(documents.service.document, "taskDefinition"):
        yield Problem(
            at=(),
            message="neither a _taskdef.json file nor taskDefinition in the service definition is there",
            expected="taskDefinition",
        )


@rule(
    "ecs.task-definition-overridden",
    summary="With a task definition file, the service does not name a task definition.",
    advice="remove taskDefinition here",
    severity=Severity.WARNING,
    source=CREATE_SERVICE,
)
def _overridden(documents: EcsDocuments) -> Iterator[Problem]:
    task_definition = documents.task_definition
    if task_definition is not None and value_at(documents.service.document, "taskDefinition"):
        yield Problem(
            at=("taskDefinition",), message=f"taskDefinition is overridden by {task_definition.source.file}"
        )


DEFINITION_RULES = (_controller, _no_task_definition, _overridden)
