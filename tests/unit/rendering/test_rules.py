"""The list of rules is what rendering's code can emit, no more and no less."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import gitmoxi.adapters.rendering
import gitmoxi.domain.references
import gitmoxi.rendering
from gitmoxi.rendering.rules import RULES

ID = re.compile(r"(file|input|json|ref|template)\.[a-z]+(-[a-z]+)*")


def sources():
    for package in (gitmoxi.rendering, gitmoxi.adapters.rendering):
        for path in Path(package.__file__).parent.glob("*.py"):
            if path.name != "rules.py":
                yield path
    yield Path(gitmoxi.domain.references.__file__)


def emitted():
    """Every text in the code that looks like an id: nothing else in these packages does."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value):
                yield node.value


def test_the_rules_are_exactly_those_that_the_code_emits():
    listed = [rule.id for rule in RULES]

    assert sorted(listed) == sorted(set(emitted()))


def test_every_rule_says_what_must_hold_and_what_to_do():
    for rule in RULES:
        assert rule.summary.endswith("."), rule.id
        assert rule.advice, rule.id


def test_json_and_template_rules_name_their_standard():
    assert all(
        rule.source.startswith("https://") for rule in RULES if rule.id.startswith(("json.", "template."))
    )
