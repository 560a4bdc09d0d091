"""Where in a task definition text is for programs, and may hold what looks like a placeholder."""

from __future__ import annotations

from typing import Final

from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.placeholders import placeholder_rule
from gitmoxi.validation.rule import Rule
from gitmoxi.validation.task_rules.subject import CONTAINERS, TaskDefinition

_PROGRAM_TEXTS: Final = (
    ("command",),
    ("entryPoint",),
    ("healthCheck", "command"),
    ("environment", "value"),
    ("dockerLabels",),
    ("logConfiguration", "options"),
    ("firelensConfiguration", "options"),
)
_NAMES_OF_AWS: Final = frozenset({"awslogs-group", "awslogs-region"})


def _is_program_text(path: JsonPath) -> bool:
    if path[:1] != (CONTAINERS,) or path[-1] in _NAMES_OF_AWS:
        return False
    members = tuple(part for part in path[2:] if isinstance(part, str))
    return any(members[: len(each)] == each for each in _PROGRAM_TEXTS)


PLACEHOLDER_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    placeholder_rule(lambda task: task.document, skip=_is_program_text),
)
