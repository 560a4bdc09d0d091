"""Any history of a repository: what is reachable is deployed once, nothing is deleted that nobody deleted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.states import State
from gitmoxi_planner import guarding
from tests.simulation.git_story import BROKEN, GitStory
from tests.simulation.line_world import LineWorld

EXAMPLES = int(os.environ.get("GITMOXI_HISTORIES", "400"))
"""``GITMOXI_HISTORIES=10000`` for a long look."""

NAMES = ("cart", "mail", "shop", "web")


@dataclass(frozen=True, slots=True)
class Edit:
    """A commit that gives services (new) images; several at once are a merge of somebody's branch."""

    images: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rename:
    """``git mv`` of a service's files."""

    name: str
    folder: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A commit without the files of some services; without any at all it is a mistake."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A forced push: of an older commit, or of the last ones squashed or rebased."""

    back: int
    same_tree: bool


@dataclass(frozen=True, slots=True)
class Outage:
    """The Git server does not answer while this much happens."""

    happenings: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds go by."""

    seconds: int


Happening = Edit | Rename | Remove | Rewrite | Outage | Wait
Told = tuple[Happening, int]
"""What happened, and how many events told of it: none was lost on its way, many are sent twice."""

_name = st.sampled_from(NAMES)
_image = st.sampled_from(["good:1", "good:2", "good:3", "slow:1", BROKEN])
_happenings: st.SearchStrategy[Happening] = st.one_of(
    st.builds(
        Edit, images=st.dictionaries(_name, _image, min_size=1, max_size=3).map(lambda d: tuple(d.items()))
    ),
    st.builds(Rename, name=_name, folder=st.sampled_from(["a", "b", "c"])),
    st.builds(Remove, names=st.frozensets(_name, min_size=1, max_size=4)),
    st.builds(Rewrite, back=st.integers(1, 4), same_tree=st.booleans()),
    st.builds(Outage, happenings=st.integers(1, 4)),
    st.builds(Wait, seconds=st.sampled_from([1, 5, 30, 500])),
)
_histories = st.lists(st.tuples(_happenings, st.sampled_from([0, 1, 1, 1, 2, 3])), min_size=1, max_size=12)


@pytest.mark.timeout(1800)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=_histories)
def test_scenario_21_22_24_25_27_28_29_31_every_history_is_deployed_once_and_deletes_nothing_unasked(
    history: list[Told],
) -> None:
    for head in asyncio.run(_played(history)):
        note(f"{head.origin.seq} {head.origin.prefix} {head.change}: {head.state} {head.because}")
        event(f"a deployment ends {head.state}")


async def _played(history: Sequence[Told]) -> list[Deployment]:
    """Plays a history to its end, and checks what every history has to come to."""
    world = LineWorld()
    await world.register()
    story = GitStory(world)
    story.commit({f"a/{name}": (name, "good:1") for name in NAMES})
    await story.deliver(1)
    await world.pass_time(100)
    for happening, told in history:
        await _happens(story, happening)
        await story.deliver(told)
    story.outage = 0
    await story.deliver(0)
    await story.poll()
    await world.pass_time(3 * 3600)
    heads = await world.deployments()
    assert all(head.state.terminal or head.state is State.HELD for head in heads)
    _check_what_runs(story, heads)
    _check_nothing_twice(world)
    await _check_deletions(story, heads)
    return heads


async def _happens(story: GitStory, happening: Happening) -> None:
    tree = story.tree
    match happening:
        case Edit(images=images):
            for name, image in images:
                tree[story.prefix_of(name) or f"a/{name}"] = (name, image)
            story.commit(tree)
        case Rename(name=name, folder=folder):
            prefix = story.prefix_of(name)
            if prefix is not None:
                tree[f"{folder}/{name}"] = tree.pop(prefix)
                story.commit(tree)
        case Remove(names=names):
            story.commit({prefix: own for prefix, own in tree.items() if own[0] not in names})
        case Rewrite(back=back, same_tree=True):
            story.squash(back)
        case Rewrite(back=back):
            story.rewind(back)
        case Outage(happenings=happenings):
            story.outage = happenings
        case Wait(seconds=seconds):
            await story.world.pass_time(seconds)


def _check_what_runs(story: GitStory, heads: Sequence[Deployment]) -> None:
    """What the tip wants runs; what it does not, is gone, or somebody was asked, or told."""
    live = {target.rpartition("/")[2]: image for target, image in story.world.targets.live.items()}
    wanted = dict(story.tree.values())
    for name, image in wanted.items():
        if image != BROKEN:
            assert live.get(name) == image, f"{name} runs {live.get(name)}"
    explained = {
        head.origin.prefix.rpartition("/")[2]
        for head in heads
        if head.change is ObjectChange.DELETED and head.state in {State.HELD, State.FAILED}
    }
    for name in live.keys() - wanted.keys():
        assert name in explained, f"{name} runs though no file wants it, and nobody was told"


def _check_nothing_twice(world: LineWorld) -> None:
    """Each mutation changes something: no deployment does again what the one before did."""
    runs: dict[str, str | None] = {}
    for mutation in world.targets.journal:
        assert runs.get(mutation.target) != mutation.image, f"{mutation} changes nothing"
        runs[mutation.target] = mutation.image


async def _check_deletions(story: GitStory, heads: Sequence[Deployment]) -> None:
    """Only what a commit left out, and only where history was not rewritten nor everything gone."""
    by_id = {head.id: head for head in heads}
    for mutation in story.world.targets.journal:
        if mutation.image is not None:
            continue
        head = by_id[mutation.deployment]
        assert head.verb is Verb.DELETE
        manifest = await story.world.manifest(story.world.ledger, head.origin.seq)
        name = head.origin.prefix.rpartition("/")[2]
        left = dict(story.trees[head.origin.commit_sha].values())
        assert name not in left, f"{name} was deleted though commit {head.origin.seq} has it"
        assert left, "everything was deleted"
        assert not manifest.rewritten
        assert not manifest.all_deleted


@dataclass(frozen=True, slots=True)
class Unguarded:
    """A rule against deletions that is switched off, and a history in which it is missed."""

    rule: str
    history: tuple[Told, ...]


@pytest.mark.parametrize(
    "unguarded",
    [
        pytest.param(
            Unguarded(
                "_rewritten",
                (
                    (Remove(frozenset({"web"})), 1),
                    (Wait(500), 0),
                    (Edit((("web", "good:2"),)), 1),
                    (Wait(500), 0),
                    (Rewrite(1, same_tree=False), 1),
                ),
            ),
            id="a forced push deletes",
        ),
        pytest.param(
            Unguarded("_everything_gone", ((Remove(frozenset(NAMES)), 1),)), id="all may go at once"
        ),
    ],
)
def test_a_guard_without_one_of_its_rules_is_caught(
    unguarded: Unguarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_played(unguarded.history))
    monkeypatch.setattr(guarding, unguarded.rule, lambda _: None)
    monkeypatch.setattr(guarding, "_too_many", lambda *_: None)

    with pytest.raises(AssertionError):
        asyncio.run(_played(unguarded.history))
