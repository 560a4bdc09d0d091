"""What the matrix of ECS services is made of: how a deployment ends, and what the service then runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.ecs_scenarios import (
    CREATE,
    DELETE,
    REGISTER,
    TAGS,
    UPDATE,
    deleting,
    pushing,
    running,
    web,
)
from tests.simulation.matrix import (
    Befalls,
    Case,
    Impossible,
    Row,
    nothing,
)
from tests.simulation.world import World

TARGET = ECS_TARGET
ONE, TWO = ("web:1", "web:1"), ("web:2", "web:2")
NEW = web("web:2", tags=TAGS)
DENIED, INVALID = "AccessDeniedException", "InvalidParameterException"

NO_TASK = Impossible("A deletion starts no task.")


def live(world: World) -> tuple[str, ...]:
    """The images of the tasks that run; nothing where there is no service that is ACTIVE."""
    service = world.service()
    if service is None or service["status"] != "ACTIVE":
        return ()
    return tuple(world.images())


def image(kind: Any, **details: Any) -> Befalls:
    """A fault of the image that is new."""
    return lambda world: world.faults.entries.append(ImageFault(match="web:2", kind=kind, **details))


CREATED = Case(
    prepare=nothing,
    push=pushing(NEW),
    ends=(State.SUCCEEDED,),
    mutations=(REGISTER, CREATE),
    live=TWO,
)
UPDATED = replace(CREATED, prepare=running, mutations=(REGISTER, UPDATE))
DELETED = Case(prepare=running, push=deleting, ends=(State.SUCCEEDED,), mutations=(DELETE,))
REMOVED = replace(CREATED, ends=(State.ROLLED_BACK,), mutations=(REGISTER, CREATE, DELETE), live=())
BACK = replace(UPDATED, ends=(State.ROLLED_BACK,), mutations=(REGISTER, UPDATE, UPDATE), live=ONE)


def undone(
    befalls: Befalls, *, explained: str = "", says: str = "", told: tuple[str, ...] = (), wish: Any = NEW
) -> Row:
    """Tasks that do not come to run: the first service is removed, another goes back to what it was."""
    told_so: dict[str, Any] = {"befalls": befalls, "says": says, "explained": explained, "told": told}
    push = pushing(wish)
    return {
        "create": replace(REMOVED, push=push, **told_so),
        "update": replace(BACK, push=push, **told_so),
        "delete": NO_TASK,
    }
