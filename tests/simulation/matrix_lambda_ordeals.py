"""What comes over Lambda functions whatever they deploy: success, limits, people, others and AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gitmoxi.domain.states import State
from tests.simulation.lambda_scenarios import (
    CODE,
    CREATE,
    CREATE_ALIAS,
    DELETE,
    MOVE_ALIAS,
    PUBLISH,
    greet,
    meddle,
    pushing,
)
from tests.simulation.matrix import (
    Amid,
    Impossible,
    Rows,
    abort,
    allowing,
    does,
    never,
    once_in,
    pushes,
    refusing,
    storm,
)
from tests.simulation.matrix_lambda import (
    ACCESS,
    BACK,
    CREATED,
    DELETED,
    NO_ALIAS,
    REMOVED,
    TARGET,
    THREE,
    UPDATED,
    fault,
    spoilt,
)
from tests.simulation.test_explanations import denied
from tests.simulation.world import World

NO_BREAKER = Impossible("Breakers count tasks that fail; a function has none.")
NO_SHIFT = Impossible("Alarms are watched while traffic shifts; here all of it moves at once.")


def others(operation: str, **params: Any) -> Callable[[World], object]:
    return lambda world: world.functions.call(operation, {"FunctionName": "greet", **params})


def amid_call(operation: str, deed: Callable[[World], object]) -> Amid:
    """Somebody acts just before our next call of ``operation``."""
    return does(lambda world: meddle(world, operation, lambda: deed(world)))


def goes_for_ever(world: World) -> None:
    """What AWS shows of the function from now on."""
    shown = world.function()
    world.aws.hide = lambda operation: shown if operation == "GetFunction" else None


NEVER_READY = fault("slow_change", match="greet", seconds=7200)
IMPATIENT = greet("greet-2.zip", settings={"readinessCheck": {"waitInterval": 10, "maxRetries": 5}})
LATER = pushing(greet("greet-3.zip"))
PUSHY = pushing(greet("greet-3.zip", settings={"onNewCommit": "supersede"}))
THEIR_CODE = others(CODE, S3Bucket="code", S3Key="theirs.zip")
NO_PUBLISHING = refusing(PUBLISH, ACCESS, denied("lambda:PublishVersion", TARGET.function_arn))
NO_LOOKING = refusing("GetFunction", ACCESS, denied("lambda:GetFunction", TARGET.function_arn))

ROWS: Rows = {
    "success": {"create": CREATED, "update": UPDATED, "delete": DELETED},
    "timeout": {
        "create": replace(
            REMOVED, push=pushing(IMPATIENT), befalls=NEVER_READY, says="The function is not ready after 50 s"
        ),
        "update": replace(
            BACK,
            push=pushing(IMPATIENT),
            befalls=fault("slow_change", match="greet-2", seconds=80),
            says="The function is not ready after 50 s",
        ),
        "delete": replace(
            DELETED, amid=once_in("delete", does(goes_for_ever)), ends=(State.FAILED,), says="still"
        ),
    },
    "our breaker": never(NO_BREAKER),
    "AWS's breaker": never(NO_BREAKER),
    "alarm": never(NO_SHIFT),
    "abort": {
        "create": replace(
            REMOVED, amid=once_in("settle", abort), ends=(State.CANCELLED,), says="Aborted by ann."
        ),
        "update": replace(
            BACK, amid=once_in("settle", abort), ends=(State.CANCELLED,), says="Aborted by ann."
        ),
        "delete": replace(
            DELETED, amid=once_in("delete", abort), says="abort by ann is refused: AWS deletes"
        ),
    },
    "new commit": {
        "create": replace(
            CREATED,
            amid=once_in("settle", pushes(LATER)),
            ends=(State.SUCCEEDED, State.SUCCEEDED),
            mutations=(CREATE, PUBLISH, CREATE_ALIAS, CODE, PUBLISH, MOVE_ALIAS),
            live=THREE,
        ),
        "update": replace(
            UPDATED,
            amid=once_in("settle", pushes(LATER)),
            ends=(State.SUCCEEDED, State.SUCCEEDED),
            mutations=(CODE, PUBLISH, MOVE_ALIAS, CODE, PUBLISH, MOVE_ALIAS),
            live=THREE,
        ),
        "delete": replace(
            DELETED,
            amid=once_in("delete", pushes(LATER)),
            ends=(State.SUCCEEDED, State.SUCCEEDED),
            mutations=(DELETE, CREATE, PUBLISH, CREATE_ALIAS),
            live=THREE,
        ),
    },
    "superseding commit": {
        "create": replace(
            CREATED,
            amid=once_in("settle", pushes(PUSHY)),
            ends=(State.SUPERSEDED, State.SUCCEEDED),
            mutations=(CREATE, DELETE, CREATE, PUBLISH, CREATE_ALIAS),
            live=THREE,
        ),
        "update": replace(
            UPDATED,
            amid=once_in("settle", pushes(PUSHY)),
            ends=(State.SUPERSEDED, State.SUCCEEDED),
            mutations=(CODE, CODE, CODE, PUBLISH, MOVE_ALIAS),
            live=THREE,
        ),
        "delete": replace(
            DELETED,
            amid=once_in("delete", pushes(PUSHY)),
            ends=(State.SUCCEEDED, State.SUCCEEDED),
            mutations=(DELETE, CREATE, PUBLISH, CREATE_ALIAS),
            live=THREE,
        ),
    },
    "foreign change": {
        "create": replace(
            CREATED,
            amid=amid_call(PUBLISH, THEIR_CODE),
            ends=(State.FAILED,),
            says="Somebody else changed CodeSha256",
            mutations=(CREATE,),
            live=(NO_ALIAS, "theirs"),
        ),
        "update": replace(
            UPDATED,
            amid=amid_call(PUBLISH, THEIR_CODE),
            ends=(State.FAILED,),
            says="Somebody else changed CodeSha256",
            mutations=(CODE,),
            live=("greet-1", "theirs"),
        ),
        "delete": replace(DELETED, amid=does(others(DELETE)), says="is gone", mutations=()),
    },
    "throttle storm": {
        "create": replace(CREATED, amid=does(storm)),
        "update": replace(UPDATED, amid=does(storm)),
        "delete": replace(DELETED, amid=does(storm)),
    },
    "access denied half-way": {
        **spoilt(
            NO_PUBLISHING,
            explained="access.denied",
            told=(allowing("lambda:PublishVersion", TARGET.function_arn),),
        ),
        "delete": replace(
            DELETED,
            amid=once_in("delete", does(NO_LOOKING)),
            ends=(State.FAILED,),
            says="lambda:GetFunction was refused",
            explained="access.denied",
            told=(allowing("lambda:GetFunction", TARGET.function_arn),),
        ),
    },
}
