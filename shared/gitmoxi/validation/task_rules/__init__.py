"""The rules for ECS task definitions: what AWS refuses, and what is surely not meant, beyond their form."""

from __future__ import annotations

from typing import Final

from gitmoxi.domain.findings import RuleInfo
from gitmoxi.validation.rule import Rule
from gitmoxi.validation.task_rules.containers import CONTAINER_RULES
from gitmoxi.validation.task_rules.dependencies import DEPENDENCY_RULES
from gitmoxi.validation.task_rules.environment import ENVIRONMENT_RULES
from gitmoxi.validation.task_rules.fargate import FARGATE_RULES
from gitmoxi.validation.task_rules.fargate_sizes import FARGATE_SIZE_RULES
from gitmoxi.validation.task_rules.file_systems import FILE_SYSTEM_RULES
from gitmoxi.validation.task_rules.firelens import FIRELENS_RULES
from gitmoxi.validation.task_rules.health import HEALTH_RULES
from gitmoxi.validation.task_rules.images import IMAGE_RULES
from gitmoxi.validation.task_rules.logs import LOG_RULES
from gitmoxi.validation.task_rules.networking import NETWORK_RULES
from gitmoxi.validation.task_rules.placeholder import PLACEHOLDER_RULES
from gitmoxi.validation.task_rules.placing import PLACING_RULES
from gitmoxi.validation.task_rules.platforms import PLATFORM_RULES
from gitmoxi.validation.task_rules.ports import PORT_RULES
from gitmoxi.validation.task_rules.roles import ROLE_RULES
from gitmoxi.validation.task_rules.secrets import SECRET_RULES
from gitmoxi.validation.task_rules.sizes import SIZE_RULES
from gitmoxi.validation.task_rules.subject import TaskDefinition
from gitmoxi.validation.task_rules.tags import TAG_RULES
from gitmoxi.validation.task_rules.volumes import VOLUME_RULES

TASK_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    *CONTAINER_RULES,
    *IMAGE_RULES,
    *SIZE_RULES,
    *FARGATE_SIZE_RULES,
    *FARGATE_RULES,
    *ROLE_RULES,
    *NETWORK_RULES,
    *PORT_RULES,
    *DEPENDENCY_RULES,
    *VOLUME_RULES,
    *FILE_SYSTEM_RULES,
    *HEALTH_RULES,
    *ENVIRONMENT_RULES,
    *SECRET_RULES,
    *LOG_RULES,
    *FIRELENS_RULES,
    *PLATFORM_RULES,
    *PLACING_RULES,
    *TAG_RULES,
    *PLACEHOLDER_RULES,
)

TASK_RULE_INFOS: Final[tuple[RuleInfo, ...]] = tuple(rule.info for rule in TASK_RULES)

__all__ = ["TASK_RULES", "TASK_RULE_INFOS", "TaskDefinition"]
