"""Stories that Hypothesis makes up: commits, people, faults and crashes around one target."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from gitmoxi.domain.deployments import CommandKind, Deployment, Step
from gitmoxi.domain.states import State, check_transition
from gitmoxi.domain.targets import Target
from gitmoxi.errors import RetryableError
from tests.simulation.world import World

PATIENCE = timedelta(hours=6)
"""However much went wrong, everything ends within this."""

COMMANDS = (CommandKind.ABORT, CommandKind.PAUSE, CommandKind.RESUME, CommandKind.SUPERSEDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Something that happens ``after`` so many seconds; ``what`` is a name of ``TURNS``."""

    after: float
    what: str
    detail: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Turns in their order; ``kill_at`` is the edge at which a worker dies."""

    turns: tuple[Turn, ...]
    kill_at: int | None = None
    redelivers: bool = True


@dataclass(slots=True)
class Told:
    """A story that was played: the world, and the ids of the deployments in the order of their commits."""

    world: World
    deployments: list[str] = field(default_factory=list)
    wishes: dict[str, Any] = field(default_factory=dict)
    foreign: bool = False


def stories(wishes: st.SearchStrategy[Any], operations: Sequence[str]) -> st.SearchStrategy[Story]:
    """Stories of commits that want one of ``wishes``, while any of ``operations`` may fare badly."""
    seconds = st.sampled_from([0.0, 1.0, 7.0, 31.0, 64.0, 300.0])

    def turn(what: str, detail: st.SearchStrategy[Any]) -> st.SearchStrategy[Turn]:
        return st.builds(Turn, after=seconds, what=st.just(what), detail=detail)

    push = turn("push", wishes)
    happenings = st.one_of(
        push,
        push,
        turn("command", st.sampled_from(COMMANDS)),
        turn("throttle", st.sampled_from([5.0, 90.0])),
        turn("lose reply", st.sampled_from(operations)),
        turn("deny", st.tuples(st.sampled_from(operations), st.sampled_from([3.0, 120.0]))),
        turn("delete", st.none()),
    )
    return st.builds(
        Story,
        turns=st.tuples(push, st.lists(happenings, max_size=6)).map(lambda parts: (parts[0], *parts[1])),
        kill_at=st.none() | st.integers(1, 40),
        redelivers=st.booleans(),
    )


async def play(story: Story, target: Target, prepare: Callable[[World], None]) -> Told:
    """Let the story happen, then let everything come to rest: who is paused is resumed."""
    world = World(kill_at=story.kill_at, redelivers=story.redelivers)
    prepare(world)
    told = Told(world=world)
    for turn in story.turns:
        await world.pass_time(turn.after)
        await _TURNS[turn.what](told, target, turn.detail)
    await _rest(told)
    return told


async def _push(told: Told, target: Target, wish: Any) -> None:
    del target
    deployment = await _planned(told.world, wish)
    told.deployments.append(deployment)
    told.wishes[deployment] = wish


async def _planned(world: World, wish: Any) -> str:
    """The planner tries again for as long as it takes."""
    while True:
        try:
            return await world.push(wish)
        except RetryableError:
            await world.pass_time(5)


async def _delete(told: Told, target: Target, _: Any) -> None:
    told.deployments.append(await told.world.delete(target))


async def _command(told: Told, target: Target, kind: CommandKind) -> None:
    active = (await told.world.ledger.target(target)).active_id
    if active is not None:
        await told.world.command(active, kind)


async def _throttle(told: Told, _: Target, seconds: float) -> None:
    clock = told.world.clock
    until = clock.monotonic() + seconds
    told.world.aws.throttled = lambda: clock.monotonic() < until


async def _lose_reply(told: Told, _: Target, operation: str) -> None:
    told.world.aws.lost_replies.append(operation)


async def _deny(told: Told, _: Target, detail: tuple[str, float]) -> None:
    operation, seconds = detail
    told.world.aws.refusals[operation] = ("AccessDeniedException", "User is not authorized to perform this")
    await told.world.pass_time(seconds)
    del told.world.aws.refusals[operation]


_TURNS: dict[str, Any] = {
    "push": _push,
    "delete": _delete,
    "command": _command,
    "throttle": _throttle,
    "lose reply": _lose_reply,
    "deny": _deny,
}


async def _rest(told: Told) -> None:
    world = told.world
    deadline = world.clock.monotonic() + PATIENCE.total_seconds()
    for deployment in told.deployments:
        while not (head := await world.head(deployment)).state.terminal:
            assert world.clock.monotonic() < deadline, f"{head.state} {head.progress}: {head.because}"
            if head.state is State.PAUSED:
                await world.command(head.id, CommandKind.RESUME)
            await world.pass_time(30)
    world.aws.lost_replies.clear()
    await world.pass_time(900)


# -- What must hold -----------------------------------------------------------------------------------


async def check_records(told: Told, target: Target) -> None:
    """Every deployment ended by permitted transitions; nothing stands in the line any more."""
    for deployment in told.deployments:
        head = await told.world.head(deployment)
        steps = await told.world.ledger.steps(deployment)
        assert head.state.terminal
        assert head.next_at is None
        assert not head.unrecorded
        _check_steps(head, steps)
    record = await told.world.ledger.target(target)
    assert (record.active_id, record.waiting_id) == (None, None)


def _check_steps(head: Deployment, steps: Sequence[Step]) -> None:
    assert [step.version for step in steps] == sorted({step.version for step in steps})
    for before, after in itertools.pairwise(steps):
        if before.state is not after.state:
            check_transition(before.state, after.state, after.by)
    if steps:
        assert steps[-1].state is head.state
    if head.state in {State.FAILED, State.ROLLED_BACK, State.ROLLBACK_FAILED}:
        assert head.cause, f"{head.state} without a cause"


async def check_journal(told: Told) -> None:
    """No mutation was made oftener than a step decided it."""
    decided: Counter[str] = Counter()
    for deployment in told.deployments:
        for step in await told.world.ledger.steps(deployment):
            decided.update(action.partition(":")[2].partition("(")[0] for action in step.actions)
    made = Counter(told.world.aws.mutations)
    assert not made - decided, f"made beyond what was decided: {made - decided}"


async def ended_last(told: Told) -> Deployment | None:
    """The deployment that was the last one to change the target, if any did."""
    heads = [await told.world.head(one) for one in told.deployments]
    ran = [head for head in heads if head.started_at is not None]
    return max(ran, key=lambda head: head.origin.seq, default=None)
