"""The tags of a task definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.ecs_tags import TAG_SUMMARY, tag_problems
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import TaskDefinition


@rule("task.tag", summary=TAG_SUMMARY, source=api("Tag"))
def _tag(task: TaskDefinition) -> Iterator[Problem]:
    yield from tag_problems(task.document)


TAG_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (_tag,)
