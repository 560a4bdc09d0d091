"""Failures of ECS services that are explained: the explanation, AWS's words and the advice of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredEcs
from tests.simulation.ecs_scenarios import (
    CREATE,
    DELETE,
    REGISTER,
    UPDATE,
    pushing,
    running,
)
from tests.simulation.matrix import (
    Befalls,
    Case,
    Impossible,
    Row,
    Rows,
    allowing,
    both,
    never,
    nothing,
    refusing,
)
from tests.simulation.matrix_ecs import DELETED, DENIED, INVALID, NEW, ONE, TARGET, image, undone
from tests.simulation.test_evidence import Everywhere, logging
from tests.simulation.test_explanations import EXECUTION, balanced, denied
from tests.simulation.world import World
from tests.unit.explaining.documented import MESSAGES

NO_CODE = Impossible("A service has no package of code; its images are looked at beside.")
NOT_FOR_SERVICES = Impossible("Only functions have this limit, role or handler.")
NO_REQUEST = Impossible("A deletion sends nothing but the service's name.")
LOG_LINE = "KeyError: 'DATABASE_URL'"


def logs(world: World) -> None:
    world.logs.lines = Everywhere("starting", LOG_LINE)


def checked(desired: DesiredEcs) -> DesiredEcs:
    """``desired`` with a health check of its container."""
    assert desired.task_definition is not None
    [container] = desired.task_definition["containerDefinitions"]
    watched = {**container, "healthCheck": {"command": ["CMD-SHELL", "true"], "retries": 1}}
    return replace(desired, task_definition={**desired.task_definition, "containerDefinitions": [watched]})


def refused(befalls: Befalls, *, explained: str, told: tuple[str, ...], registered: bool = False) -> Row:
    """A request that AWS refuses changes nothing."""
    case = Case(
        prepare=nothing,
        push=pushing(NEW),
        befalls=befalls,
        ends=(State.FAILED,),
        explained=explained,
        told=told,
        mutations=(REGISTER,) if registered else (),
    )
    return {"create": case, "update": replace(case, prepare=running, live=ONE), "delete": NO_REQUEST}


def cannot_start(message: str, **expected: Any) -> Row:
    return undone(image("cannot_pull", message=message), **expected)


PASS = denied("iam:PassRole", EXECUTION)
NO_SUBNET = "Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist"

ROWS: Rows = {
    "image not found": undone(
        image("cannot_pull"), explained="image.not-found", told=("CannotPullContainerError", "Push the image")
    ),
    "image denied": cannot_start(
        MESSAGES["image.pull-denied"][0],
        explained="image.pull-denied",
        told=("ecr:BatchGetImage", '"ecr:GetDownloadUrlForLayer"'),
    ),
    "image for another platform": cannot_start(
        MESSAGES["image.wrong-platform"][0],
        explained="image.wrong-platform",
        told=("linux/amd64", "docker buildx build"),
    ),
    "no free addresses": cannot_start(
        MESSAGES["task.no-free-addresses"][0],
        explained="task.no-free-addresses",
        told=("subnet-0abc", "describe-subnets"),
    ),
    "role missing": cannot_start(
        MESSAGES["role.cannot-be-assumed"][0],
        explained="role.cannot-be-assumed",
        told=("unable to assume the role", "ecs-tasks.amazonaws.com"),
    ),
    "role not passable": refused(
        refusing(REGISTER, DENIED, PASS),
        explained="role.not-passable",
        told=(EXECUTION, '"iam:PassedToService": ["ecs-tasks.amazonaws.com"]'),
    ),
    "secret unreadable": cannot_start(
        MESSAGES["secret.denied"][0], explained="secret.denied", told=('"secretsmanager:GetSecretValue"',)
    ),
    "log group missing": cannot_start(
        MESSAGES["logs.group-missing"][0],
        explained="logs.group-missing",
        told=("The specified log group does not exist", "aws logs create-log-group"),
    ),
    "container exited": undone(
        both(image("crash", exit_code=1), logs),
        wish=logging(NEW),
        explained="container.error",
        told=("(exit code 1)", f"log: {LOG_LINE}"),
    ),
    "out of memory": undone(
        image("crash", exit_code=137, message=MESSAGES["container.out-of-memory"][0]),
        explained="container.out-of-memory",
        told=("OutOfMemoryError", "Raise memory"),
    ),
    "container unhealthy": undone(
        image("unhealthy"),
        wish=checked(NEW),
        explained="container.health-check-failed",
        told=("failed container health checks", "healthCheck.command"),
    ),
    "target unhealthy": undone(
        image("unhealthy", http_code=502),
        wish=balanced(NEW),
        explained="target.wrong-status",
        told=("Health checks failed with these codes: [502]",),
    ),
    "no capacity": undone(
        image("no_capacity"),
        explained="capacity.fargate-unavailable",
        told=("Capacity is unavailable at this time", "fallbackCapacityProviderStrategy"),
    ),
    "quota": cannot_start(
        MESSAGES["quota.vcpus"][0], explained="quota.vcpus", told=("number of vCPUs", "Service Quotas")
    ),
    "access denied": {
        **refused(
            refusing(REGISTER, DENIED, denied("ecs:RegisterTaskDefinition", "*")),
            explained="access.denied",
            told=(allowing("ecs:RegisterTaskDefinition", "*"),),
        ),
        "delete": replace(
            DELETED,
            befalls=refusing(DELETE, DENIED, denied("ecs:DeleteService", TARGET.service_arn)),
            ends=(State.FAILED,),
            explained="access.denied",
            told=(allowing("ecs:DeleteService", TARGET.service_arn),),
            mutations=(),
            live=ONE,
        ),
    },
    "code missing": never(NO_CODE),
    "VPC": refused(
        both(refusing(CREATE, INVALID, NO_SUBNET), refusing(UPDATE, INVALID, NO_SUBNET)),
        explained="network.subnet-not-found",
        told=("subnet-1", "awsvpcConfiguration.subnets"),
        registered=True,
    ),
    "KMS": cannot_start(
        MESSAGES["secret.key-denied"][1], explained="secret.key-denied", told=('"Action": "kms:Decrypt"',)
    ),
    "storage full": never(NOT_FOR_SERVICES),
    "handler cannot be imported": never(NOT_FOR_SERVICES),
}
