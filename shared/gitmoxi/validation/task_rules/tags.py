"""The tags of a task definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.reading import text_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import TaskDefinition

_MOST_TAGS: Final = 50


@rule(
    "task.tag",
    summary="A resource has at most 50 tags, each key once, none of whose keys or values begins with aws:.",
    source=api("Tag"),
)
def _tag(task: TaskDefinition) -> Iterator[Problem]:
    keys: set[str] = set()
    for path, tag in task.each("tags"):
        for member in ("key", "value"):
            text = text_at(tag, member) or ""
            if text.lower().startswith("aws:"):
                yield Problem(
                    at=(*path, member),
                    message=f"the {member} {text} of a tag begins with aws:, which is for AWS only",
                    found=text,
                    advice="take another prefix, or remove the tag: AWS sets its own",
                )
        key = text_at(tag, "key") or ""
        if key in keys:
            yield Problem(
                at=(*path, "key"),
                message=f"two tags have the key {key}",
                found=key,
                advice="keep one of them; capitals count",
            )
        keys.add(key)
    if len(keys) > _MOST_TAGS:
        yield Problem(
            at=("tags",),
            message=f"there are {len(keys)} tags, and AWS takes {_MOST_TAGS}",
            found=str(len(keys)),
            expected=f"at most {_MOST_TAGS}",
            advice="remove some",
        )


TAG_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (_tag,)
