"""Containers and ports that a service refers to."""

from __future__ import annotations

from tests.unit.validation.ecs_rules.given import assert_refused, documents, found
from tests.unit.validation.rule_tables import Table, accepted, refused

TASK = {
    "containerDefinitions": [
        {
            "name": "web",
            "portMappings": [{"containerPort": 80, "name": "http"}, {"containerPortRange": "9000-9010"}],
        },
        {"name": "log"},
    ]
}


def balanced(container, port):
    return {"loadBalancers": [{"containerName": container, "containerPort": port}]}


def connected(port_name):
    return {"serviceConnectConfiguration": {"enabled": True, "services": [{"portName": port_name}]}}


TABLES = {
    "ecs.unknown-container": Table(
        refused={
            "misspelt": (
                documents(balanced("wep", 80), TASK),
                "svcdef.json $.loadBalancers[0].containerName",
                "did you mean web?",
            ),
            "of a registry": (
                documents({"serviceRegistries": [{"containerName": "zzz", "containerPort": 80}]}, TASK),
                "svcdef.json $.serviceRegistries[0].containerName",
                "web or log",
            ),
            "of a task without containers": (
                documents(balanced("web", 80), {}),
                "svcdef.json $.loadBalancers[0].containerName",
                "has no container web",
            ),
        },
        accepted={
            "there": documents(balanced("web", 80), TASK),
            "a named task definition, which is not known": documents(balanced("zzz", 80)),
            "no container named, which a service rule says": documents({"loadBalancers": [{}]}, TASK),
        },
    ),
    "ecs.unmapped-port": Table(
        refused={
            "another": (
                documents(balanced("web", 8080), TASK),
                "svcdef.json $.loadBalancers[0].containerPort",
                'add {"containerPort": 8080} to portMappings of web',
            ),
            "none at all": (
                documents(balanced("log", 80), TASK),
                "svcdef.json $.loadBalancers[0].containerPort",
                "maps no port 80",
            ),
        },
        accepted={
            "mapped": documents(balanced("web", 80), TASK),
            "within a range": documents(balanced("web", 9005), TASK),
            "an unknown container, which another rule says": documents(balanced("zzz", 1), TASK),
            "a named task definition, which is not known": documents(balanced("web", 1)),
        },
    ),
    "ecs.unknown-port-name": Table(
        refused={
            "misspelt": (
                documents(connected("htpp"), TASK),
                "svcdef.json $.serviceConnectConfiguration.services[0].portName",
                "did you mean http?",
            ),
            "no named port": (
                documents(connected("http"), {"containerDefinitions": [{"name": "web"}]}),
                "svcdef.json $.serviceConnectConfiguration.services[0].portName",
                'add "name": "http"',
            ),
            "VPC Lattice": (
                documents({"vpcLatticeConfigurations": [{"portName": "grpc-in"}]}, TASK),
                "svcdef.json $.vpcLatticeConfigurations[0].portName",
                "has the name grpc-in",
            ),
        },
        accepted={
            "there": documents(connected("http"), TASK),
            "Service Connect that is off": documents(
                {"serviceConnectConfiguration": {"enabled": False, "services": [{"portName": "x"}]}}, TASK
            ),
            "a named task definition, which is not known": documents(connected("x")),
        },
    ),
    "ecs.registry-network": Table(
        refused={
            "bridge": (
                documents({"serviceRegistries": [{"registryArn": "x"}]}, {"networkMode": "bridge"}),
                "svcdef.json $.serviceRegistries[0]",
                "in the network mode bridge",
            )
        },
        accepted={
            "awsvpc": documents({"serviceRegistries": [{"registryArn": "x"}]}, {"networkMode": "awsvpc"}),
            "named": documents(
                {"serviceRegistries": [{"containerName": "web", "containerPort": 80}]},
                {"networkMode": "host"},
            ),
        },
    ),
}


@refused(TABLES)
def test_what_does_not_fit_together_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_fits_together_is_passed(rule, subject):
    assert found(rule, subject) == []
