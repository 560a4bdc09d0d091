"""How rules are run."""

from __future__ import annotations

import pytest

from gitmoxi.domain.rendered import Position
from gitmoxi.domain.unknown import UnknownValueError
from gitmoxi.validation.rule import Problem, rule, run_rules
from gitmoxi.validation.sources import Source

HERE = Source(file="a.json", positions={(): Position(1, 1)})
THERE = Source(file="b.json", positions={(): Position(1, 1)})


@rule("task.odd", summary="Numbers are even.", source="https://example.com")
def _odd(numbers):
    for index, number in enumerate(numbers):
        if number is None:
            raise UnknownValueError("not known")
        if number % 2:
            yield Problem(at=(index,), message=f"{number} is odd", source=THERE if number < 0 else None)


def found(numbers):
    return list(run_rules([_odd], numbers, HERE))


def test_what_is_found_before_an_unknown_value_is_told():
    assert [finding.message for finding in found([1, None, 3])] == ["1 is odd"]


@pytest.mark.parametrize(
    ("count", "last"),
    [
        pytest.param(50, "1 is odd", id="as many as are listed"),
        pytest.param(51, "1 is odd", id="one more, which can as well be told"),
        pytest.param(16_000, "1 is odd; and 15949 more like this, which are not listed", id="very many"),
    ],
)
def test_very_many_findings_of_a_rule_are_counted_not_listed(count, last):
    findings = found([1] * count)

    assert len(findings) == min(count, 51)
    assert findings[-1].message == last


def test_each_file_has_room_for_its_own_findings():
    findings = found([1, -1] * 50)

    assert [finding.file for finding in findings].count("b.json") == 50
    assert len(findings) == 100
