"""The page of faults and the tests that prove what becomes of them, found by the tests' names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from docs.proofs import link_to, tests_named
from docs.scenarios import FAULTS
from docs.tables import literal, table_row

_INTRODUCTION = """\
# Reliability

An accepted push is never lost; a deployment always ends, in a state that matches what runs in AWS; no
change of AWS is made twice because of a crash, a repeated message or a retry; nothing is deleted by accident.

Each row is a fault and what Gitmoxi promises for it. The tests that prove a row carry its number in their
names, and all of them run with `make test`. "Open" means that no test proves the row yet.

This page is made from the tests by `make docs`.
"""

_NAMED = re.compile(r"test_scenario((?:_\d+)+)_(\w+)")


def reliability_page() -> str:
    """Every fault, its promise, and where it is proved."""
    proofs = proofs_by_number()
    rows = [table_row("#", "what happens", "what becomes of it", "proved by"), table_row(*["---"] * 4)]
    for fault in FAULTS:
        proved = "<br>".join(proofs.get(fault.number, ())) or "open"
        rows.append(table_row(str(fault.number), literal(fault.happens), literal(fault.promise), proved))
    shown = sum(1 for fault in FAULTS if fault.number in proofs)
    total = f"{shown} of {len(FAULTS)} rows are proved."
    return "\n".join([_INTRODUCTION, total, "", *rows, ""])


def proofs_by_number() -> Mapping[int, list[str]]:
    """Links to the tests of each number, by file and name."""
    proofs: dict[int, list[str]] = defaultdict(list)
    for name, file in tests_named("test_scenario_"):
        if (named := _NAMED.fullmatch(name)) is None:
            continue
        for number in named[1].strip("_").split("_"):
            proofs[int(number)].append(link_to(named[2], file))
    return proofs
