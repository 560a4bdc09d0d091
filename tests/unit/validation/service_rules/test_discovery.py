"""Service registries."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found


def registries(*items):
    return {"serviceRegistries": list(items)}


TABLES = {
    "service.registries-too-many": Table(
        refused={"two": (registries({}, {}), "$.serviceRegistries", "there are 2 service registries")},
        accepted={"one": registries({"registryArn": "x"})},
    ),
    "service.registry-members": Table(
        refused={
            "no ARN": (registries({"port": 80}), "$.serviceRegistries[0].registryArn", "add registryArn"),
            "a port twice": (
                registries({"registryArn": "x", "port": 80, "containerName": "web", "containerPort": 80}),
                "$.serviceRegistries[0].port",
                "port excludes",
            ),
            "no port": (
                registries({"registryArn": "x", "containerName": "web"}),
                "$.serviceRegistries[0].containerPort",
                "belong together",
            ),
            "no container": (
                registries({"registryArn": "x", "containerPort": 80}),
                "$.serviceRegistries[0].containerName",
                "add containerName",
            ),
        },
        accepted={
            "the ARN alone": registries({"registryArn": "x"}),
            "a port": registries({"registryArn": "x", "port": 80}),
            "a container": registries({"registryArn": "x", "containerName": "web", "containerPort": 80}),
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
