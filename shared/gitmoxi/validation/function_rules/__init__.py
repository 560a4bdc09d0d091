"""The rules for Lambda functions: what AWS refuses, and what is surely not meant, beyond their form."""

from __future__ import annotations

from typing import Final

from gitmoxi.domain.findings import RuleInfo
from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.function_rules.code import CODE_RULES
from gitmoxi.validation.function_rules.environment import ENVIRONMENT_RULES
from gitmoxi.validation.function_rules.identity import IDENTITY_RULES
from gitmoxi.validation.function_rules.outputs import OUTPUT_RULES
from gitmoxi.validation.function_rules.parts import PART_RULES
from gitmoxi.validation.function_rules.runtimes import RUNTIME_RULES
from gitmoxi.validation.function_rules.sizes import SIZE_RULES
from gitmoxi.validation.function_rules.subject import Function
from gitmoxi.validation.placeholders import placeholder_rule
from gitmoxi.validation.rule import Rule


def _is_program_text(path: JsonPath) -> bool:
    """Descriptions are for people, inline code is base64, and a program may fill in its own variables."""
    return path[:1] in {("Description",), ("Environment",), ("ImageConfig",)} or path[-1] == "ZipFile"


_PLACEHOLDERS: Final[Rule[Function]] = placeholder_rule(lambda function: function, skip=_is_program_text)

FUNCTION_RULES: Final[tuple[Rule[Function], ...]] = (
    *CODE_RULES,
    *RUNTIME_RULES,
    *SIZE_RULES,
    *ENVIRONMENT_RULES,
    *IDENTITY_RULES,
    *PART_RULES,
    *OUTPUT_RULES,
    _PLACEHOLDERS,
)

FUNCTION_RULE_INFOS: Final[tuple[RuleInfo, ...]] = tuple(rule.info for rule in FUNCTION_RULES)

__all__ = ["FUNCTION_RULES", "FUNCTION_RULE_INFOS", "Function"]
