"""What the matrix of Lambda functions is made of: how a deployment ends, and what then serves."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.aws_model.functions import FunctionFault
from tests.simulation.cloud import LAMBDA_TARGET
from tests.simulation.lambda_scenarios import (
    CODE,
    CREATE,
    CREATE_ALIAS,
    DELETE,
    MOVE_ALIAS,
    PUBLISH,
    deleting,
    greet,
    pushing,
    serving,
)
from tests.simulation.matrix import (
    Befalls,
    Case,
    Impossible,
    Row,
    nothing,
)
from tests.simulation.packages import zipped
from tests.simulation.world import World

TARGET = LAMBDA_TARGET
ONE, TWO, THREE = (("greet-1",) * 2, ("greet-2",) * 2, ("greet-3",) * 2)
NEW = greet("greet-2.zip")
ACCESS = "AccessDeniedException"
NO_PACKAGE = Impossible("A deletion sends nothing but the function's name.")


NO_ALIAS = "no alias"
REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/greet:"


def _hashes(name: str) -> tuple[str, str]:
    """CodeSha256 of a package (base64) and of an image (hexadecimal) of this name."""
    package = b64encode(sha256(zipped(f"code/{name}.zip?None")).digest()).decode()
    return package, sha256(f"{REGISTRY}{name}".encode()).hexdigest()


NAMES = {found: name for name in ("greet-1", "greet-2", "greet-3", "theirs") for found in _hashes(name)}


def live(world: World) -> tuple[str, ...]:
    """The code that the alias serves, and the newest code; nothing where there is no function."""
    try:
        newest = world.function()["Configuration"]
    except AwsError:
        return ()
    return _served(world), NAMES[newest["CodeSha256"]]


def _served(world: World) -> str:
    try:
        number = {"FunctionName": "greet", "Qualifier": world.alias()}
    except AwsError:
        return NO_ALIAS
    return NAMES[world.functions.call("GetFunction", number)["Configuration"]["CodeSha256"]]


def fault(kind: Any, **details: Any) -> Befalls:
    return lambda world: world.functions.faults.entries.append(FunctionFault(kind=kind, **details))


CREATED = Case(
    prepare=nothing,
    push=pushing(NEW),
    ends=(State.SUCCEEDED,),
    mutations=(CREATE, PUBLISH, CREATE_ALIAS),
    live=TWO,
)
UPDATED = replace(CREATED, prepare=serving, mutations=(CODE, PUBLISH, MOVE_ALIAS))
DELETED = Case(prepare=serving, push=deleting, ends=(State.SUCCEEDED,), mutations=(DELETE,))
REMOVED = replace(CREATED, ends=(State.ROLLED_BACK,), mutations=(CREATE, DELETE), live=())
BACK = replace(UPDATED, ends=(State.ROLLED_BACK,), mutations=(CODE, CODE), live=ONE)


def spoilt(befalls: Befalls, *, explained: str, told: tuple[str, ...]) -> Row:
    """A change that Lambda accepts, and that then fails."""
    told_so: dict[str, Any] = {"befalls": befalls, "explained": explained, "told": told}
    return {
        "create": replace(REMOVED, **told_so),
        "update": replace(BACK, **told_so),
        "delete": NO_PACKAGE,
    }
