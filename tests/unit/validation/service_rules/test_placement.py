"""Placement, scheduling and zones."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

ZONE = "attribute:ecs.availability-zone"
DAEMON = {"schedulingStrategy": "DAEMON"}
BALANCED = {"availabilityZoneRebalancing": "ENABLED"}
BALANCING = "$.availabilityZoneRebalancing"


def strategy(kind, by):
    return {"placementStrategy": [{"type": kind, "field": by}]}


TABLES = {
    "service.fargate-placement": Table(
        refused={
            "a strategy": (
                {"launchType": "FARGATE", "placementStrategy": [{"type": "random"}]},
                "$.placementStrategy",
                "not supported for tasks on Fargate",
            ),
            "a constraint": (
                {"launchType": "FARGATE", "placementConstraints": [{"type": "distinctInstance"}]},
                "$.placementConstraints",
                "remove it",
            ),
        },
        accepted={
            "on EC2": {"launchType": "EC2", "placementStrategy": [{"type": "random"}]},
            "empty": {"launchType": "FARGATE", "placementStrategy": []},
        },
    ),
    "service.placement-too-long": Table(
        refused={
            "6 strategies": ({"placementStrategy": [{}] * 6}, "$.placementStrategy", "at most 5"),
            "11 constraints": ({"placementConstraints": [{}] * 11}, "$.placementConstraints", "at most 10"),
        },
        accepted={"the most": {"placementStrategy": [{}] * 5, "placementConstraints": [{}] * 10}},
    ),
    "service.placement-field": Table(
        refused={
            "binpack by zone": (strategy("binpack", ZONE), "$.placementStrategy[0].field", "cpu or memory"),
            "binpack by nothing": (
                {"placementStrategy": [{"type": "binpack"}]},
                "$.placementStrategy[0].field",
                "cpu",
            ),
            "spread by nothing": (
                {"placementStrategy": [{"type": "spread"}]},
                "$.placementStrategy[0].field",
                ZONE,
            ),
        },
        accepted={
            "binpack": strategy("binpack", "memory"),
            "binpack as AWS describes it": strategy("binpack", "MEMORY"),
            "spread": strategy("spread", ZONE),
            "random": {"placementStrategy": [{"type": "random"}]},
        },
    ),
    "service.placement-expression": Table(
        refused={
            "memberOf without": (
                {"placementConstraints": [{"type": "memberOf"}]},
                "$.placementConstraints[0].expression",
                "cluster query language",
            ),
            "distinctInstance with": (
                {"placementConstraints": [{"type": "distinctInstance", "expression": "x"}]},
                "$.placementConstraints[0].expression",
                "takes no expression",
            ),
        },
        accepted={
            "as meant": {
                "placementConstraints": [
                    {"type": "memberOf", "expression": "attribute:x == y"},
                    {"type": "distinctInstance"},
                ]
            }
        },
    ),
    "service.daemon": Table(
        refused={
            "a count": ({**DAEMON, "desiredCount": 0}, "$.desiredCount", "remove desiredCount"),
            "a strategy": (
                {**DAEMON, **strategy("spread", ZONE)},
                "$.placementStrategy",
                "takes no placementStrategy",
            ),
            "capacity providers": (
                {**DAEMON, "capacityProviderStrategy": [{"capacityProvider": "a"}]},
                "$.capacityProviderStrategy",
                "REPLICA",
            ),
            "on Fargate": ({**DAEMON, "launchType": "FARGATE"}, "$.launchType", "cannot run on Fargate"),
            "with task sets": (
                {**DAEMON, "deploymentController": {"type": "EXTERNAL"}},
                "$.schedulingStrategy",
                "EXTERNAL deploys REPLICA services only",
            ),
        },
        accepted={
            "on EC2 with constraints": {
                **DAEMON,
                "launchType": "EC2",
                "placementConstraints": [{"type": "distinctInstance"}],
                "placementStrategy": [],
            },
            "REPLICA": {"schedulingStrategy": "REPLICA", "desiredCount": 1},
        },
    ),
    "service.zone-rebalancing": Table(
        refused={
            "DAEMON": ({**BALANCED, **DAEMON}, BALANCING, "DAEMON"),
            "external instances": ({**BALANCED, "launchType": "EXTERNAL"}, BALANCING, "external instances"),
            "no room": (
                {**BALANCED, "deploymentConfiguration": {"maximumPercent": 100}},
                BALANCING,
                "maximumPercent is 100",
            ),
            "a Classic Load Balancer": (
                {**BALANCED, "loadBalancers": [{"loadBalancerName": "old"}]},
                BALANCING,
                "Classic Load Balancer",
            ),
            "bound to zones": (
                {
                    **BALANCED,
                    "placementConstraints": [{"type": "memberOf", "expression": f"{ZONE} == eu-west-1a"}],
                },
                BALANCING,
                "binds the tasks to zones",
            ),
            "something else first": (
                {**BALANCED, **strategy("binpack", "cpu")},
                BALANCING,
                "is not a spread",
            ),
        },
        accepted={
            "plain": BALANCED,
            "spread over zones first": {**BALANCED, **strategy("spread", ZONE)},
            "disabled": {"availabilityZoneRebalancing": "DISABLED", **DAEMON},
            "left out": DAEMON,
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
