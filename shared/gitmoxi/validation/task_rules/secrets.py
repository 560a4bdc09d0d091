"""The secrets of containers: how they are referred to, and where they stand in plain text instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import JsonPath
from gitmoxi.domain.unknown import is_unknown
from gitmoxi.validation.key_shapes import key_shape
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import known, list_at, object_at, text_at
from gitmoxi.validation.rule import Problem, Rule
from gitmoxi.validation.task_rules.pages import api, guide
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_LISTS: Final[tuple[JsonPath, ...]] = (("secrets",), ("logConfiguration", "secretOptions"))
_PLACE: Final = r"arn:aws[a-z-]*:{service}:[a-z]{{2}}[a-z0-9-]*-\d:\d{{12}}:"
_REFERENCES: Final = re.compile(
    "|".join(
        (
            _PLACE.format(service="secretsmanager") + r"secret:[\w/+=.@!-]+(:[^:]*){0,3}",
            _PLACE.format(service="ssm") + r"parameter/[\w./-]+(:[\w.-]+)?",
            r"(?!arn:)/?[\w.-]+(/[\w.-]+)*(:[\w.-]+)?",
        )
    ),
    re.ASCII,
)
_EXPECTED: Final = "the ARN of a Secrets Manager secret, or the ARN or name of an SSM parameter"


@container_rule(
    "task.secret-reference",
    summary=f"The valueFrom of a secret is {_EXPECTED}.",
    source=api("Secret"),
)
def _secret_reference(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for member in _LISTS:
        for path, secret in container.each(*member):
            value = text_at(secret, "valueFrom")
            if value is None or _REFERENCES.fullmatch(value):
                continue
            yield Problem(
                at=(*path, "valueFrom"),
                message=f"the valueFrom of a secret of {container.shown} refers to no secret or parameter",
                found=_shown(value),
                expected=_EXPECTED,
                advice=placeholder_advice(value) or _reference_advice(value),
            )


def _shown(value: str) -> str:
    """What is no reference may be the secret itself."""
    return value if value.startswith("arn:") and key_shape(value) is None else ""


def _reference_advice(value: str) -> str:
    if ":ssm:" in value:
        return "write arn:aws:ssm:<region>:<account>:parameter/<name>, with one / before the name"
    if ":secretsmanager:" in value:
        return "write arn:aws:secretsmanager:<region>:<account>:secret:<name>[:<json key>:<stage>:<version>]"
    return "valueFrom says where the value lies; the value itself does not belong into the file"


@container_rule(
    "task.secret-twice",
    summary="The names of secrets are given once, and not as environment variables too.",
    source=guide("specifying-sensitive-data"),
    advice="keep one of them",
)
def _secret_twice(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    variables = {text_at(each, "name") for _path, each in container.each("environment")}
    names: set[str] = set()
    for path, secret in container.each("secrets"):
        name = text_at(secret, "name") or ""
        if name and (name in names or name in variables):
            other = "another secret" if name in names else "an environment variable"
            yield Problem(
                at=(*path, "name"),
                message=f"{name} is the name of a secret and of {other} of {container.shown}",
                found=name,
            )
        names.add(name)


@container_rule(
    "task.secret-in-plain-text",
    summary="Keys, tokens and passwords do not stand in environment variables, labels, options or commands.",
    source=guide("specifying-sensitive-data"),
    advice="put the value into Secrets Manager or SSM, refer to it in secrets, and replace the key itself: "
    "the repository's history keeps it",
    severity=Severity.WARNING,
)
def _secret_in_plain_text(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, name, text in _plain_texts(container):
        kind = key_shape(text, name=name)
        if kind is not None:
            yield Problem(
                at=path,
                message=f"what looks like {kind} stands in plain text in {container.shown}",
            )


def _plain_texts(container: Container) -> Iterator[tuple[JsonPath, str, str]]:
    """Paths, names and texts that everybody who may describe the task definition can read."""
    for path, variable in container.each("environment"):
        value, name = variable.get("value"), variable.get("name")
        if isinstance(value, str) and not is_unknown(value):
            yield (*path, "value"), name if isinstance(name, str) and not is_unknown(name) else "", value
    for member in (("dockerLabels",), ("logConfiguration", "options"), ("firelensConfiguration", "options")):
        for key, value in object_at(container.values, *member).items():
            if isinstance(value, str) and not is_unknown(value):
                yield container.at(*member, key), "", value
    for list_path in (("command",), ("entryPoint",), ("healthCheck", "command")):
        for index, value in enumerate(list_at(container.values, *list_path)):
            if isinstance(known(value), str):
                yield container.at(*list_path, index), "", str(value)


SECRET_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _secret_reference,
    _secret_twice,
    _secret_in_plain_text,
)
