"""What a service asks of its task definition."""

from __future__ import annotations

from tests.unit.validation.ecs_rules.given import assert_refused, documents, found
from tests.unit.validation.rule_tables import Table, accepted, refused

AWSVPC = {"networkMode": "awsvpc"}
NETWORK = {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}}}
OPEN = {"volumes": [{"name": "data", "configuredAtLaunch": True}]}
SPOT = {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}]}

TABLES = {
    "ecs.network-configuration": Table(
        refused={
            "awsvpc without": (
                documents({"launchType": "EC2"}, AWSVPC),
                "svcdef.json $.networkConfiguration",
                "add networkConfiguration",
            ),
            "bridge with": (
                documents(NETWORK, {"networkMode": "bridge"}),
                "svcdef.json $.networkConfiguration",
                "is bridge, which takes no networkConfiguration",
            ),
            "the default with": (
                documents(NETWORK, {}),
                "svcdef.json $.networkConfiguration",
                "write awsvpc as networkMode",
            ),
        },
        accepted={
            "awsvpc with": documents(NETWORK, AWSVPC),
            "bridge without": documents({}, {"networkMode": "bridge"}),
            "on Fargate, where other rules speak": documents({"launchType": "FARGATE", **NETWORK}, {}),
            "a named task definition, which is not known": documents(NETWORK),
        },
    ),
    "ecs.service-linked-role": Table(
        refused={
            "awsvpc": (
                documents({"role": "r", "loadBalancers": [{}]}, AWSVPC),
                "svcdef.json $.role",
                "remove role",
            )
        },
        accepted={"bridge": documents({"role": "r", "loadBalancers": [{}]}, {"networkMode": "bridge"})},
    ),
    "ecs.classic-load-balancer": Table(
        refused={
            "awsvpc": (
                documents({"loadBalancers": [{"loadBalancerName": "old"}]}, AWSVPC),
                "svcdef.json $.loadBalancers[0].loadBalancerName",
                "of type ip",
            )
        },
        accepted={
            "bridge": documents({"loadBalancers": [{"loadBalancerName": "old"}]}, {}),
            "a target group": documents({"loadBalancers": [{"targetGroupArn": "x"}]}, AWSVPC),
        },
    ),
    "ecs.compatibility": Table(
        refused={
            "Fargate for EC2": (
                documents({"launchType": "FARGATE"}, {"requiresCompatibilities": ["EC2"]}),
                "svcdef.json $.launchType",
                "write FARGATE in requiresCompatibilities",
            ),
            "Fargate Spot for EC2": (
                documents(
                    {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]},
                    {"requiresCompatibilities": ["EC2"]},
                ),
                "svcdef.json $.capacityProviderStrategy",
                "on FARGATE",
            ),
            "EC2 for Fargate": (
                documents({"launchType": "EC2"}, {"requiresCompatibilities": ["FARGATE"]}),
                "svcdef.json $.launchType",
                "says FARGATE",
            ),
        },
        accepted={
            "asked for": documents(
                {"launchType": "FARGATE"}, {"requiresCompatibilities": ["EC2", "FARGATE"]}
            ),
            "nothing asked": documents({"launchType": "FARGATE"}, {}),
            "own capacity providers": documents(
                {"capacityProviderStrategy": [{"capacityProvider": "mine"}]},
                {"requiresCompatibilities": ["MANAGED_INSTANCES"]},
            ),
        },
    ),
    "ecs.volume-not-in-task": Table(
        refused={
            "misspelt": (
                documents({"volumeConfigurations": [{"name": "dat"}]}, OPEN),
                "svcdef.json $.volumeConfigurations[0].name",
                "did you mean data?",
            ),
            "not open": (
                documents({"volumeConfigurations": [{"name": "data"}]}, {"volumes": [{"name": "data"}]}),
                "svcdef.json $.volumeConfigurations[0].name",
                '"configuredAtLaunch": true',
            ),
        },
        accepted={
            "open": documents({"volumeConfigurations": [{"name": "data"}]}, OPEN),
            "a named task definition, which is not known": documents(
                {"volumeConfigurations": [{"name": "x"}]}
            ),
        },
    ),
    "ecs.volume-not-configured": Table(
        refused={"forgotten": (documents({}, OPEN), "svcdef.json $.volumeConfigurations", "add data")},
        accepted={
            "configured": documents({"volumeConfigurations": [{"name": "data"}]}, OPEN),
            "not open": documents({}, {"volumes": [{"name": "data"}]}),
        },
    ),
    "ecs.execute-command-role": Table(
        refused={
            "no role": (
                documents({"enableExecuteCommand": True}, {"executionRoleArn": "x"}),
                "svcdef.json $.enableExecuteCommand",
                "add taskRoleArn",
            )
        },
        accepted={
            "a role": documents({"enableExecuteCommand": True}, {"taskRoleArn": "x"}),
            "off": documents({"enableExecuteCommand": False}, {}),
            "a named task definition, which is not known": documents({"enableExecuteCommand": True}),
        },
    ),
    "ecs.windows-spot": Table(
        refused={
            "Windows": (
                documents(SPOT, {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}),
                "svcdef.json $.capacityProviderStrategy[1].capacityProvider",
                "FARGATE_SPOT does not run Windows",
            )
        },
        accepted={
            "Linux": documents(SPOT, {"runtimePlatform": {"operatingSystemFamily": "LINUX"}}),
            "the default": documents(SPOT, {}),
            "a named task definition, which is not known": documents(SPOT),
        },
    ),
    "ecs.grace-period-unused": Table(
        refused={
            "nothing": (
                documents({"healthCheckGracePeriodSeconds": 60}, {"containerDefinitions": [{"name": "web"}]}),
                "svcdef.json $.healthCheckGracePeriodSeconds",
                "nothing uses",
            )
        },
        accepted={
            "a load balancer": documents(
                {"healthCheckGracePeriodSeconds": 60, "loadBalancers": [{"x": 1}]}, {}
            ),
            "VPC Lattice": documents(
                {"healthCheckGracePeriodSeconds": 60, "vpcLatticeConfigurations": [{"x": 1}]}, {}
            ),
            "a container's check": documents(
                {"healthCheckGracePeriodSeconds": 60},
                {"containerDefinitions": [{"name": "web", "healthCheck": {"command": ["CMD", "true"]}}]},
            ),
            "0, as AWS describes it": documents({"healthCheckGracePeriodSeconds": 0}, {}),
            "a named task definition, which is not known": documents({"healthCheckGracePeriodSeconds": 60}),
        },
    ),
}


@refused(TABLES)
def test_what_does_not_fit_together_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_fits_together_is_passed(rule, subject):
    assert found(rule, subject) == []
