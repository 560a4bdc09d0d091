"""Rules on a function's name, its tags, and on who publishes its versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.function_rules.pages import api, guide
from gitmoxi.validation.function_rules.subject import Function, given
from gitmoxi.validation.reading import object_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.sources import shown

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_NAME: Final = 64
_MOST_TAGS: Final = 50
_OWN_PREFIX: Final = "aws:"


@rule(
    "function.name",
    summary="FunctionName is the bare name, of at most 64 characters.",
    source=api("CreateFunction"),
)
def _name_is_bare(function: Function) -> Iterator[Problem]:
    name = text_at(function, "FunctionName") or ""
    bare = name.partition(":function:")[2].partition(":")[0] or name.rpartition(":")[2]
    if _NAME.fullmatch(bare) is None:
        return  # the shape check says so
    if bare != name:
        yield Problem(
            at=("FunctionName",),
            message=f"{shown(name)} is more than a name: account and region come from the settings",
            found=shown(name),
            expected=bare,
            advice=f"write {bare}",
        )
    elif len(name) > _LONGEST_NAME:
        yield Problem(
            at=("FunctionName",),
            message=f"the name has {len(name)} characters; Lambda takes {_LONGEST_NAME}",
            found=shown(name),
            expected=f"at most {_LONGEST_NAME} characters",
            advice="choose a shorter name",
        )


@rule(
    "function.tags",
    summary="There are at most 50 tags, and none begins with aws:.",
    source=guide("configuration-tags"),
)
def _tags_are_taken(function: Function) -> Iterator[Problem]:
    tags = object_at(function, "Tags")
    if len(tags) > _MOST_TAGS:
        yield Problem(
            at=("Tags",),
            message=f"there are {len(tags)} tags; AWS takes {_MOST_TAGS}",
            advice="remove some",
        )
    for key in tags:
        if key.casefold().startswith(_OWN_PREFIX):
            yield Problem(
                at=("Tags", key),
                message=f"AWS keeps tags that begin with {_OWN_PREFIX} for itself",
                advice="remove it",
            )


@rule(
    "function.publish",
    summary="Publish and PublishTo are left out: Gitmoxi publishes a version with every deployment.",
    source=api("CreateFunction"),
    advice="remove it",
    severity=Severity.WARNING,
)
def _we_publish(function: Function) -> Iterator[Problem]:
    for name in ("Publish", "PublishTo"):
        if given(function, name) and function[name] is not False:
            yield Problem(at=(name,), message=f"{name} counts for nothing: Gitmoxi publishes versions itself")


IDENTITY_RULES = (_name_is_bare, _tags_are_taken, _we_publish)
