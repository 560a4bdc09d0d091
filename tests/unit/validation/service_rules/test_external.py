"""The controller EXTERNAL, whose task sets are ours."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

EXTERNAL = {"deploymentController": {"type": "EXTERNAL"}}

TABLES = {
    "service.external-features": Table(
        refused={
            "Service Connect": (
                {**EXTERNAL, "serviceConnectConfiguration": {"enabled": True}},
                "$.serviceConnectConfiguration",
                "does not support Service Connect",
            ),
            "volumes": ({**EXTERNAL, "volumeConfigurations": [{}]}, "$.volumeConfigurations", "at launch"),
            "VPC Lattice": (
                {**EXTERNAL, "vpcLatticeConfigurations": [{}]},
                "$.vpcLatticeConfigurations",
                "Lattice",
            ),
        },
        accepted={
            "Service Connect that is off": {**EXTERNAL, "serviceConnectConfiguration": {"enabled": False}},
            "what belongs to task sets": {
                **EXTERNAL,
                "taskDefinition": "web",
                "launchType": "FARGATE",
                "platformVersion": "LATEST",
                "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
                "loadBalancers": [{"containerName": "web"}],
                "serviceRegistries": [{"registryArn": "x"}],
            },
            "the controller ECS": {"serviceConnectConfiguration": {"enabled": True}},
        },
    ),
    "service.external-deployment": Table(
        refused={
            "a strategy": (
                {**EXTERNAL, "deploymentConfiguration": {"strategy": "BLUE_GREEN"}},
                "$.deploymentConfiguration.strategy",
                "trafficShiftingConfig",
            ),
            "alarms": (
                {**EXTERNAL, "deploymentConfiguration": {"alarms": {"enable": True, "alarmNames": ["a"]}}},
                "$.deploymentConfiguration.alarms",
                "alarms.alarmNames",
            ),
            "a breaker": (
                {**EXTERNAL, "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True}}},
                "$.deploymentConfiguration.deploymentCircuitBreaker",
                "gmDeploymentCircuitBreaker",
            ),
        },
        accepted={
            "all off": {
                **EXTERNAL,
                "deploymentConfiguration": {
                    "strategy": "ROLLING",
                    "alarms": {"enable": False},
                    "deploymentCircuitBreaker": {"enable": False},
                },
            },
            "the controller ECS": {"deploymentConfiguration": {"strategy": "BLUE_GREEN"}},
        },
    ),
    "service.external-load-balancers": Table(
        refused={
            "two": (
                {**EXTERNAL, "loadBalancers": [{}, {}]},
                "$.loadBalancers",
                "a task set of the controller",
            )
        },
        accepted={
            "one": {**EXTERNAL, "loadBalancers": [{}]},
            "the controller ECS": {"loadBalancers": [{}, {}]},
        },
    ),
    "service.external-percent": Table(
        refused={
            "a minimum": (
                {**EXTERNAL, "deploymentConfiguration": {"minimumHealthyPercent": 50}},
                "$.deploymentConfiguration.minimumHealthyPercent",
                "has no effect",
            )
        },
        accepted={
            "what AWS describes": {
                **EXTERNAL,
                "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200},
            }
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
