"""The tags of a service."""

from __future__ import annotations

from collections.abc import Iterator

from gitmoxi.validation.ecs_tags import TAG_SUMMARY, tag_problems
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument
from gitmoxi.validation.service_rules.pages import TAG


@rule("service.tag", summary=TAG_SUMMARY, source=TAG)
def _tag(service: ServiceDocument) -> Iterator[Problem]:
    yield from tag_problems(service)


TAG_RULES = (_tag,)
