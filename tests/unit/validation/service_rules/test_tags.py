"""Tags of services."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

TABLES = {
    "service.tag": Table(
        refused={
            "lower case": ({"tags": [{"key": "aws:x", "value": ""}]}, "$.tags[0].key", "for AWS only"),
            "mixed case": ({"tags": [{"key": "a"}, {"key": "Aws:x"}]}, "$.tags[1].key", "another prefix"),
            "a value": ({"tags": [{"key": "a", "value": "aws:b"}]}, "$.tags[0].value", "for AWS only"),
            "the same key": (
                {"tags": [{"key": "team", "value": "a"}, {"key": "team", "value": "b"}]},
                "$.tags[1].key",
                "two tags have the key team",
            ),
            "too many": ({"tags": [{"key": f"k{n}"} for n in range(51)]}, "$.tags", "AWS takes 50"),
        },
        accepted={
            "aws without a colon": {"tags": [{"key": "aws"}, {"key": "awsome:x"}]},
            "keys that differ in case": {"tags": [{"key": "team"}, {"key": "Team"}]},
            "fifty": {"tags": [{"key": f"k{n}"} for n in range(50)]},
            "no tags": {},
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
