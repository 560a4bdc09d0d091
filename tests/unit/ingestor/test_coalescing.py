"""A thousand pushes are a few looks: each is answered, none with a tip that is older than the push."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmoxi.adapters.memory.git import MemoryGit
from gitmoxi.domain.records import CommitStatus, PushOutcome
from gitmoxi.errors import ContentionError
from gitmoxi_ingestor.coalescing import SharedLooks
from gitmoxi_ingestor.ingest import Ingestor
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL, Stage, a_push, a_service

PUSHES = 1000
BRANCHES = ("main", "release/1", "next")


class SlowGit(MemoryGit):
    """A server whose answers take their time, so that pushes meet looks that are under way."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.fetches = 0
        self._chance = chance

    async def fetch(self, url: str, branch: str) -> str:
        self.fetches += 1
        await _some_turns(self._chance)
        tip = await super().fetch(url, branch)
        await _some_turns(self._chance)
        return tip


async def _some_turns(chance: random.Random) -> None:
    for _ in range(chance.randrange(20)):
        await asyncio.sleep(0)


async def _delivered(ingestor: Ingestor, **said: object) -> None:
    """What the queue does: a push that lost too many races comes again."""
    while True:
        try:
            await ingestor.push(a_push(**said))
        except ContentionError:
            continue
        return


async def _a_world(seed: int, ingestors: int) -> tuple[Stage, SlowGit, list[Ingestor]]:
    git = SlowGit(random.Random(seed))
    stage = Stage(git=git)
    await stage.register(branches=BRANCHES)
    return stage, git, [stage.ingestor() for _ in range(ingestors)]


async def test_a_thousand_pushes_of_one_tip_are_taken_in_once():
    stage, git, ingestors = await _a_world(1, ingestors=3)
    stage.commit(a_service("dev/shop"))

    await asyncio.gather(*(_delivered(ingestors[n % 3], delivery_id=f"delivery-{n}") for n in range(PUSHES)))

    answers = [await stage.ledger.push(f"delivery-{n}") for n in range(PUSHES)]
    assert {answer.outcome for answer in answers} <= {PushOutcome.INGESTED, PushOutcome.NOTHING_NEW}
    assert {answer.seq for answer in answers} == {1}
    assert stage.announced == [1]
    assert len(await stage.deployments()) == 1
    assert git.fetches <= 3 * 6


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), ingestors=st.integers(1, 3))
async def test_no_push_is_answered_with_an_older_tip_and_none_is_lost(seed, ingestors):
    """Commits and pushes come while others are looked at, over several processes and branches."""
    stage, _git, processes = await _a_world(seed, ingestors)
    chance = random.Random(seed + 1)
    history: dict[str, list[str]] = {branch: [] for branch in BRANCHES}
    said: dict[str, tuple[str, str]] = {}
    pushes = []
    for number in range(60):
        branch = chance.choice(BRANCHES)
        if not history[branch] or chance.random() < 0.3:
            history[branch].append(stage.commit(a_service("dev/shop", image=str(number)), branch=branch))
        said[f"delivery-{number}"] = (branch, history[branch][-1])
        push = _delivered(chance.choice(processes), branch=branch, delivery_id=f"delivery-{number}")
        pushes.append(asyncio.create_task(push))
        await _some_turns(chance)
    await asyncio.gather(*pushes)

    for delivery_id, (branch, tip) in said.items():
        answer = await stage.ledger.push(delivery_id)
        assert history[branch].index(answer.sha) >= history[branch].index(tip)
    for branch, tips in history.items():
        commits = list(reversed(await stage.ledger.commits(REPOSITORY, branch, 1000)))
        assert [commit.seq for commit in commits] == list(range(1, len(commits) + 1))
        taken_in = [commit.sha for commit in commits if commit.status is CommitStatus.INGESTED]
        assert taken_in == sorted(set(taken_in), key=tips.index)
        assert taken_in[-1:] == tips[-1:]


async def test_scenario_22_the_same_delivery_a_thousand_times_is_one_deployment_and_few_looks():
    stage, git, (ingestor,) = await _a_world(2, ingestors=1)
    stage.commit(a_service("dev/shop"))
    for _ in range(PUSHES):
        await ingestor.push(a_push(delivery_id="the same"))
    assert (git.fetches, len(await stage.deployments())) == (1, 1)
    answer = await stage.ledger.push("the same")
    assert (answer.outcome, answer.seq) == (PushOutcome.INGESTED, 1)


async def test_threat_replay_the_same_delivery_a_thousand_times_at_once_is_one_deployment():
    stage, git, ingestors = await _a_world(3, ingestors=3)
    stage.commit(a_service("dev/shop"))
    await asyncio.gather(*(_delivered(ingestors[n % 3], delivery_id="the same") for n in range(PUSHES)))
    assert len(await stage.deployments()) == 1
    assert stage.announced == [1]
    assert git.fetches <= 3 * 6
    assert (await stage.ledger.push("the same")).outcome is PushOutcome.INGESTED


async def test_an_id_that_a_sender_gives_to_every_push_hides_no_later_push_for_long(stage):
    stage.commit(a_service("dev/shop"))
    await stage.push(delivery_id="ci")
    stage.commit(a_service("dev/cart"))
    again = await stage.push(delivery_id="ci")
    assert again.because.startswith("This delivery was answered before: 1 service object changed")
    stage.clock.advance(15 * 60 + 1)
    assert (await stage.push(delivery_id="ci")).outcome is PushOutcome.INGESTED


async def test_one_id_on_two_branches_is_two_deliveries(stage):
    await stage.register(branches=("main", "next"))
    for branch in ("main", "next"):
        stage.commit(a_service("dev/shop"), branch=branch)
        assert (await stage.push(branch=branch, delivery_id="build-17")).outcome is PushOutcome.INGESTED


async def test_two_repositories_and_their_branches_are_numbered_apart(stage):
    other = "https://git.example.com/team/other"
    stage.git.create(other)
    await stage.register(url=other)
    for url in (URL, other, URL):
        stage.commit(a_service(f"dev/{len(stage.announced)}"), url=url)
        await stage.push(repository=url)
    assert stage.announced == [1, 1, 2]


class BusyLooks:
    """Looks that end when they are told to."""

    def __init__(self) -> None:
        self.looks: SharedLooks[int] = SharedLooks()
        self.begun = 0
        self.ends: asyncio.Queue[Exception | None] = asyncio.Queue()

    def join(self, key: str = "main") -> asyncio.Task[int]:
        return asyncio.create_task(self.looks.join(key, self._look))

    async def _look(self) -> int:
        self.begun += 1
        number = self.begun
        error = await self.ends.get()
        if error is not None:
            raise error
        return number


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class TestSharedLooks:
    """The rule itself."""

    async def test_who_comes_while_a_look_is_under_way_waits_for_the_next(self):
        busy = BusyLooks()
        first = busy.join()
        await _settle()
        later = [busy.join() for _ in range(5)]
        await _settle()
        assert busy.begun == 1
        for _ in range(2):
            busy.ends.put_nowait(None)
        assert await first == 1
        assert await asyncio.gather(*later) == [2] * 5

    async def test_keys_do_not_wait_for_each_other(self):
        busy = BusyLooks()
        tasks = [busy.join(key) for key in ("main", "next")]
        await _settle()
        assert busy.begun == 2
        for _ in tasks:
            busy.ends.put_nowait(None)
        await asyncio.gather(*tasks)

    async def test_a_failure_is_of_those_who_shared_the_look_and_of_nobody_else(self):
        busy = BusyLooks()
        first = busy.join()
        await _settle()
        second = [busy.join(), busy.join()]
        busy.ends.put_nowait(OSError("no route"))
        with pytest.raises(OSError, match="no route"):
            await first
        busy.ends.put_nowait(None)
        assert await asyncio.gather(*second) == [2, 2]

    async def test_one_who_leaves_takes_the_look_from_nobody(self):
        busy = BusyLooks()
        leaver, stayer = busy.join(), busy.join()
        await _settle()
        leaver.cancel()
        busy.ends.put_nowait(None)
        assert await stayer == 1

    async def test_what_nobody_waits_for_is_forgotten(self):
        busy = BusyLooks()
        tasks = [busy.join(f"branch-{number}") for number in range(50)]
        for _ in tasks:
            busy.ends.put_nowait(None)
        assert Counter(await asyncio.gather(*tasks)).total() == 50
        await _settle()
        assert busy.looks._lanes == {}


class TestManyObjects:
    """A commit that touches more than one transaction may write."""

    async def test_a_commit_of_500_objects_is_one_commit_within_the_limits(self, stage):
        files: dict[str, object] = {}
        for number in range(500):
            files |= a_service(f"dev/service-{number:03}")
        stage.commit(files)

        result = await stage.push(delivery_id="many")

        assert (result.outcome, result.commit.deployment_count) == (PushOutcome.INGESTED, 500)
        assert max(stage.ledger.writes) <= 100
        assert len(await stage.deployments()) == 500
        (event,) = stage.publisher.published
        assert len(event.detail) < 1024  # EventBridge and SQS take 1 MiB; the objects lie in the manifest
        assert len({head.id for head in await stage.deployments()}) == 500
        assert (await stage.commits())[0].branch == BRANCH
