"""Whole deployments of a Lambda function: how each begins and ends, and what may be called on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
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
PUT_RESERVED, DELETE_RESERVED = "PutFunctionConcurrency", "DeleteFunctionConcurrency"
PUT_PROVISIONED, DELETE_PROVISIONED = (
    "PutProvisionedConcurrencyConfig",
    "DeleteProvisionedConcurrencyConfig",
)

FUNCTION: Doc = {
    "FunctionName": "greet",
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "Role": "arn:aws:iam::111122223333:role/execution",
    "Environment": {"Variables": {"COLOUR": "blue"}},
    "Tags": {"team": "shop"},
}


def greet(
    key: str = "greet-1.zip", settings: Mapping[str, Any] | None = None, **members: Any
) -> DesiredLambda:
    """The function with the key of its code, our settings and other members of its definition."""
    document = {**FUNCTION, "Code": {"S3Bucket": "code", "S3Key": key}, **members}
    return DesiredLambda(
        target=LAMBDA_TARGET, function=document, settings={"alias": "live", **(settings or {})}
    )


def meddle(world: World, operation: str, deed: Callable[[], object], *, after: bool = False) -> None:
    """Somebody else acts, once, just before (or ``after``) our next call of ``operation``."""
    forward = world.aws.models["lambda"]

    def meddled(called: str, params: Any) -> Doc:
        if called != operation:
            return forward(called, params)
        world.aws.models["lambda"] = forward
        if not after:
            deed()
        answer = forward(called, params)
        if after:
            deed()
        return answer

    world.aws.models["lambda"] = meddled


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


async def serving_twice(world: World) -> None:
    await serving(world)
    await ended(world, greet("greet-2.zip"))


async def serving_with_concurrency(world: World) -> None:
    await ended(world, greet(settings={"reservedConcurrency": 20, "provisionedConcurrency": 5}))


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
        mutations=(CODE, PUBLISH, MOVE_ALIAS),
        serves="2",
        versions=("1", "2"),
    ),
    "update the configuration": Scenario(
        prepare=serving,
        push=pushing(greet(Timeout=9)),
        ends=State.SUCCEEDED,
        mutations=(CONFIGURATION, PUBLISH, MOVE_ALIAS),
        serves="2",
        versions=("1", "2"),
    ),
    "update both": Scenario(
        prepare=serving,
        push=pushing(greet("greet-2.zip", Timeout=9)),
        ends=State.SUCCEEDED,
        mutations=(CODE, CONFIGURATION, PUBLISH, MOVE_ALIAS),
        serves="2",
        versions=("1", "2"),
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
        mutations=(CODE, TAG, UNTAG, PUBLISH, MOVE_ALIAS),
        serves="2",
        versions=("1", "2"),
    ),
    "more versions than are kept": Scenario(
        prepare=serving_twice,
        push=pushing(greet("greet-3.zip", settings={"versionsToKeep": 1})),
        ends=State.SUCCEEDED,
        mutations=(CODE, PUBLISH, MOVE_ALIAS, DELETE, DELETE),
        serves="3",
        versions=("3",),
    ),
    "create with concurrency": Scenario(
        push=pushing(greet(settings={"reservedConcurrency": 20, "provisionedConcurrency": 5})),
        ends=State.SUCCEEDED,
        mutations=(CREATE, PUT_RESERVED, PUBLISH, CREATE_ALIAS, PUT_PROVISIONED),
        serves="1",
        versions=("1",),
    ),
    "code and concurrency": Scenario(
        prepare=serving_with_concurrency,
        push=pushing(greet("greet-2.zip", settings={"reservedConcurrency": 30, "provisionedConcurrency": 7})),
        ends=State.SUCCEEDED,
        mutations=(CODE, PUT_RESERVED, PUBLISH, MOVE_ALIAS, PUT_PROVISIONED),
        serves="2",
        versions=("1", "2"),
    ),
    "less concurrency": Scenario(
        prepare=serving_with_concurrency,
        push=pushing(greet(settings={"reservedConcurrency": 4, "provisionedConcurrency": 2})),
        ends=State.SUCCEEDED,
        mutations=(PUT_PROVISIONED, PUT_RESERVED),
        serves="1",
        versions=("1",),
    ),
    "no concurrency": Scenario(
        prepare=serving_with_concurrency,
        push=pushing(greet(settings={"reservedConcurrency": "none", "provisionedConcurrency": "none"})),
        ends=State.SUCCEEDED,
        mutations=(DELETE_RESERVED, DELETE_PROVISIONED),
        serves="1",
        versions=("1",),
    ),
    "code that moves provisioned concurrency": Scenario(
        prepare=serving_with_concurrency,
        push=pushing(greet("greet-2.zip")),
        ends=State.SUCCEEDED,
        mutations=(CODE, PUBLISH, MOVE_ALIAS),
        serves="2",
        versions=("1", "2"),
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
