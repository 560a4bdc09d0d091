"""What comes over ECS services whatever they deploy: success, limits, people, others and AWS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gitmoxi.domain.states import State
from tests.simulation.ecs_scenarios import (
    CREATE,
    DELETE,
    NATIVE_BREAKER,
    REGISTER,
    TAGS,
    UPDATE,
    pushing,
    running_with_native_breaker,
    web,
)
from tests.simulation.matrix import (
    Impossible,
    Rows,
    abort,
    allowing,
    both,
    does,
    once_in,
    pushes,
    refusing,
    storm,
)
from tests.simulation.matrix_ecs import (
    BACK,
    CREATED,
    DELETED,
    DENIED,
    NO_TASK,
    ONE,
    REMOVED,
    TARGET,
    UPDATED,
    image,
    undone,
)
from tests.simulation.test_explanations import denied
from tests.simulation.world import World

SLOW = image("slow_start", after_seconds=60)
NEVER_READY = image("slow_start", after_seconds=7200)
WATCHING: dict[str, Any] = {"alarms": {"alarmNames": ["errors"]}}


def quiet_alarm(world: World) -> None:
    world.alarm("errors", "OK")


def red_alarm(world: World) -> None:
    world.alarm("errors", "ALARM")


def others_update(world: World) -> None:
    world.ecs_call("UpdateService", cluster="demo", service="web", forceNewDeployment=True)


def others_delete(world: World) -> None:
    world.ecs_call("DeleteService", cluster="demo", service="web", force=True)


def drains_for_ever(world: World) -> None:
    """What AWS shows from now on."""
    shown = world.ecs_call("DescribeServices", cluster="demo", services=["web"], include=["TAGS"])
    world.aws.hide = lambda operation: shown if operation == "DescribeServices" else None


BREAKING = web("web:2", {}, **NATIVE_BREAKER)
THREE = pushing(web("web:3", tags=TAGS))
PUSHY = pushing(web("web:3", {"onNewCommit": "supersede"}, tags=TAGS))

ROWS: Rows = {
    "success": {"create": CREATED, "update": UPDATED, "delete": DELETED},
    "timeout": {
        "create": replace(
            REMOVED,
            push=pushing(web("web:2", {"stabilityCheck": {"timeout": 60}}, tags=TAGS)),
            befalls=NEVER_READY,
            says="not stable after 60 s",
        ),
        "update": replace(
            BACK,
            push=pushing(web("web:2", {"stabilityCheck": {"timeout": 60}}, tags=TAGS)),
            befalls=NEVER_READY,
            says="not stable after 60 s",
        ),
        "delete": replace(
            DELETED,
            amid=once_in("drain", does(drains_for_ever)),
            ends=(State.FAILED,),
            says="still drains after 600 s",
        ),
    },
    "our breaker": undone(image("crash"), says="circuit breaker tripped"),
    "AWS's breaker": {
        "create": replace(REMOVED, push=pushing(BREAKING), befalls=image("crash"), says="circuit breaker"),
        "update": replace(
            BACK,
            prepare=running_with_native_breaker,
            push=pushing(BREAKING),
            befalls=image("crash"),
            says="ECS rolled the deployment back",
            mutations=(REGISTER, UPDATE),
        ),
        "delete": NO_TASK,
    },
    "alarm": {
        "create": replace(
            REMOVED,
            push=pushing(web("web:2", WATCHING, tags=TAGS)),
            befalls=both(SLOW, quiet_alarm),
            amid=once_in("follow", does(red_alarm)),
            says="The alarm errors went to ALARM",
            explained="alarm.red",
        ),
        "update": replace(
            BACK,
            push=pushing(web("web:2", WATCHING, tags=TAGS)),
            befalls=both(SLOW, quiet_alarm),
            amid=once_in("follow", does(red_alarm)),
            says="The alarm errors went to ALARM",
            explained="alarm.red",
        ),
        "delete": Impossible("Alarms are watched while tasks are replaced; a deletion replaces none."),
    },
    "abort": {
        "create": replace(
            REMOVED,
            befalls=SLOW,
            amid=once_in("follow", abort),
            ends=(State.CANCELLED,),
            says="Aborted by ann.",
        ),
        "update": replace(
            BACK,
            befalls=SLOW,
            amid=once_in("follow", abort),
            ends=(State.CANCELLED,),
            says="Aborted by ann.",
        ),
        "delete": replace(DELETED, amid=once_in("drain", abort), says="abort by ann is refused: AWS deletes"),
    },
    "new commit": {
        "create": replace(
            CREATED,
            befalls=SLOW,
            amid=once_in("follow", pushes(THREE)),
            ends=(State.SUCCEEDED, State.SUCCEEDED),
            mutations=(REGISTER, CREATE, REGISTER, UPDATE),
            live=("web:3", "web:3"),
        ),
        "update": replace(
            UPDATED,
            befalls=SLOW,
            amid=once_in("follow", pushes(THREE)),
            ends=(State.SUCCEEDED, State.SUCCEEDED),
            mutations=(REGISTER, UPDATE, REGISTER, UPDATE),
            live=("web:3", "web:3"),
        ),
        "delete": replace(
            DELETED,
            amid=once_in("drain", pushes(THREE)),
            ends=(State.SUCCEEDED, State.SUCCEEDED),
            mutations=(DELETE, REGISTER, CREATE),
            live=("web:3", "web:3"),
        ),
    },
    "superseding commit": {
        "create": replace(
            CREATED,
            befalls=NEVER_READY,
            amid=once_in("follow", pushes(PUSHY)),
            ends=(State.SUPERSEDED, State.SUCCEEDED),
            mutations=(REGISTER, CREATE, REGISTER, UPDATE),
            live=("web:3", "web:3"),
        ),
        "update": replace(
            UPDATED,
            befalls=NEVER_READY,
            amid=once_in("follow", pushes(PUSHY)),
            ends=(State.SUPERSEDED, State.SUCCEEDED),
            mutations=(REGISTER, UPDATE, REGISTER, UPDATE),
            live=("web:3", "web:3"),
        ),
        "delete": replace(
            DELETED,
            amid=once_in("drain", pushes(PUSHY)),
            ends=(State.SUCCEEDED, State.SUCCEEDED),
            mutations=(DELETE, REGISTER, CREATE),
            live=("web:3", "web:3"),
        ),
    },
    "foreign change": {
        "create": replace(
            CREATED,
            befalls=SLOW,
            amid=once_in("follow", does(others_update)),
            ends=(State.FAILED,),
            says="Somebody else updated the service",
        ),
        "update": replace(
            UPDATED,
            befalls=SLOW,
            amid=once_in("follow", does(others_update)),
            ends=(State.FAILED,),
            says="Somebody else updated the service",
        ),
        "delete": replace(DELETED, amid=does(others_delete), says="is gone", mutations=()),
    },
    "throttle storm": {
        "create": replace(CREATED, amid=does(storm)),
        "update": replace(UPDATED, amid=does(storm)),
        "delete": replace(DELETED, amid=does(storm)),
    },
    "access denied half-way": {
        "create": replace(
            CREATED,
            befalls=refusing(CREATE, DENIED, denied("ecs:CreateService", TARGET.service_arn)),
            ends=(State.FAILED,),
            says="Grant the permission, then go on: gmctl deployment retry d-",
            explained="access.denied",
            told=(allowing("ecs:CreateService", TARGET.service_arn),),
            mutations=(REGISTER,),
            live=(),
        ),
        "update": replace(
            UPDATED,
            befalls=refusing(UPDATE, DENIED, denied("ecs:UpdateService", TARGET.service_arn)),
            ends=(State.FAILED,),
            says="Grant the permission, then go on: gmctl deployment retry d-",
            explained="access.denied",
            told=(allowing("ecs:UpdateService", TARGET.service_arn),),
            mutations=(REGISTER,),
            live=ONE,
        ),
        "delete": replace(
            DELETED,
            amid=once_in(
                "drain",
                does(
                    refusing("DescribeServices", DENIED, denied("ecs:DescribeServices", TARGET.service_arn))
                ),
            ),
            ends=(State.FAILED,),
            says="ecs:DescribeServices was refused",
            explained="access.denied",
            told=(allowing("ecs:DescribeServices", TARGET.service_arn),),
        ),
    },
}
