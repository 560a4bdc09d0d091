"""The page of threats and the tests that prove each defence, found by the tests' names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from docs.proofs import link_to, tests_named
from docs.tables import literal, table_row
from docs.threats import THREATS

PREFIX = "test_threat_"

_INTRODUCTION = """\
# Security

Gitmoxi holds the keys to production and reads files that others wrote. Each row is something that an attacker
may try, and what stands against it. The tests that prove a row carry its word in their names.

This page is made from the tests by `make docs`.
"""


def security_page() -> str:
    """Every threat, its defence, and where that is proved."""
    proofs = proofs_by_threat()
    rows = [table_row("what is tried", "what holds", "proved by"), table_row(*["---"] * 3)]
    for threat in THREATS:
        proved = "<br>".join(proofs.get(threat.id, ())) or "open"
        rows.append(table_row(literal(threat.attempt), literal(threat.defence), proved))
    return "\n".join([_INTRODUCTION, *rows, ""])


def proofs_by_threat() -> Mapping[str, list[str]]:
    """Links to the tests of each threat, by file and name.

    Raises:
        LookupError: a test is named after a threat that there is not.
    """
    proofs: dict[str, list[str]] = defaultdict(list)
    for name, file in tests_named(PREFIX):
        claim = name.removeprefix(PREFIX)
        fitting = [threat.id for threat in THREATS if claim.startswith(f"{threat.id}_")]
        if not fitting:
            raise LookupError(f"{file}: {name} names no threat of docs/threats.py")
        proofs[fitting[0]].append(link_to(claim.removeprefix(f"{fitting[0]}_"), file))
    return proofs
