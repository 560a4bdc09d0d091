"""Rolling deployments."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

CONFIGURATION = "$.deploymentConfiguration"
EARLY = {"enable": True, "healthyPercent": 100, "sourceServiceRevisionCleanup": "DEFERRED"}


def configured(**members):
    return {"deploymentConfiguration": members}


TABLES = {
    "service.deployment-blocked": Table(
        refused={
            "both 100": (
                configured(minimumHealthyPercent=100, maximumPercent=100),
                CONFIGURATION,
                "no deployment can",
            ),
            "100 and the default": (
                configured(maximumPercent=100),
                CONFIGURATION,
                "minimumHealthyPercent 100",
            ),
            "crossed": (
                configured(minimumHealthyPercent=150, maximumPercent=120),
                CONFIGURATION,
                "a minimum below",
            ),
            "a DAEMON service": (
                {"schedulingStrategy": "DAEMON", **configured(minimumHealthyPercent=100)},
                CONFIGURATION,
                "maximumPercent 100",
            ),
        },
        accepted={
            "defaults": {},
            "stop first": configured(minimumHealthyPercent=50, maximumPercent=100),
            "defaults of a DAEMON service": {"schedulingStrategy": "DAEMON"},
            "blue/green, which replaces all at once": configured(strategy="BLUE_GREEN", maximumPercent=100),
            "task sets": {"deploymentController": {"type": "EXTERNAL"}, **configured(maximumPercent=100)},
        },
    ),
    "service.grace-period": Table(
        refused={
            "negative": (
                {"healthCheckGracePeriodSeconds": -1},
                "$.healthCheckGracePeriodSeconds",
                "is -1: a time cannot be negative",
            )
        },
        accepted={"none": {"healthCheckGracePeriodSeconds": 0}, "left out": {}},
    ),
    "service.deployment-stuck": Table(
        refused={
            "one task, stop first": (
                {"desiredCount": 1, **configured(minimumHealthyPercent=50, maximumPercent=100)},
                CONFIGURATION,
                "keeps 1 running and maximumPercent 100 allows 1",
            ),
            "one task, start half of one first": (
                {"desiredCount": 1, **configured(maximumPercent=150)},
                CONFIGURATION,
                "200 starts the new tasks first",
            ),
        },
        accepted={
            "two tasks": {"desiredCount": 2, **configured(minimumHealthyPercent=50, maximumPercent=100)},
            "one task, defaults": {"desiredCount": 1},
            "no task": {"desiredCount": 0, **configured(maximumPercent=150)},
            "a count that is not given": configured(maximumPercent=150),
            "blocked anyway": {"desiredCount": 1, **configured(maximumPercent=100)},
        },
    ),
    "service.maximum-percent": Table(
        refused={
            "below 100": (
                configured(minimumHealthyPercent=0, maximumPercent=50),
                f"{CONFIGURATION}.maximumPercent",
                "may never run all",
            )
        },
        accepted={"100": configured(minimumHealthyPercent=0, maximumPercent=100), "left out": {}},
    ),
    "service.percent-negative": Table(
        refused={
            "minimum": (
                configured(minimumHealthyPercent=-1),
                f"{CONFIGURATION}.minimumHealthyPercent",
                "negative",
            ),
            "maximum": (configured(maximumPercent=-1), f"{CONFIGURATION}.maximumPercent", "0 or more"),
        },
        accepted={"0": configured(minimumHealthyPercent=0)},
    ),
    "service.daemon-maximum-percent": Table(
        refused={
            "200": (
                {"schedulingStrategy": "DAEMON", **configured(maximumPercent=200)},
                f"{CONFIGURATION}.maximumPercent",
                "never runs two tasks on an instance",
            )
        },
        accepted={
            "100": {"schedulingStrategy": "DAEMON", **configured(maximumPercent=100)},
            "REPLICA": configured(maximumPercent=200),
        },
    ),
    "service.alarms-empty": Table(
        refused={
            "enabled": (
                configured(alarms={"enable": True, "rollback": True, "alarmNames": []}),
                f"{CONFIGURATION}.alarms.alarmNames",
                "none is named",
            )
        },
        accepted={
            "named": configured(alarms={"enable": True, "alarmNames": ["errors"]}),
            "not enabled": configured(alarms={"enable": False, "alarmNames": []}),
            "missing, which the shape check says": configured(alarms={"enable": True}),
        },
    ),
    "service.alarm-twice": Table(
        refused={
            "twice": (
                configured(alarms={"alarmNames": ["a", "b", "a"]}),
                f"{CONFIGURATION}.alarms.alarmNames[2]",
                "named twice",
            )
        },
        accepted={"once": configured(alarms={"alarmNames": ["a", "b"]})},
    ),
    "service.early-success": Table(
        refused={
            "blue/green": (
                configured(strategy="BLUE_GREEN", earlySuccessCriteria=EARLY),
                f"{CONFIGURATION}.earlySuccessCriteria",
                "for the strategy ROLLING only",
            ),
            "no percentage": (
                configured(earlySuccessCriteria={"enable": True, "sourceServiceRevisionCleanup": "BLOCKING"}),
                f"{CONFIGURATION}.earlySuccessCriteria.healthyPercent",
                "add healthyPercent",
            ),
            "no word on the old tasks": (
                configured(earlySuccessCriteria={"enable": True, "healthyPercent": 100}),
                f"{CONFIGURATION}.earlySuccessCriteria.sourceServiceRevisionCleanup",
                "add sourceServiceRevisionCleanup",
            ),
            "below the minimum": (
                configured(earlySuccessCriteria={**EARLY, "healthyPercent": 80}),
                f"{CONFIGURATION}.earlySuccessCriteria.healthyPercent",
                "below minimumHealthyPercent, which is 100",
            ),
        },
        accepted={
            "complete": configured(earlySuccessCriteria=EARLY),
            "0 % with a minimum of 0": configured(
                minimumHealthyPercent=0, earlySuccessCriteria={**EARLY, "healthyPercent": 0}
            ),
            "not enabled": configured(strategy="BLUE_GREEN", earlySuccessCriteria={"enable": False}),
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
