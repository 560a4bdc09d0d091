"""Whole deployments of a Lambda function: how each begins and ends, and what may be called on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredLambda
from tests.simulation.cloud import LAMBDA_TARGET
from tests.simulation.world import World

Doc = dict[str, Any]

CREATE, CODE, CONFIGURATION = "CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration"
PUBLISH, CREATE_ALIAS, MOVE_ALIAS = "PublishVersion", "CreateAlias", "UpdateAlias"
DELETE, TAG, UNTAG = "DeleteFunction", "TagResource", "UntagResource"

FUNCTION: Doc = {
    "FunctionName": "greet",
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "Role": "arn:aws:iam::111122223333:role/execution",
    "Environment": {"Variables": {"COLOUR": "blue"}},
    "Tags": {"team": "shop"},
}


def greet(key: str = "greet-1.zip", **members: Any) -> DesiredLambda:
    """The function with the key of its code and other members of its definition."""
    document = {**FUNCTION, "Code": {"S3Bucket": "code", "S3Key": key}, **members}
    return DesiredLambda(target=LAMBDA_TARGET, function=document, settings={"alias": "live"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """``prepare`` makes what was there before; ``push`` starts the deployment that is looked at.

    In the end the alias serves ``serves`` (None: there is no function) and ``versions`` are left;
    ``mutations`` is all that may be called, in order; those that are ``idempotent`` may come twice in a row.
    """

    push: Callable[[World], Awaitable[str]]
    ends: State
    mutations: tuple[str, ...]
    serves: str | None
    versions: tuple[str, ...] = ()
    prepare: Callable[[World], Awaitable[None]] | None = None
    idempotent: frozenset[str] = frozenset()

    async def begun(self, world: World) -> str:
        """The id of the deployment, in a world that was prepared and whose journal is empty."""
        kill_at, world.kill_at = world.kill_at, None
        if self.prepare is not None:
            await self.prepare(world)
        world.aws.journal.clear()
        world.edges.clear()
        deployment = await self.push(world)
        world.kill_at = kill_at
        return deployment


async def ended(world: World, desired: DesiredLambda) -> None:
    head = await world.run(await world.push(desired))
    assert head.state is State.SUCCEEDED, head.because


async def serving(world: World) -> None:
    await ended(world, greet())


async def serving_without_alias(world: World) -> None:
    await serving(world)
    world.functions.forget_alias("greet", "live")


async def made_by_others(world: World) -> None:
    """Somebody's function with an alias, which carries no tag of ours."""
    call = world.functions.call
    call("CreateFunction", {**FUNCTION, "Code": {"S3Bucket": "code", "S3Key": "theirs.zip"}})
    await world.pass_time(10)
    call("PublishVersion", {"FunctionName": "greet"})
    call("CreateAlias", {"FunctionName": "greet", "Name": "live", "FunctionVersion": "1"})


def pushing(desired: DesiredLambda, **options: Any) -> Callable[[World], Awaitable[str]]:
    async def push(world: World) -> str:
        return await world.push(desired, **options)

    return push


async def deleting(world: World) -> str:
    return await world.delete(LAMBDA_TARGET)


BROKEN_SETTINGS: Doc = {"Environment": {"Variables": {"BROKEN": "yes"}}}

SCENARIOS: dict[str, Scenario] = {
    "create": Scenario(
        push=pushing(greet()),
        ends=State.SUCCEEDED,
        mutations=(CREATE, PUBLISH, CREATE_ALIAS),
        serves="1",
        versions=("1",),
    ),
    "update the code": Scenario(
        prepare=serving,
        push=pushing(greet("greet-2.zip")),
        ends=State.SUCCEEDED,
        mutations=(CODE, PUBLISH, MOVE_ALIAS, DELETE),
        serves="2",
        versions=("2",),
    ),
    "update the configuration": Scenario(
        prepare=serving,
        push=pushing(greet(Timeout=9)),
        ends=State.SUCCEEDED,
        mutations=(CONFIGURATION, PUBLISH, MOVE_ALIAS, DELETE),
        serves="2",
        versions=("2",),
    ),
    "update both": Scenario(
        prepare=serving,
        push=pushing(greet("greet-2.zip", Timeout=9)),
        ends=State.SUCCEEDED,
        mutations=(CODE, CONFIGURATION, PUBLISH, MOVE_ALIAS, DELETE),
        serves="2",
        versions=("2",),
    ),
    "only tags": Scenario(
        prepare=serving,
        push=pushing(greet(Tags={"stage": "prod"})),
        ends=State.SUCCEEDED,
        mutations=(TAG, UNTAG),
        serves="1",
        versions=("1",),
    ),
    "code and tags": Scenario(
        prepare=serving,
        push=pushing(greet("greet-2.zip", Tags={"stage": "prod"})),
        ends=State.SUCCEEDED,
        mutations=(CODE, TAG, UNTAG, PUBLISH, MOVE_ALIAS, DELETE),
        serves="2",
        versions=("2",),
    ),
    "the same files again": Scenario(
        prepare=serving,
        push=pushing(greet()),
        ends=State.NO_CHANGE,
        mutations=(),
        serves="1",
        versions=("1",),
    ),
    "the alias is missing": Scenario(
        prepare=serving_without_alias,
        push=pushing(greet()),
        ends=State.SUCCEEDED,
        mutations=(PUBLISH, CREATE_ALIAS),
        idempotent=frozenset({PUBLISH}),  # of an unchanged function: AWS makes no second version
        serves="1",
        versions=("1",),
    ),
    "broken code": Scenario(
        prepare=serving,
        push=pushing(greet("broken.zip")),
        ends=State.ROLLED_BACK,
        mutations=(CODE, CODE),
        serves="1",
        versions=("1",),
    ),
    "broken configuration": Scenario(
        prepare=serving,
        push=pushing(greet(**BROKEN_SETTINGS)),
        ends=State.ROLLED_BACK,
        mutations=(CONFIGURATION, CONFIGURATION),
        serves="1",
        versions=("1",),
    ),
    "good code, then broken configuration": Scenario(
        prepare=serving,
        push=pushing(greet("greet-2.zip", Tags={"stage": "prod"}, **BROKEN_SETTINGS)),
        ends=State.ROLLED_BACK,
        mutations=(CODE, CONFIGURATION, CODE, CONFIGURATION),
        serves="1",
        versions=("1",),
    ),
    "code that is not there": Scenario(
        prepare=serving,
        push=pushing(greet("missing.zip")),
        ends=State.FAILED,
        mutations=(),
        serves="1",
        versions=("1",),
    ),
    "broken first create": Scenario(
        push=pushing(greet("broken.zip")), ends=State.ROLLED_BACK, mutations=(CREATE, DELETE), serves=None
    ),
    "delete": Scenario(
        prepare=serving, push=deleting, ends=State.SUCCEEDED, mutations=(DELETE,), serves=None
    ),
    "delete what others made": Scenario(
        prepare=made_by_others,
        push=deleting,
        ends=State.FAILED,
        mutations=(),
        serves="1",
        versions=("1",),
    ),
    "update what others made": Scenario(
        prepare=made_by_others,
        push=pushing(greet("greet-2.zip")),
        ends=State.SUCCEEDED,
        mutations=(CODE, PUBLISH, MOVE_ALIAS),
        serves="2",
        versions=("1", "2"),
    ),
    "broken code on what others made": Scenario(
        prepare=made_by_others,
        push=pushing(greet("broken.zip")),
        ends=State.ROLLED_BACK,
        mutations=(CODE,),
        serves="1",
        versions=("1",),
    ),
}
