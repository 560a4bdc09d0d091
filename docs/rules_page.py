"""The page of rules: every rule that a finding can name, by area."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from docs.tables import literal, table_row
from gitmoxi.catalogue import ALL_RULES
from gitmoxi.domain.findings import RuleInfo

_INTRODUCTION = """\
# Rules

What `gmctl validate` and the planner check. Each finding names its rule; an error stops a deployment, a
warning is told and the deployment goes on, a note says what could not be checked or is worth a look. "What
holds" is what the rule demands; "what to do" is its general advice: a finding says more.

This page is made from the code by `make docs`; change the rules there.
"""

_AREAS = {
    "definition": "What a path-prefix consists of",
    "document": "Documents: what AWS describes and never takes",
    "ecs": "ECS: the files of one path-prefix together",
    "event-source": "Event sources of a function",
    "file": "Files",
    "function": "Lambda functions",
    "input": "Input files",
    "json": "JSON",
    "placeholder": "Placeholders of other tools",
    "ref": "References of an input file",
    "render": "Rendering",
    "repository": "Repositories",
    "service": "ECS services",
    "settings": "Our own settings",
    "shape": "The form of AWS's requests",
    "task": "Task definitions",
    "template": "Templates",
}


def rules_page() -> str:
    """The page's text."""
    lines = [_INTRODUCTION]
    for area, rules in groupby(ALL_RULES, key=lambda rule: rule.id.partition(".")[0]):
        lines += [
            f"## {_AREAS[area]}",
            "",
            "| rule | severity | what holds | what to do |",
            "|---|---|---|---|",
        ]
        lines += [*_rows(rules), ""]
    return "\n".join(lines)


def _rows(rules: Iterator[RuleInfo]) -> Iterator[str]:
    for rule in rules:
        source = f" ([source]({rule.source}))" if rule.source else ""
        yield table_row(
            f"`{rule.id}`", rule.severity.value, f"{literal(rule.summary)}{source}", literal(rule.advice)
        )
