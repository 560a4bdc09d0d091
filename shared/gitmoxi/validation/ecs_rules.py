"""What we refuse about an ECS service beyond the form of its files; each rule is one function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonValue
from gitmoxi.validation.native import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsDocuments:
    """What the rules look at: documents that have the right form."""

    service: Checked
    task_definition: Checked | None


EcsRule = Callable[[EcsDocuments], Iterator[Finding]]


def controller_is_supported(documents: EcsDocuments) -> Iterator[Finding]:
    """We deploy by ECS's own controller; CodeDeploy's own deployments cannot be driven from here."""
    controller = documents.service.document.get("deploymentController")
    kind: JsonValue = controller.get("type") if isinstance(controller, dict) else None
    if kind in {None, "ECS"}:
        return
    refusals = {
        "CODE_DEPLOY": (
            "CODE_DEPLOY is not supported: CodeDeploy keeps the truth about such a service to itself",
            'use {"type": "ECS"} with deploymentConfiguration.strategy BLUE_GREEN, LINEAR or CANARY',
        ),
        "EXTERNAL": ("EXTERNAL is not supported yet by this version: use ECS", 'write {"type": "ECS"}'),
    }
    message, advice = refusals.get(
        str(kind), (f"the controller {kind} is not supported", 'write {"type": "ECS"}')
    )
    yield documents.service.source.finding(
        ("deploymentController", "type"),
        rule="ecs.controller",
        message=message,
        found=str(kind),
        expected="ECS",
        advice=advice,
    )


def task_definition_is_given(documents: EcsDocuments) -> Iterator[Finding]:
    """There is a task definition file, or the service names a task definition."""
    named = documents.service.document.get("taskDefinition")
    if documents.task_definition is None and not named:
        yield documents.service.source.finding(
            (),
            rule="ecs.no-task-definition",
            message="neither a _taskdef.json file nor taskDefinition in the service definition is there",
            expected="taskDefinition",
            advice="add the file beside this one, or name a registered task definition here",
        )


def task_definition_is_given_once(documents: EcsDocuments) -> Iterator[Finding]:
    """With a task definition file, the service's own ``taskDefinition`` counts for nothing."""
    if documents.task_definition is not None and documents.service.document.get("taskDefinition"):
        yield documents.service.source.finding(
            ("taskDefinition",),
            rule="ecs.task-definition-overridden",
            severity=Severity.WARNING,
            message=f"taskDefinition is overridden by {documents.task_definition.source.file}",
            advice="remove taskDefinition here",
        )


ECS_RULES: tuple[EcsRule, ...] = (
    controller_is_supported,
    task_definition_is_given,
    task_definition_is_given_once,
)
