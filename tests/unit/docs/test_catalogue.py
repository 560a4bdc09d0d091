"""The catalogue names every rule that a finding can name, and no other."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitmoxi.catalogue import ALL_RULES, catalogue
from gitmoxi.domain.findings import RuleInfo, Severity
from gitmoxi.errors import InvariantError
from gitmoxi.rendering import rules as rendering_rules
from gitmoxi.validation import document_rules, settings_base, shape_rules

ROOT = Path(__file__).parents[3]
SOURCES = [
    path
    for folder in (
        "shared/gitmoxi/domain",
        "shared/gitmoxi/rendering",
        "shared/gitmoxi/adapters/rendering",
        "shared/gitmoxi/validation",
        "services/gmctl/gitmoxi_gmctl/validate",
        "services/ingestor",
    )
    for path in (ROOT / folder).rglob("*.py")
]
LISTS_ONLY = Path(rendering_rules.__file__)
"""Rendering's rules are listed apart from the places that find something."""

IDS = {rule.id for rule in ALL_RULES}
AREAS = {id_.partition(".")[0] for id_ in IDS}
LIKE_AN_ID = re.compile(rf"(?:{'|'.join(sorted(AREAS))})\.[a-z0-9]+(?:-[a-z0-9]+)*")


def texts(tree: ast.AST) -> Iterator[str]:
    """The texts in the code, docstrings aside."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def rule_arguments(tree: ast.AST) -> Iterator[str]:
    """The texts that calls give as ``rule=``: ids whatever they look like."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (
                keyword.value.value
                for keyword in node.keywords
                if keyword.arg == "rule" and isinstance(keyword.value, ast.Constant)
            )


@pytest.fixture(scope="module")
def written() -> set[str]:
    """Every id that stands in the code outside of mere lists."""
    found: set[str] = set()
    for path in SOURCES:
        if path == LISTS_ONLY:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {text for text in texts(tree) if LIKE_AN_ID.fullmatch(text)}
        found |= set(rule_arguments(tree))
    return found


def test_every_id_in_the_code_is_in_the_catalogue(written):
    assert written - IDS == set()


def loads() -> Counter[str]:
    """How often each name is read, bare or as a module's member."""
    names: Counter[str] = Counter()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                    names[name] += 1
    return names


def test_every_rule_of_the_catalogue_is_used(written):
    """Those whose ids are put together stand as constants: read in their list, and at least once more."""
    read = loads()
    constants = {
        info.id
        for module in (shape_rules, document_rules, settings_base)
        for name, info in vars(module).items()
        if isinstance(info, RuleInfo) and read[name] > 1
    }
    assert IDS - written - constants == set()


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in ALL_RULES])
def test_a_rule_says_what_holds(rule):
    assert LIKE_AN_ID.fullmatch(rule.id)
    assert rule.summary.endswith(".")
    assert not rule.advice.endswith(".")
    assert rule.source == "" or rule.source.startswith("https://")


def info(id_: str, summary: str = "It holds.") -> RuleInfo:
    return RuleInfo(id=id_, severity=Severity.ERROR, summary=summary, advice="", source="")


def test_rules_stand_in_the_order_of_their_ids_and_shared_ones_once():
    assert catalogue([info("b.x"), info("a.y")], [info("b.x")]) == (info("a.y"), info("b.x"))


def test_two_rules_with_one_id_are_refused():
    with pytest.raises(InvariantError, match=r"a\.y"):
        catalogue([info("a.y")], [info("a.y", "Another one.")])
