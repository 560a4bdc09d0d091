"""What AWS, or Gitmoxi, does not take in an ECS service definition beyond its form: one rule each."""

from __future__ import annotations

from typing import Final

from gitmoxi.domain.findings import RuleInfo
from gitmoxi.validation.rule import Rule
from gitmoxi.validation.service_rules.capacity import CAPACITY_RULES
from gitmoxi.validation.service_rules.deployment import DEPLOYMENT_RULES
from gitmoxi.validation.service_rules.discovery import DISCOVERY_RULES
from gitmoxi.validation.service_rules.external import EXTERNAL_RULES
from gitmoxi.validation.service_rules.facts import ServiceDocument
from gitmoxi.validation.service_rules.hooks import HOOK_RULES
from gitmoxi.validation.service_rules.load_balancers import LOAD_BALANCER_RULES
from gitmoxi.validation.service_rules.naming import NAMING_RULES
from gitmoxi.validation.service_rules.network import NETWORK_RULES
from gitmoxi.validation.service_rules.placement import PLACEMENT_RULES
from gitmoxi.validation.service_rules.service_connect import SERVICE_CONNECT_RULES
from gitmoxi.validation.service_rules.strategies import STRATEGY_RULES
from gitmoxi.validation.service_rules.tags import TAG_RULES
from gitmoxi.validation.service_rules.volumes import VOLUME_RULES

SERVICE_RULES: Final[tuple[Rule[ServiceDocument], ...]] = (
    *NAMING_RULES,
    *CAPACITY_RULES,
    *NETWORK_RULES,
    *PLACEMENT_RULES,
    *DEPLOYMENT_RULES,
    *STRATEGY_RULES,
    *HOOK_RULES,
    *LOAD_BALANCER_RULES,
    *DISCOVERY_RULES,
    *SERVICE_CONNECT_RULES,
    *VOLUME_RULES,
    *EXTERNAL_RULES,
    *TAG_RULES,
)
"""The rules on a cleaned ``CreateService`` document alone."""

SERVICE_RULE_INFOS: Final[tuple[RuleInfo, ...]] = tuple(rule.info for rule in SERVICE_RULES)

__all__ = ["SERVICE_RULES", "SERVICE_RULE_INFOS", "ServiceDocument"]
