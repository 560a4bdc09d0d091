"""The environment variables of containers, and the files that they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import list_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule
from gitmoxi.validation.task_rules.pages import api, guide
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_S3_OBJECT: Final = re.compile(r"arn:aws[a-z-]*:s3:::[^/\s]+/\S+")
_MOST_FILES: Final = 10


@container_rule(
    "task.environment-name",
    summary="Every environment variable has a name.",
    source=api("KeyValuePair"),
    advice="write name, or remove the variable",
)
def _environment_name(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, variable in container.each("environment"):
        if value_at(variable, "name") in (None, ""):
            yield Problem(
                at=(*path, "name"),
                message=f"an environment variable of {container.shown} has no name",
                expected="name",
            )


@container_rule(
    "task.environment-twice",
    summary="Each environment variable is given once.",
    source=api("ContainerDefinition"),
    advice="remove one of them",
    severity=Severity.WARNING,
)
def _environment_twice(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    names: set[str] = set()
    for path, variable in container.each("environment"):
        name = text_at(variable, "name") or ""
        if name and name in names:
            yield Problem(
                at=(*path, "name"),
                message=f"{container.shown} gives the environment variable {name} twice",
                found=name,
            )
        names.add(name)


@container_rule(
    "task.environment-file",
    summary="An environment file is the ARN of an S3 object that ends with .env; a container has at most 10.",
    source=guide("use-environment-file"),
)
def _environment_file(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, file in container.each("environmentFiles"):
        value = text_at(file, "value")
        if value is None:
            continue
        if not _S3_OBJECT.fullmatch(value):
            yield Problem(
                at=(*path, "value"),
                message=f"{value} is not the ARN of an S3 object",
                found=value,
                expected="arn:aws:s3:::<bucket>/<key>.env",
                advice=placeholder_advice(value) or "write arn:aws:s3:::<bucket>/<key>.env",
            )
        elif not value.endswith(".env"):
            yield Problem(
                at=(*path, "value"),
                message=f"AWS takes environment files that end with .env, not {value}",
                found=value,
                expected="<key>.env",
                advice="give the object a name that ends with .env",
            )
    count = len(list_at(container.values, "environmentFiles"))
    if count > _MOST_FILES:
        yield Problem(
            at=container.at("environmentFiles"),
            message=f"{container.shown} has {count} environment files, and AWS takes {_MOST_FILES}",
            found=str(count),
            expected=f"at most {_MOST_FILES}",
            advice="join some of them",
        )


ENVIRONMENT_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _environment_name,
    _environment_twice,
    _environment_file,
)
