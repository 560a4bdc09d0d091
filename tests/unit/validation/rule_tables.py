"""Tables of what rules take and refuse, and the tests made of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest


@dataclass(frozen=True, kw_only=True)
class Table:
    """What one rule takes and refuses, by what is special about it.

    Attributes:
        refused: the subject, the path of the one finding, and words that the finding holds.
        accepted: the subject.
    """

    refused: dict = field(default_factory=dict)
    accepted: dict = field(default_factory=dict)


def refused(tables):
    cases = [
        pytest.param(rule, subject, path, says, id=f"{rule}: {what}")
        for rule, table in tables.items()
        for what, (subject, path, says) in table.refused.items()
    ]
    return pytest.mark.parametrize(("rule", "subject", "path", "says"), cases)


def accepted(tables):
    cases = [
        pytest.param(rule, subject, id=f"{rule}: {what}")
        for rule, table in tables.items()
        for what, subject in table.accepted.items()
    ]
    return pytest.mark.parametrize(("rule", "subject"), cases)
