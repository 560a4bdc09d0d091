"""Launch types, capacity providers and platform versions."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found


def providers(*names):
    return {"capacityProviderStrategy": [{"capacityProvider": name, "weight": 1} for name in names]}


TABLES = {
    "service.launch-type-with-strategy": Table(
        refused={
            "both": (
                {"launchType": "FARGATE", "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]},
                "$.launchType",
                "exclude each other",
            )
        },
        accepted={
            "a launch type": {"launchType": "FARGATE", "capacityProviderStrategy": []},
            "a strategy": {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
            "neither": {},
        },
    ),
    "service.managed-instances": Table(
        refused={
            "as a launch type": ({"launchType": "MANAGED_INSTANCES"}, "$.launchType", "capacity provider")
        },
        accepted={"another launch type": {"launchType": "EC2"}},
    ),
    "service.strategy-bases": Table(
        refused={
            "two": (
                {"capacityProviderStrategy": [{"base": 1}, {"base": 0}, {"base": 2}]},
                "$.capacityProviderStrategy[2].base",
                "has a base too",
            )
        },
        accepted={"one": {"capacityProviderStrategy": [{"base": 1}, {"base": 0}, {}]}},
    ),
    "service.strategy-weights": Table(
        refused={
            "all 0": (
                {"capacityProviderStrategy": [{"weight": 0}, {}]},
                "$.capacityProviderStrategy",
                "no task can be placed",
            )
        },
        accepted={
            "one above 0": {"capacityProviderStrategy": [{"weight": 0}, {"weight": 1}]},
            "a single provider": {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
        },
    ),
    "service.strategy-mixed": Table(
        refused={
            "Fargate and an own provider": (
                providers("FARGATE_SPOT", "my-instances"),
                "$.capacityProviderStrategy[1].capacityProvider",
                "mixes FARGATE_SPOT with my-instances",
            )
        },
        accepted={"Fargate only": providers("FARGATE", "FARGATE_SPOT"), "own ones only": providers("a", "b")},
    ),
    "service.strategy-provider-twice": Table(
        refused={
            "twice": (
                providers("a", "b", "a"),
                "$.capacityProviderStrategy[2].capacityProvider",
                "more than once",
            )
        },
        accepted={"once": providers("a", "b")},
    ),
    "service.strategy-too-long": Table(
        refused={
            "21": (providers(*"abcdefghijklmnopqrstu"), "$.capacityProviderStrategy", "at most 20"),
        },
        accepted={"20": providers(*"abcdefghijklmnopqrst")},
    ),
    "service.platform-version": Table(
        refused={
            "on EC2": ({"launchType": "EC2", "platformVersion": "LATEST"}, "$.platformVersion", "run on EC2"),
            "on an own provider": (
                {**providers("mine"), "platformVersion": "1.4.0"},
                "$.platformVersion",
                "run on mine",
            ),
        },
        accepted={
            "on Fargate": {"launchType": "FARGATE", "platformVersion": "1.4.0"},
            "on Fargate Spot": {**providers("FARGATE_SPOT"), "platformVersion": "LATEST"},
            "by the cluster's own strategy, which is not known": {"platformVersion": "LATEST"},
        },
    ),
    "service.platform-version-form": Table(
        refused={
            "lower case": ({"platformVersion": "latest"}, "$.platformVersion", "LATEST"),
            "two numbers": ({"platformVersion": "1.4"}, "$.platformVersion", "1.4.0"),
        },
        accepted={"latest": {"platformVersion": "LATEST"}, "numbers": {"platformVersion": "1.4.0"}},
    ),
    "service.external-instances": Table(
        refused={
            "a load balancer": (
                {"launchType": "EXTERNAL", "loadBalancers": [{"targetGroupArn": "x"}]},
                "$.loadBalancers",
                "launch type EXTERNAL",
            ),
            "a registry": (
                {"launchType": "EXTERNAL", "serviceRegistries": [{"registryArn": "x"}]},
                "$.serviceRegistries",
                "launch type EXTERNAL",
            ),
        },
        accepted={
            "neither": {"launchType": "EXTERNAL", "loadBalancers": []},
            "the controller of that name": {
                "deploymentController": {"type": "EXTERNAL"},
                "loadBalancers": [{"targetGroupArn": "x"}],
            },
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
