"""Life cycle hooks."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found


def hook(**members):
    return {"deploymentConfiguration": {"lifecycleHooks": [members]}}


TABLES = {
    "service.hook-members": Table(
        refused={
            "no stage": (
                hook(hookTargetArn="f"),
                "$.deploymentConfiguration.lifecycleHooks[0].lifecycleStages",
                "stages",
            ),
            "no function": (
                hook(lifecycleStages=["POST_SCALE_UP"]),
                "$.deploymentConfiguration.lifecycleHooks[0].hookTargetArn",
                "PAUSE as targetType",
            ),
        },
        accepted={
            "a function": hook(hookTargetArn="f", lifecycleStages=["POST_SCALE_UP"]),
            "a pause": hook(targetType="PAUSE", lifecycleStages=["POST_SCALE_UP"]),
        },
    ),
    "service.hook-pause-stage": Table(
        refused={
            "while traffic shifts": (
                hook(targetType="PAUSE", lifecycleStages=["PRE_SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT"]),
                "$.deploymentConfiguration.lifecycleHooks[0].lifecycleStages[1]",
                "cannot pause at PRODUCTION_TRAFFIC_SHIFT",
            )
        },
        accepted={
            "between": hook(targetType="PAUSE", lifecycleStages=["POST_TEST_TRAFFIC_SHIFT"]),
            "a function": hook(hookTargetArn="f", lifecycleStages=["TEST_TRAFFIC_SHIFT"]),
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
