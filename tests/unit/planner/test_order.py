"""The line of a target, and the order of commits: the number decides, never the time."""

from __future__ import annotations

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.records import CommitStatus
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError, ThrottledError
from gitmoxi.ports.git import RepositoryTooLargeError
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, KilledError
from tests.unit.planner.stage import ecs_files, ecs_target, gone

WEB, STAYS = ecs_files("prod/web", "web"), ecs_files("prod/stays", "stays")


def web(image: str) -> dict:
    return ecs_files("prod/web", "web", image)


class TestLine:
    """One deployment may be active, one may wait."""

    async def test_a_newer_one_takes_the_place_of_the_one_that_waits(self, stage):
        first = (await stage.deploy(web("web:1")))["prod/web"]

        second = (await stage.deploy(web("web:2")))["prod/web"]

        replaced = await stage.ledger.deployment(first.id)
        assert (replaced.state, replaced.next_at) == (State.SUPERSEDED, None)
        assert replaced.because == (
            f"Commit {second.origin.commit_sha[:12]} is newer and took its place in the line."
        )
        record = await stage.record("web")
        assert (record.active_id, record.waiting_id, record.last_seq) == (None, second.id, 2)

    async def test_the_active_one_goes_on_while_the_newer_one_waits(self, stage):
        active = await stage.start((await stage.deploy(web("web:1")))["prod/web"])

        waiting = (await stage.deploy(web("web:2")))["prod/web"]

        assert (await stage.ledger.deployment(active.id)).state is State.RUNNING
        record = await stage.record("web")
        assert (record.active_id, record.waiting_id) == (active.id, waiting.id)

    async def test_while_another_runs_equal_is_no_reason_to_end(self, stage):
        files = WEB
        stage.ecs.run(files["prod/web_svcdef.json"], files["prod/web_taskdef.json"])
        await stage.start((await stage.deploy(web("web:2")))["prod/web"])

        head = (await stage.deploy(WEB))["prod/web"]

        assert (head.state, head.verb) == (State.WAITING, Verb.NOTHING)
        assert "looked at again when its turn comes" in head.because

    async def test_one_that_starts_while_the_newer_one_is_planned_is_not_ended(self, stage):
        first = (await stage.deploy(web("web:1")))["prod/web"]
        seq = await stage.ingest(web("web:2"))
        read = stage.ecs.service

        async def starts_meanwhile(target):
            stage.ecs.service = read
            await stage.start(first)
            return await read(target)

        stage.ecs.service = starts_meanwhile

        await stage.plan(seq)

        assert (await stage.ledger.deployment(first.id)).state is State.RUNNING
        assert (await stage.of(seq))["prod/web"].state is State.WAITING


class TestCommits:
    """Commits of one branch are planned one after the other, in whichever order they are announced."""

    async def test_an_earlier_commit_is_planned_first(self, stage):
        early = await stage.ingest(web("web:1"))
        late = await stage.ingest(web("web:2"))

        await stage.plan(late)

        assert (await stage.of(early))["prod/web"].state is State.SUPERSEDED
        assert (await stage.of(late))["prod/web"].state is State.WAITING
        assert (await stage.plan(early)).because == "1 deployment: 1 planned before."

    async def test_a_deletion_that_overtakes_its_creation_deletes_all_the_same(self, stage):
        await stage.ingest(WEB | STAYS)
        late = await stage.ingest(gone(WEB))

        await stage.plan(late)

        deletion = (await stage.of(late))["prod/web"]
        assert (deletion.state, deletion.verb) == (State.WAITING, Verb.DELETE)
        assert deletion.target == ecs_target("web")

    async def test_many_commits_at_once_end_with_the_newest(self, stage):
        for number in range(5):
            seq = await stage.ingest(web(f"web:{number}"))

        await stage.plan(seq)

        states = [head.state for head in await stage.deployments()]
        assert states == [State.SUPERSEDED] * 4 + [State.WAITING]

    async def test_commits_that_deploy_nothing_hide_no_earlier_one(self, stage):
        early = await stage.ingest(web("web:1"))
        await stage.ingest({"README.md": "1"})
        late = await stage.ingest({"README.md": "2"})

        await stage.plan(late)

        assert (await stage.of(early))["prod/web"].state is State.WAITING

    async def test_an_older_number_after_a_newer_one_is_superseded(self, stage):
        """As when a first attempt at the older one ended in a bug, and it is tried again later."""
        early = await stage.ingest(web("web:1"))
        held = (await stage.ledger.commit(REPOSITORY, BRANCH, early)).manifest
        content = stage.bodies.contents.pop(held.sha256)
        late = await stage.ingest(web("web:2"))
        await stage.plan(late)
        stage.bodies.contents[held.sha256] = content

        await stage.plan(early)

        head = (await stage.of(early))["prod/web"]
        assert head.state is State.SUPERSEDED
        assert head.because == f"A newer commit of main stands in the line of {ecs_target('web')}."
        assert (await stage.record("web")).waiting_id == (await stage.of(late))["prod/web"].id

    async def test_an_earlier_one_that_waits_for_aws_is_waited_for(self, stage):
        early = await stage.ingest(web("web:1"))
        late = await stage.ingest(STAYS)
        stage.ecs.faults["web"] = [ThrottledError("slow down")]

        with pytest.raises(ThrottledError):
            await stage.plan(late)
        await stage.plan(late)

        assert (await stage.of(early))["prod/web"].state is State.WAITING
        assert (await stage.of(late))["prod/stays"].state is State.WAITING


class TestAbandoned:
    """A commit that was given up before it was ingested leaves nothing in PROCESSING."""

    @pytest.fixture
    async def left(self, stage):
        stage.commit(web("web:1"))
        await stage.push()
        stage.commit(web("web:2"))
        stage.ledger.dies_at = stage.ledger.transactions + 3
        with pytest.raises(KilledError):
            await stage.push()
        return (await stage.of(2))["prod/web"]

    async def test_its_deployments_wait_while_it_may_go_on(self, stage, left):
        assert (await stage.planner().deployment(left.id)).outcome == "skipped"
        assert (await stage.of(2))["prod/web"].state is State.RECEIVED

    async def test_its_deployments_are_superseded_once_a_newer_tip_took_its_place(self, stage, left):
        await stage.ingest(web("web:3"))

        await stage.planner().deployment(left.id)

        head = (await stage.of(2))["prod/web"]
        commit = await stage.ledger.commit(REPOSITORY, BRANCH, 2)
        assert (head.state, head.because) == (State.SUPERSEDED, commit.because)
        assert (await stage.planner().deployment(left.id)).outcome == "stale"

    async def test_its_deployments_fail_with_a_commit_that_failed(self, stage, left, monkeypatch):
        async def refuse(*_):
            raise RepositoryTooLargeError("a tree above the limit")

        monkeypatch.setattr(stage.git, "list_paths", refuse)
        await stage.push()
        assert (await stage.ledger.commit(REPOSITORY, BRANCH, 2)).status is CommitStatus.FAILED

        await stage.planner().deployment(left.id)

        head = (await stage.of(2))["prod/web"]
        assert (head.state, head.because) == (State.FAILED, "a tree above the limit")


async def test_a_commit_that_is_announced_but_not_stored_is_a_bug(stage):
    with pytest.raises(InvariantError, match="was announced but is not stored"):
        await stage.plan(7)
