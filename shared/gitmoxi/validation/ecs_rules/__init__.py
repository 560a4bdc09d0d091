"""What does not fit together in the files of one ECS service object: one rule each."""

from __future__ import annotations

from typing import Final

from gitmoxi.domain.findings import RuleInfo
from gitmoxi.validation.ecs_rules.definition import DEFINITION_RULES
from gitmoxi.validation.ecs_rules.places import PLACE_RULES
from gitmoxi.validation.ecs_rules.ports import PORT_RULES
from gitmoxi.validation.ecs_rules.settings import SETTINGS_RULES
from gitmoxi.validation.ecs_rules.subject import EcsDocuments, SettingsFile
from gitmoxi.validation.ecs_rules.tasks import TASK_USE_RULES
from gitmoxi.validation.rule import Rule

ECS_RULES: Final[tuple[Rule[EcsDocuments], ...]] = (
    *DEFINITION_RULES,
    *PORT_RULES,
    *TASK_USE_RULES,
    *PLACE_RULES,
    *SETTINGS_RULES,
)
"""The rules across service definition, task definition and deployment settings."""

ECS_RULE_INFOS: Final[tuple[RuleInfo, ...]] = tuple(rule.info for rule in ECS_RULES)

__all__ = ["ECS_RULES", "ECS_RULE_INFOS", "EcsDocuments", "SettingsFile"]
