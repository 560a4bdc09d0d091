"""The form of the full matrix: every engine, verb and happening is a case, or cannot be and says why."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from gitmoxi.domain.deployments import CommandKind, Deployment
from gitmoxi.domain.states import State
from gitmoxi.errors import RetryableError
from tests.simulation.stories import Told
from tests.simulation.world import World

Push = Callable[[World], Awaitable[str]]
Befalls = Callable[[World], None]
Amid = Callable[[Told], Awaitable[None]]

VERBS = ("create", "update", "delete")

ORDEALS = (
    "success",
    "timeout",
    "our breaker",
    "AWS's breaker",
    "alarm",
    "abort",
    "new commit",
    "superseding commit",
    "foreign change",
    "throttle storm",
    "access denied half-way",
)
"""What comes over any deployment, whatever it deploys."""

EXPLAINED: Mapping[str, frozenset[str]] = {
    "image not found": frozenset({"image.not-found", "function.image-missing"}),
    "image denied": frozenset({"image.pull-denied", "function.image-denied"}),
    "image for another platform": frozenset({"image.wrong-platform", "function.image-unsupported"}),
    "no free addresses": frozenset({"task.no-free-addresses", "function.no-free-addresses"}),
    "role missing": frozenset({"role.cannot-be-assumed", "role.function-role-cannot-be-assumed"}),
    "role not passable": frozenset({"role.not-passable"}),
    "secret unreadable": frozenset({"secret.denied"}),
    "log group missing": frozenset({"logs.group-missing"}),
    "container exited": frozenset({"container.error"}),
    "out of memory": frozenset({"container.out-of-memory"}),
    "container unhealthy": frozenset({"container.health-check-failed"}),
    "target unhealthy": frozenset({"target.wrong-status"}),
    "no capacity": frozenset({"capacity.fargate-unavailable"}),
    "quota": frozenset({"quota.vcpus", "quota.unreserved-concurrency"}),
    "access denied": frozenset({"access.denied"}),
    "code missing": frozenset({"code.object-missing"}),
    "VPC": frozenset({"network.subnet-not-found"}),
    "KMS": frozenset({"secret.key-denied", "function.key-unusable"}),
    "storage full": frozenset({"quota.code-storage"}),
    "handler cannot be imported": frozenset({"handler.import-error"}),
}
"""Each failure that is explained, and the explanations that it may get: one for each engine that meets it."""

HAPPENINGS = (*ORDEALS, *EXPLAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A deployment that meets a happening, and all that is true in the end.

    Attributes:
        prepare: makes what was there before.
        push: starts the deployment that is looked at.
        befalls: what is wrong from then on.
        amid: what happens while the deployment runs; it may push others.
        ends: how each deployment ends, in the order of their commits.
        says: a part of the first deployment's cause, or of what one of its steps says.
        explained: the id of its first explanation; empty: none is due.
        told: parts of that explanation's evidence and advice.
        mutations: all that is called, in order.
        live: what serves in the end, in the engine's own words; empty: nothing is there any more.
    """

    prepare: Callable[[World], Awaitable[None]]
    push: Push
    befalls: Befalls = field(default=lambda _: None)
    amid: Amid | None = None
    ends: tuple[State, ...]
    says: str = ""
    explained: str = ""
    told: tuple[str, ...] = ()
    mutations: tuple[str, ...]
    live: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impossible:
    """A cell that cannot happen."""

    why: str


Cell = Case | Impossible
Row = Mapping[str, Cell]
"""The cells of one happening, by verb."""

Rows = Mapping[str, Row]


def never(why: Impossible) -> Row:
    """A row in which nothing can happen."""
    return dict.fromkeys(VERBS, why)


def allowing(action: str, resource: str) -> str:
    """The statement of a policy, as an explanation gives it to paste."""
    return json.dumps({"Effect": "Allow", "Action": action, "Resource": resource})


async def nothing(world: World) -> None:
    """Nothing was deployed before."""


def both(*befalls: Befalls) -> Befalls:
    """One thing and another."""

    def all_of_them(world: World) -> None:
        for one in befalls:
            one(world)

    return all_of_them


def refusing(operation: str, code: str, message: str) -> Befalls:
    """AWS refuses an operation from now on."""

    def befall(world: World) -> None:
        world.aws.refusals[operation] = (code, message)

    return befall


def storm(world: World) -> None:
    """Every call is throttled for a minute, then half of them for nine more."""
    chance, begun = Random(11), world.clock.now()

    def throttled() -> bool:
        passed = world.clock.now() - begun
        return passed < timedelta(minutes=1) or (passed < timedelta(minutes=10) and chance.random() < 0.5)

    world.aws.throttled = throttled


def once_in(phase: str, deed: Callable[[Told], Awaitable[None]]) -> Amid:
    """Do it as soon as the first deployment waits in a phase."""

    async def amid(told: Told) -> None:
        await told.world.run_until(told.deployments[0], phase)
        await deed(told)

    return amid


async def abort(told: Told) -> None:
    await told.world.command(told.deployments[0], CommandKind.ABORT)


def pushes(push: Push) -> Callable[[Told], Awaitable[None]]:
    """Another commit; the planner tries again for as long as the target's name is being freed."""

    async def deed(told: Told) -> None:
        while True:
            try:
                told.deployments.append(await push(told.world))
            except RetryableError:
                await told.world.pass_time(5)
            else:
                return

    return deed


def does(deed: Callable[[World], Any]) -> Callable[[Told], Awaitable[None]]:
    """Somebody does something behind our back."""

    async def done(told: Told) -> None:
        deed(told.world)

    return done


async def play(case: Case) -> tuple[Told, list[Deployment]]:
    """The deployments of a case as they ended, in a world that has come to rest."""
    world = World()
    await case.prepare(world)
    world.aws.journal.clear()
    case.befalls(world)
    told = Told(world=world, deployments=[await case.push(world)])
    if case.amid is not None:
        await case.amid(told)
    heads = [await world.run(one) for one in told.deployments]
    await world.pass_time(300)
    return told, heads
