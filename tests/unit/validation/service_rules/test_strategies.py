"""Blue/green, linear and canary deployments by ECS itself."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

CONFIGURATION = "$.deploymentConfiguration"
STEP = f"{CONFIGURATION}.linearConfiguration.stepPercent"
CANARY = f"{CONFIGURATION}.canaryConfiguration.canaryPercent"
BLUE = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/blue/0123456789abcdef"
ADVANCED = {"alternateTargetGroupArn": "green", "productionListenerRule": "rule", "roleArn": "role"}


def configured(strategy, **members):
    return {"deploymentConfiguration": {"strategy": strategy, **members}}


def linear(percent):
    return configured("LINEAR", linearConfiguration={"stepPercent": percent})


def canary(percent):
    return configured("CANARY", canaryConfiguration={"canaryPercent": percent})


def balanced(strategy, without=""):
    advanced = {name: value for name, value in ADVANCED.items() if name != without}
    return {
        **configured(strategy),
        "loadBalancers": [{"targetGroupArn": BLUE, "advancedConfiguration": advanced}],
    }


TABLES = {
    "service.bake-time-missing": Table(
        refused={
            "BLUE_GREEN": (
                configured("BLUE_GREEN"),
                f"{CONFIGURATION}.bakeTimeInMinutes",
                "BLUE_GREEN needs",
            ),
        },
        accepted={
            "0": configured("BLUE_GREEN", bakeTimeInMinutes=0),
            "LINEAR": configured("LINEAR"),
            "ROLLING": {},
        },
    ),
    "service.bake-time": Table(
        refused={
            "over a day": (
                configured("BLUE_GREEN", bakeTimeInMinutes=1441),
                f"{CONFIGURATION}.bakeTimeInMinutes",
                "0 to 1440",
            ),
            "a step": (
                configured("LINEAR", linearConfiguration={"stepBakeTimeInMinutes": -1}),
                f"{CONFIGURATION}.linearConfiguration.stepBakeTimeInMinutes",
                "-1 minutes",
            ),
            "a canary": (
                configured("CANARY", canaryConfiguration={"canaryBakeTimeInMinutes": 5000}),
                f"{CONFIGURATION}.canaryConfiguration.canaryBakeTimeInMinutes",
                "5000 minutes",
            ),
        },
        accepted={"a day": configured("BLUE_GREEN", bakeTimeInMinutes=1440)},
    ),
    "service.step-percent": Table(
        refused={
            "too small": (linear(2.9), STEP, "3.0 to 100.0"),
            "too large": (linear(100.1), STEP, "3.0 to 100.0"),
            "too fine": (linear(10.25), STEP, "in tenths"),
        },
        accepted={
            "least": linear(3),
            "in tenths": linear(33.3),
            "all": linear(100.0),
            "left out": configured("LINEAR"),
        },
    ),
    "service.canary-percent": Table(
        refused={
            "nothing": (canary(0), CANARY, "0.1 to 100.0"),
            "too fine": (canary(0.15), CANARY, "in tenths"),
        },
        accepted={"least": canary(0.1), "usual": canary(5)},
    ),
    "service.strategy-configuration": Table(
        refused={
            "linear for CANARY": (
                configured("CANARY", linearConfiguration={}),
                f"{CONFIGURATION}.linearConfiguration",
                "for the strategy LINEAR, and this is CANARY",
            ),
            "canary for ROLLING": (
                {"deploymentConfiguration": {"canaryConfiguration": {"canaryPercent": 5}}},
                f"{CONFIGURATION}.canaryConfiguration",
                "write CANARY as strategy",
            ),
        },
        accepted={"its own": linear(10), "none": configured("CANARY")},
    ),
    "service.blue-green-load-balancer": Table(
        refused={
            "no alternate": (
                balanced("BLUE_GREEN", without="alternateTargetGroupArn"),
                "$.loadBalancers[0].advancedConfiguration.alternateTargetGroupArn",
                "BLUE_GREEN needs alternateTargetGroupArn",
            ),
            "no rule": (
                balanced("LINEAR", without="productionListenerRule"),
                "$.loadBalancers[0].advancedConfiguration.productionListenerRule",
                "LINEAR needs productionListenerRule",
            ),
            "no role": (
                balanced("CANARY", without="roleArn"),
                "$.loadBalancers[0].advancedConfiguration.roleArn",
                "add advancedConfiguration.roleArn",
            ),
            "a Classic Load Balancer": (
                {**configured("BLUE_GREEN"), "loadBalancers": [{"loadBalancerName": "old"}]},
                "$.loadBalancers[0].loadBalancerName",
                "cannot shift traffic at a Classic",
            ),
        },
        accepted={
            "complete": balanced("BLUE_GREEN"),
            "rolling": {"loadBalancers": [{"targetGroupArn": BLUE}]},
            "Service Connect alone": configured("BLUE_GREEN"),
        },
    ),
    "service.alternate-target-group": Table(
        refused={
            "the same": (
                {
                    "loadBalancers": [
                        {"targetGroupArn": BLUE, "advancedConfiguration": {"alternateTargetGroupArn": BLUE}}
                    ]
                },
                "$.loadBalancers[0].advancedConfiguration.alternateTargetGroupArn",
                "name the second target group",
            )
        },
        accepted={"another": balanced("BLUE_GREEN")},
    ),
    "service.advanced-configuration-unused": Table(
        refused={
            "rolling": (
                {"loadBalancers": [{"targetGroupArn": BLUE, "advancedConfiguration": ADVANCED}]},
                "$.loadBalancers[0].advancedConfiguration",
                "no effect in rolling deployments",
            )
        },
        accepted={
            "blue/green": balanced("BLUE_GREEN"),
            "none": {"loadBalancers": [{"targetGroupArn": BLUE}]},
        },
    ),
    "service.no-traffic-to-shift": Table(
        refused={
            "nothing": (configured("CANARY"), f"{CONFIGURATION}.strategy", "nothing here brings traffic")
        },
        accepted={
            "a load balancer": balanced("CANARY"),
            "Service Connect": {**configured("CANARY"), "serviceConnectConfiguration": {"enabled": True}},
            "VPC Lattice": {**configured("CANARY"), "vpcLatticeConfigurations": [{"portName": "web"}]},
            "rolling": {},
        },
    ),
    "service.breaker-unused": Table(
        refused={
            "blue/green": (
                configured("BLUE_GREEN", deploymentCircuitBreaker={"enable": True, "rollback": True}),
                f"{CONFIGURATION}.deploymentCircuitBreaker",
                "does not watch BLUE_GREEN",
            )
        },
        accepted={
            "rolling": configured("ROLLING", deploymentCircuitBreaker={"enable": True, "rollback": True}),
            "off": configured("BLUE_GREEN", deploymentCircuitBreaker={"enable": False, "rollback": False}),
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
