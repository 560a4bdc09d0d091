"""Documents that ECS takes, on Fargate, and small edits of any document; all made of one number.

A document is large, and drawn member by member it takes Hypothesis longer than everything that is tested;
so Hypothesis draws the number, and what was made of it is told with a failure.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

Doc = dict[str, Any]
Place = tuple[str | int, ...]

ROLE = "arn:aws:iam::111122223333:role/execution"
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0123456789abcdef"
PARAMETER = "arn:aws:ssm:eu-central-1:111122223333:parameter/k"

_NAMES = ("a", "b", "cache", "data", "edge", "front")


class DocumentMaker:
    """Makes documents of chance: the same for the same ``seed``."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def task_definition(self) -> Doc:
        """A task definition with the container ``web``, and others beside it."""
        cpu, memory = self._one(("256", "512"), (".25 vCPU", "0.5 GB"), ("1 vCPU", "2048"))
        volumes = self._some(*_NAMES)
        names = ["web", *self._some("log", "proxy")]
        containers = [self._container(name, number, volumes) for number, name in enumerate(names)]
        self._chance.shuffle(containers)
        optional = {
            "volumes": [{"name": name} for name in volumes],
            "tags": self.tags(),
            "ephemeralStorage": {"sizeInGiB": self._one(21, 30)},
            "runtimePlatform": {"cpuArchitecture": self._one("X86_64", "ARM64")},
            "enableFaultInjection": self._one(True, False),
            "placementConstraints": [],
        }
        mounted = any(container.get("mountPoints") for container in containers)
        return {
            "family": "web",
            "networkMode": "awsvpc",
            "requiresCompatibilities": self._one(["FARGATE"], ["FARGATE", "EC2"], ["EC2", "FARGATE"]),
            "cpu": cpu,
            "memory": memory,
            "executionRoleArn": ROLE,
            "taskRoleArn": self._one(ROLE, "execution"),
            "containerDefinitions": containers,
            **self._members(optional),
            **({"volumes": optional["volumes"]} if mounted else {}),
        }

    def service(self) -> Doc:
        """A service that runs such a task definition."""
        balancer = {"targetGroupArn": TARGET_GROUP, "containerName": "web", "containerPort": 80}
        vpc = {
            "securityGroups": self._one(["sg-1"], ["sg-2", "sg-1"]),
            "assignPublicIp": self._one("ENABLED", "DISABLED"),
        }
        optional = {
            "desiredCount": self._one(0, 1, 2, 4),
            "deploymentConfiguration": self._deployment_configuration(),
            "loadBalancers": self._one([], [balancer]),
            "platformVersion": self._one("LATEST", "1.4.0"),
            "healthCheckGracePeriodSeconds": self._one(0, 5, 60),
            "enableExecuteCommand": self._one(True, False),
            "enableECSManagedTags": self._one(True, False),
            "propagateTags": self._one("NONE", "SERVICE", "TASK_DEFINITION"),
            "availabilityZoneRebalancing": self._one("ENABLED", "DISABLED"),
            "tags": self.tags(),
        }
        subnets = self._one(["subnet-1"], ["subnet-2", "subnet-1"], ["subnet-3", "subnet-2"])
        return {
            "serviceName": "web",
            "cluster": "demo",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets, **self._members(vpc)}},
            **self._one({"launchType": "FARGATE"}, {"capacityProviderStrategy": self._providers()}),
            **self._members(optional),
        }

    def tags(self) -> list[Doc]:
        """Tags as ECS lists them."""
        return [{"key": key, "value": self._one("", "x", "y")} for key in self._some(*_NAMES)]

    def edited(self, document: Doc) -> Doc:
        """The document with one place taken out, doubled, turned round, or given another value."""
        result = copy.deepcopy(document)
        *parents, last = self._one(*places(result))
        parent: Any = result
        for name in parents:
            parent = parent[name]
        value = parent[last]
        match self._one("take out", "double", "turn round", "replace", "replace"):
            case "take out":
                del parent[last]
            case "double" if isinstance(parent, list):
                parent.append(copy.deepcopy(value))
            case "turn round" if isinstance(value, list):
                value.reverse()
            case _:
                parent[last] = self._other_value(value)
        return result

    def _container(self, name: str, number: int, volumes: list[str]) -> Doc:
        ports = [{"containerPort": 1000 + 10 * number + port} for port in self._some(1, 2, 3)]
        if name == "web":
            ports.append({"containerPort": 80, "protocol": "tcp"})
        check = {"interval": self._one(30, 10), "retries": self._one(1, 3), "timeout": 5}
        logs = {"awslogs-group": "g", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": name}
        optional = {
            "cpu": self._one(0, 4),
            "memory": self._one(16, 128),
            "command": self._one([], ["run"], ["run", "fast"]),
            "environment": [
                {"name": key.upper(), "value": self._one("", "1", "2")} for key in self._some(*_NAMES)
            ],
            "secrets": [{"name": f"SECRET_{key}", "valueFrom": PARAMETER} for key in self._some("a", "b")],
            "healthCheck": {"command": ["CMD-SHELL", "true"], **self._members(check)},
            "logConfiguration": {"logDriver": "awslogs", "options": logs},
            "readonlyRootFilesystem": self._one(True, False),
            "stopTimeout": self._one(2, 120),
            "dockerLabels": dict.fromkeys(self._some(*_NAMES), "x"),
            "mountPoints": [
                {"sourceVolume": key, "containerPath": f"/{key}", **self._members({"readOnly": False})}
                for key in volumes
            ],
            "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}],
            "linuxParameters": {"initProcessEnabled": self._one(True, False)},
            "essential": name == "web",
        }
        members = self._members(optional)
        return {"name": name, "image": self._one(f"{name}:1", f"{name}:2"), "portMappings": ports, **members}

    def _deployment_configuration(self) -> Doc:
        alarms = {
            "alarmNames": self._some("slow", "red") or ["red"],
            "enable": self._one(True, False),
            "rollback": self._one(True, False),
        }
        breaker = {"enable": self._one(True, False), "rollback": self._one(True, False)}
        return self._members(
            {
                "maximumPercent": self._one(150, 200),
                "minimumHealthyPercent": self._one(0, 50, 100),
                "deploymentCircuitBreaker": breaker,
                "alarms": alarms,
            }
        )

    def _providers(self) -> list[Doc]:
        named = self._some("FARGATE", "FARGATE_SPOT") or ["FARGATE"]
        return [{"capacityProvider": name, "weight": self._one(1, 3)} for name in named]

    def _one(self, *values: Any) -> Any:
        return self._chance.choice(values)

    def _some(self, *values: Any) -> list[Any]:
        """Up to three of the values, in any order."""
        return self._chance.sample(values, self._chance.randint(0, min(3, len(values))))

    def _members(self, optional: Doc) -> Doc:
        """Some of the members."""
        return {name: value for name, value in optional.items() if self._chance.random() < _LIKELY}

    def _other_value(self, value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return self._one(0, 1, 2, 64, 8080, -1)
        return self._one("other", None, "", 3, [], {}, "1")


_LIKELY = 0.4


def places(value: Any, path: Place = ()) -> list[Place]:
    """Every place inside a document, parents first."""
    found = [path] if path else []
    if isinstance(value, dict | list):
        for name, member in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(member, (*path, name))
    return found
