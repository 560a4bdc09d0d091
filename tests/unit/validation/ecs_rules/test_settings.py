"""Deployment settings beside the service that they are for."""

from __future__ import annotations

from tests.unit.validation.ecs_rules.given import assert_refused, documents, found
from tests.unit.validation.rule_tables import Table, accepted, refused

PAIR = {"targetGroupArnPairs": [["blue", "green"]]}
FALLBACK = {"fallbackCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}]}


def external(target_group):
    return {
        "deploymentController": {"type": "EXTERNAL"},
        "loadBalancers": [{"targetGroupArn": target_group}],
    }


def grace(seconds):
    return {"healthCheckGracePeriodSeconds": seconds, "loadBalancers": [{}]}


TABLES = {
    "ecs.pair-missing": Table(
        refused={
            "another pair": (
                documents(external("red"), settings={"targetGroupArnPairs": [["blue", "green"]]}),
                "depdef.json $.targetGroupArnPairs",
                "no pair has the service's target group red",
            )
        },
        accepted={
            "first half": documents(external("blue"), settings=PAIR),
            "second half": documents(external("green"), settings=PAIR),
            "no pairs, which another rule says": documents(external("red"), settings={}),
            "the controller ECS": documents({"loadBalancers": [{"targetGroupArn": "red"}]}, settings=PAIR),
        },
    ),
    "ecs.no-pairs": Table(
        refused={
            "no settings": (
                documents(external("blue")),
                "svcdef.json $.loadBalancers",
                "add targetGroupArnPairs",
            ),
            "no pairs": (
                documents(external("blue"), settings={}),
                "svcdef.json $.loadBalancers",
                "step by step",
            ),
        },
        accepted={
            "pairs": documents(external("blue"), settings=PAIR),
            "no load balancer": documents({"deploymentController": {"type": "EXTERNAL"}}),
            "settings that cannot be read": documents(external("blue"), unreadable=["depdef"]),
        },
    ),
    "ecs.pair-twice": Table(
        refused={
            "shared": (
                documents({}, settings={"targetGroupArnPairs": [["blue", "green"], ["red", "green"]]}),
                "depdef.json $.targetGroupArnPairs[1][1]",
                "green is in two pairs",
            )
        },
        accepted={
            "apart": documents({}, settings={"targetGroupArnPairs": [["a", "b"], ["c", "d"]]}),
            "the same twice in one pair, which the settings themselves refuse": documents(
                {}, settings={"targetGroupArnPairs": [["a", "a"]]}
            ),
        },
    ),
    "ecs.setting-unused": Table(
        refused={
            "pairs": (
                documents({}, settings=PAIR),
                "depdef.json $.targetGroupArnPairs",
                "ECS itself deploys",
            ),
            "traffic": (
                documents(
                    {"deploymentConfiguration": {"strategy": "LINEAR"}},
                    settings={"trafficShiftingConfig": {"percent": 10}},
                ),
                "depdef.json $.trafficShiftingConfig",
                "linearConfiguration says how traffic moves",
            ),
        },
        accepted={
            "task sets": documents(external("blue"), settings={**PAIR, "trafficShiftingConfig": {}}),
            "what works with ECS too": documents(
                {},
                settings={
                    "stabilityCheck": {},
                    "gmDeploymentCircuitBreaker": {},
                    "deleteNewUponFailure": True,
                },
            ),
        },
    ),
    "ecs.fallback-unused": Table(
        refused={
            "a launch type": (
                documents({"launchType": "FARGATE"}, settings=FALLBACK),
                "depdef.json $.fallbackCapacityProviderStrategy",
                "no strategy to fall back from",
            )
        },
        accepted={
            "a strategy": documents(
                {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]}, settings=FALLBACK
            )
        },
    ),
    "ecs.alarm-twice": Table(
        refused={
            "twice": (
                documents({}, settings={"alarms": {"alarmNames": ["a", "a"]}}),
                "depdef.json $.alarms.alarmNames[1]",
                "named twice",
            )
        },
        accepted={"once": documents({}, settings={"alarms": {"alarmNames": ["a", "b"]}})},
    ),
    "ecs.timeout-within-grace": Table(
        refused={
            "the default": (
                documents(grace(301)),
                "svcdef.json $.healthCheckGracePeriodSeconds",
                "after 300 s",
            ),
            "a short one": (
                documents(grace(60), settings={"stabilityCheck": {"timeout": 30}}),
                "svcdef.json $.healthCheckGracePeriodSeconds",
                "at most 30 s",
            ),
            "a short one for each task": (
                documents(
                    {**grace(90), "desiredCount": 4},
                    settings={"stabilityCheck": {"timeout": 30, "timeoutPerTask": 20}},
                ),
                "svcdef.json $.healthCheckGracePeriodSeconds",
                "at most 80 s",
            ),
        },
        accepted={
            "as long": documents(grace(300)),
            "long for each task": documents(
                {**grace(90), "desiredCount": 5},
                settings={"stabilityCheck": {"timeout": 30, "timeoutPerTask": 20}},
            ),
            "settings that cannot be read": documents(grace(900), unreadable=["depdef"]),
        },
    ),
    "ecs.poll-interval": Table(
        refused={
            "longer": (
                documents({}, settings={"stabilityCheck": {"pollInterval": 301}}),
                "depdef.json $.stabilityCheck.pollInterval",
                "the timeout is 300 s",
            )
        },
        accepted={"as long": documents({}, settings={"stabilityCheck": {"pollInterval": 60, "timeout": 60}})},
    ),
}


@refused(TABLES)
def test_what_does_not_fit_together_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_fits_together_is_passed(rule, subject):
    assert found(rule, subject) == []
