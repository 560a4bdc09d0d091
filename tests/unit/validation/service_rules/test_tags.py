"""Tags of services."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

TABLES = {
    "service.tag-reserved": Table(
        refused={
            "lower case": ({"tags": [{"key": "aws:x", "value": ""}]}, "$.tags[0].key", "AWS's own"),
            "mixed case": ({"tags": [{"key": "a"}, {"key": "Aws:x"}]}, "$.tags[1].key", "rename"),
        },
        accepted={"aws without a colon": {"tags": [{"key": "aws"}, {"key": "awsome:x"}]}, "no tags": {}},
    ),
    "service.tag-twice": Table(
        refused={
            "the same key": (
                {"tags": [{"key": "team", "value": "a"}, {"key": "team", "value": "b"}]},
                "$.tags[1].key",
                "more than once",
            )
        },
        accepted={"keys that differ in case": {"tags": [{"key": "team"}, {"key": "Team"}]}},
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
