"""Any history of commits, branches, outcomes and commands: every target ends as its newest commit says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from gitmoxi.domain.deployments import CommandKind, Deployment, Verb
from gitmoxi.domain.states import State, Worker
from gitmoxi.planning.desired import from_bytes
from gitmoxi.ports.ledger import DeploymentFilter
from gitmoxi_planner import plan, verdicts
from tests.simulation.line_world import LineWorld, service
from tests.simulation.simple_targets import image_of
from tests.unit.planner.stage import gone

BRANCHES = ("main", "next")
NAMES = ("shared", "own")
"""``shared`` is one target that both branches want, ``own`` a target of each branch."""

ENDED_WELL = {State.SUCCEEDED, State.NO_CHANGE}


@dataclass(frozen=True, slots=True)
class Commit:
    """A push of a commit that wants ``images`` (None: the files are gone; ``unreadable``)."""

    branch: str
    images: tuple[tuple[str, str | None], ...]
    policy: str


@dataclass(frozen=True, slots=True)
class Again:
    """The last push once more: a webhook that is sent twice, or ``gmctl commit deploy -f``."""

    branch: str
    force: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """A person asks something of the newest deployment that is active, or of the newest that waits."""

    kind: CommandKind
    waiting: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds go by."""

    seconds: int


Happening = Commit | Again | Ask | Wait

_IMAGES = st.sampled_from(["good:1", "good:2", "good:3", "bad:1", "slow:1", "slow:2", "unreadable", None])
_HAPPENINGS: st.SearchStrategy[Happening] = st.one_of(
    st.builds(
        Commit,
        branch=st.sampled_from(BRANCHES),
        images=st.dictionaries(st.sampled_from(NAMES), _IMAGES, min_size=1).map(lambda d: tuple(d.items())),
        policy=st.sampled_from(["queue", "supersede"]),
    ),
    st.builds(Again, branch=st.sampled_from(BRANCHES), force=st.booleans()),
    st.builds(
        Ask,
        kind=st.sampled_from([CommandKind.ABORT, CommandKind.ABORT, CommandKind.PAUSE, CommandKind.RESUME]),
        waiting=st.booleans(),
    ),
    st.builds(Wait, seconds=st.sampled_from([1, 1, 5, 30, 70, 500])),
)


@pytest.mark.timeout(300)
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    history=st.lists(_HAPPENINGS, min_size=1, max_size=10),
    disorder=st.none() | st.integers(min_value=0, max_value=99),
)
def test_every_history_ends_as_its_newest_commits_say(history: list[Happening], disorder: int | None) -> None:
    for head in asyncio.run(_played(history, disorder)):
        note(f"{head.origin.branch} {head.origin.seq} {head.origin.prefix}: {head.state} {head.because}")
        event(f"a deployment ends {head.state}")


async def _played(history: Sequence[Happening], disorder: int | None) -> list[Deployment]:
    """Plays a history to its end, and checks what every history has to come to."""
    world = LineWorld(disorder=Random(disorder) if disorder is not None else None)
    await world.register(branches=BRANCHES)
    for branch in BRANCHES:
        await world.pushed(service(f"{branch}/keep", f"keep-{branch}", "good:1"), branch=branch)
    for happening in history:
        await _happens(world, happening)
    await world.pass_time(600)
    await _answered(world)
    heads = await world.settled()
    _check_order(world, heads)
    _check_newest(heads)
    for target_id in {head.target.id for head in heads if head.target is not None}:
        await _check_target(world, target_id, heads)
    return heads


async def _happens(world: LineWorld, happening: Happening) -> None:
    match happening:
        case Commit(branch=branch, images=images, policy=policy):
            await world.pushed(_files(branch, dict(images), policy), branch=branch)
        case Again(branch=branch, force=force):
            await world.push_again(branch=branch, force=force)
        case Ask(kind=kind, waiting=waiting):
            states = {State.WAITING} if waiting else {State.RUNNING, State.PAUSED, State.ROLLING_BACK}
            asked = [head for head in await world.deployments() if head.state in states]
            if asked:
                await world.command(asked[-1], kind)
        case Wait(seconds=seconds):
            await world.pass_time(seconds)


def _files(branch: str, images: dict[str, str | None], policy: str) -> dict[str, object]:
    files: dict[str, object] = {}
    for name, image in images.items():
        prefix, target = f"{branch}/{name}", name if name == "shared" else f"{name}-{branch}"
        wanted = service(prefix, target, image or "good:1", onNewCommit=policy)
        files |= gone(wanted) if image is None else wanted
        if image == "unreadable":
            files[f"{prefix}_svcdef.json"] = "{"
    return files


async def _answered(world: LineWorld) -> None:
    """Whoever paused a deployment resumes it, and held deletions are approved."""
    for head in await world.ledger.search(DeploymentFilter(), 1000):
        if head.state is State.PAUSED:
            await world.command(head, CommandKind.RESUME)
        elif head.state is State.HELD:
            assert head.owner is Worker.PLANNER
            await world.command(head, CommandKind.APPROVE)


def _check_order(world: LineWorld, heads: Sequence[Deployment]) -> None:
    """One at a time, and never an older commit of a branch after a newer one."""
    by_id = {head.id: head for head in heads}
    last: dict[tuple[str, str], int] = defaultdict(int)
    ended: dict[str, Deployment] = {}
    for deployment_id in dict.fromkeys(world.targets.starts):
        head = by_id[deployment_id]
        assert head.target is not None
        line = (head.target.id, head.origin.branch)
        assert head.origin.seq > last[line], f"{head.id} started after a newer one"
        last[line] = head.origin.seq
        before = ended.get(head.target.id)
        if before is not None:
            assert _may_follow(before, head), f"{head.id} took the target over from {before.id}"
            assert before.ended_at is not None
            assert head.started_at is not None
            assert before.ended_at <= head.started_at, f"{before.id} and {head.id} at once"
        ended[head.target.id] = head


def _may_follow(before: Deployment, head: Deployment) -> bool:
    """A target belongs to one branch until its deletion, or the removal of its failed creation."""
    gone = before.verb is Verb.DELETE and before.state is State.SUCCEEDED
    return before.origin.branch == head.origin.branch or gone


def _check_newest(heads: Sequence[Deployment]) -> None:
    """What the newest commit of a prefix says is never passed over."""
    newest = {(head.origin.branch, head.origin.prefix): head for head in heads}
    for head in newest.values():
        assert head.state is not State.SUPERSEDED, f"{head.id} is the newest: {head.because}"


async def _check_target(world: LineWorld, target_id: str, heads: Sequence[Deployment]) -> None:
    """What runs is what the last deployment wanted, or what it was rolled back to."""
    [target] = {head.target for head in heads if head.target is not None and head.target.id == target_id}
    record = await world.ledger.target(target)
    assert (record.active_id, record.waiting_id, record.held_id) == (None, None, None)
    in_line = [
        head
        for head in heads
        if head.target == target and (head.started_at is not None or head.state is State.NO_CHANGE)
    ]
    if not in_line:
        assert target_id not in world.targets.live
        return
    last = max(in_line, key=lambda head: (head.ended_at, head.version))
    live = world.targets.live.get(target_id)
    good = await _image(world, record.last_good.desired) if record.last_good is not None else None
    if last.state in ENDED_WELL and last.verb is Verb.DELETE:
        assert live is None
    elif last.state in ENDED_WELL:
        assert live == await _image(world, last.desired)
    else:
        assert live == good, f"{last.id} ended {last.state}"
    if record.last_good is not None:
        [source] = [head for head in heads if head.id == record.last_good.deployment_id]
        assert source.state in ENDED_WELL


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule of the line that is switched off, and a history in which it is missed."""

    module: object
    rule: str
    history: tuple[Happening, ...]
    disorder: int | None = None


async def _nothing(*_: object) -> None:
    """What a rule says that does not object."""


def _pushes(*images: str, policy: str = "queue") -> tuple[Happening, ...]:
    return tuple(Commit(branch="main", images=(("shared", image),), policy=policy) for image in images)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(
            Broken(
                verdicts,
                "refusal",
                (*_pushes("good:1"), Wait(500), Commit("next", (("shared", "good:2"),), "queue")),
            ),
            id="a second claimant is let in",
        ),
        pytest.param(
            Broken(plan, "replaced_in_line", _pushes("slow:1", "good:1", "good:2")),
            id="what waits is not replaced",
        ),
    ],
)
def test_a_line_without_one_of_its_rules_is_caught(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broken.module, broken.rule, _nothing)

    with pytest.raises(AssertionError):
        asyncio.run(_played(broken.history, broken.disorder))


async def _image(world: LineWorld, desired: object) -> str | None:
    return image_of(from_bytes(await world.bodies.get(desired))) if desired is not None else None
