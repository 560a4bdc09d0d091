"""Every rule that a finding can name, in one place: for the reference pages and for SARIF's metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from gitmoxi.domain.findings import RuleInfo
from gitmoxi.errors import InvariantError
from gitmoxi.rendering.rules import RULES as RENDERING_RULES
from gitmoxi.validation.document_rules import DOCUMENT_RULES
from gitmoxi.validation.documents import FILE_RULES
from gitmoxi.validation.ecs_rules import ECS_RULE_INFOS
from gitmoxi.validation.event_source_rules import EVENT_SOURCE_RULES
from gitmoxi.validation.function_rules import FUNCTION_RULE_INFOS
from gitmoxi.validation.service_rules import SERVICE_RULE_INFOS
from gitmoxi.validation.settings_base import SETTINGS_RULES
from gitmoxi.validation.shape_rules import SHAPE_RULES
from gitmoxi.validation.task_rules import TASK_RULE_INFOS
from gitmoxi.validation.verdict import VERDICT_RULE_INFOS


def catalogue(*groups: Iterable[RuleInfo]) -> tuple[RuleInfo, ...]:
    """The rules of all groups, in the order of their ids; a rule that groups share stands once.

    Raises:
        InvariantError: two different rules have one id.
    """
    rules = {rule for group in groups for rule in group}
    twice = sorted(id_ for id_, count in Counter(rule.id for rule in rules).items() if count > 1)
    if twice:
        raise InvariantError(f"two rules have the id {', '.join(twice)}")
    return tuple(sorted(rules, key=lambda rule: rule.id))


ALL_RULES: Final = catalogue(
    RENDERING_RULES,
    DOCUMENT_RULES,
    ECS_RULE_INFOS,
    EVENT_SOURCE_RULES,
    FILE_RULES,
    FUNCTION_RULE_INFOS,
    SERVICE_RULE_INFOS,
    SETTINGS_RULES,
    SHAPE_RULES,
    TASK_RULE_INFOS,
    VERDICT_RULE_INFOS,
)
