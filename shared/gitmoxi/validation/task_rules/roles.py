"""The roles of a task: the one that ECS needs to start it, and the one that its containers have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.unknown import UnknownValueError
from gitmoxi.validation.arns import arn_fault
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import list_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.sources import shown
from gitmoxi.validation.task_rules.pages import api, guide
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition

_PRIVATE_ECR: Final = re.compile(r"[^./]+\.dkr[.-]ecr(-fips)?\.[^/]+/.+")
_ROLE: Final = re.compile(r"(arn:aws[a-z-]*:iam::\d{12}:role/)?[\w+=,.@/-]+", re.ASCII)


@rule(
    "task.execution-role",
    summary="A task has an executionRoleArn where ECS itself reads secrets or images or writes logs for it.",
    source=guide("task_execution_IAM_role"),
    advice="write executionRoleArn with the ARN of a role that has AmazonECSTaskExecutionRolePolicy",
)
def _execution_role(task: TaskDefinition) -> Iterator[Problem]:
    if value_at(task.document, "executionRoleArn") not in (None, ""):
        return
    needs = [need for container in task.known_containers() for need in _known_needs(task, container)]
    if needs:
        yield Problem(
            at=("executionRoleArn",),
            message=f"executionRoleArn is missing, and ECS needs it for {', '.join(needs)}",
            expected="executionRoleArn",
        )


def _known_needs(task: TaskDefinition, container: Container) -> Iterator[str]:
    try:
        yield from _needs(task, container)
    except UnknownValueError:
        return


def _needs(task: TaskDefinition, container: Container) -> Iterator[str]:
    for member, what in (
        (("secrets",), "the secrets"),
        (("logConfiguration", "secretOptions"), "the secret log options"),
        (("environmentFiles",), "the environment files"),
    ):
        if list_at(container.values, *member):
            yield f"{what} of {container.shown}"
    if value_at(container.values, "repositoryCredentials") is not None:
        yield f"the registry credentials of {container.shown}"
    if not task.fargate:
        return
    if text_at(container.values, "logConfiguration", "logDriver") == "awslogs":
        yield f"the logs of {container.shown} (awslogs on Fargate)"
    if _PRIVATE_ECR.fullmatch(text_at(container.values, "image") or ""):
        yield f"the image of {container.shown} (ECR on Fargate)"


@rule(
    "task.role-form",
    summary="Roles are named by their name or by the ARN of a role, with its account of 12 digits.",
    source=api("RegisterTaskDefinition"),
    advice="write arn:aws:iam::<the account's 12 digits>:role/<name>",
)
def _role_form(task: TaskDefinition) -> Iterator[Problem]:
    for member in ("taskRoleArn", "executionRoleArn"):
        role = text_at(task.document, member)
        if role and not _ROLE.fullmatch(role):
            yield Problem(
                at=(member,),
                message=f"{shown(role)} is neither the name nor the ARN of a role{arn_fault(role)}",
                found=role,
                expected="arn:aws:iam::<account>:role/<name>",
                advice=placeholder_advice(role),
            )


ROLE_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (_execution_role, _role_form)
