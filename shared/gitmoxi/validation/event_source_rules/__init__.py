"""The rules for event sources: what AWS refuses, and what is surely not meant, beyond their form."""

from __future__ import annotations

from typing import Final

from gitmoxi.domain.findings import RuleInfo, Severity
from gitmoxi.validation.event_source_rules.batches import BATCH_RULES
from gitmoxi.validation.event_source_rules.kinds import KIND_RULES
from gitmoxi.validation.event_source_rules.subject import PullSource
from gitmoxi.validation.event_source_rules.together import FILE_RULES, MAPPING_RULES, ListedSources
from gitmoxi.validation.placeholders import placeholder_rule
from gitmoxi.validation.rule import Rule

MISSPELT: Final = RuleInfo(
    id="event-source.misspelt",
    severity=Severity.WARNING,
    summary="AliasStageVariableName is spelt so; published samples have it wrong, which is taken as meant.",
)
NOT_WRAPPED: Final = RuleInfo(
    id="event-source.not-wrapped",
    severity=Severity.WARNING,
    summary="Mappings stand in PullEventSources; those that stand elsewhere are taken as meant.",
    advice='write {"PullEventSources": [...]} around them',
)


PULL_SOURCE_RULES: Final[tuple[Rule[PullSource], ...]] = (
    *KIND_RULES,
    *BATCH_RULES,
    *MAPPING_RULES,
    placeholder_rule(lambda pull: pull.document, skip=lambda path: path[-1] == "Pattern"),
)
LISTED_SOURCES_RULES: Final[tuple[Rule[ListedSources], ...]] = FILE_RULES

EVENT_SOURCE_RULES: Final[tuple[RuleInfo, ...]] = (
    MISSPELT,
    NOT_WRAPPED,
    *(rule.info for rule in PULL_SOURCE_RULES),
    *(rule.info for rule in LISTED_SOURCES_RULES),
)

__all__ = [
    "EVENT_SOURCE_RULES",
    "LISTED_SOURCES_RULES",
    "MISSPELT",
    "NOT_WRAPPED",
    "PULL_SOURCE_RULES",
    "ListedSources",
    "PullSource",
]
