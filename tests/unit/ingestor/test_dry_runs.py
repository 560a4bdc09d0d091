"""Dry runs at the ingestor: compared and stored as a push is, and nothing of a push is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from faststream_sqs import TestSQSBroker
from gitmoxi.adapters.codec import decode
from gitmoxi.contracts.messages import DryRunIngested, DryRunRequested
from gitmoxi.domain.dryruns import DryRun, DryRunState
from gitmoxi.domain.records import Manifest
from gitmoxi.domain.states import Worker
from gitmoxi.errors import InvariantError
from gitmoxi.ports.ledger import PutDryRun
from gitmoxi.runtime.dry_runs import DELAYS_SECONDS, DryRunHandler
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.dry_run_step import DryRunStep
from gitmoxi_ingestor.dry_runs import DryRunIngestor
from tests.unit.ingestor.shell import ShellStandIn, a_shell
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL, KilledError, Stage, a_service

ID = "dr-1"
WEB, JOB = a_service("prod/web"), a_service("prod/job")


def step_of(stage: Stage) -> DryRunStep:
    work = DryRunIngestor(
        ledger=stage.ledger, bodies=stage.bodies, git=stage.git, clock=stage.clock, ids=stage.ids
    )
    return DryRunStep(
        worker=Worker.INGESTOR,
        ledger=stage.ledger,
        courier=stage.courier(),
        clock=stage.clock,
        ids=stage.ids,
        begins_in=DryRunState.RECEIVED,
        work=work,
    )


async def ask(stage: Stage, **changes: Any) -> None:
    now = stage.clock.now()
    values: dict[str, Any] = {
        "id": ID,
        "repository_id": REPOSITORY,
        "repository_url": URL,
        "branch": BRANCH,
        "requested_at": now,
        "expires_at": now + timedelta(days=1),
        "state": DryRunState.RECEIVED,
        "because": "Asked for.",
    }
    dry_run = DryRun(**values | changes)
    await stage.ledger.transact([PutDryRun(dry_run=dry_run, expected_state=None)])


async def dry_run(stage: Stage, **changes: Any) -> DryRun:
    """Asked for and taken in."""
    await ask(stage, **changes)
    found = await step_of(stage).take(ID, patient=True)
    assert found is not None
    assert found == await stage.ledger.dry_run(ID)
    return found


async def changed(stage: Stage, found: DryRun) -> dict[str, str]:
    assert found.manifest is not None
    manifest = decode(Manifest, await stage.bodies.get(found.manifest), key="manifest")
    return {item.prefix: item.change.value for item in manifest.objects}


def announced(stage: Stage) -> list[str]:
    return [e.detail_type for e in stage.publisher.published if e.detail_type == DryRunIngested.DETAIL_TYPE]


class TestWhatIsCompared:
    async def test_all_is_added_on_a_branch_that_was_never_processed(self, stage):
        sha = stage.commit(WEB | JOB)

        found = await dry_run(stage)

        assert (found.state, found.sha, found.previous_sha) == (DryRunState.INGESTED, sha, None)
        assert await changed(stage, found) == {"prod/web": "added", "prod/job": "added"}
        assert announced(stage) == [DryRunIngested.DETAIL_TYPE]

    async def test_the_tip_is_compared_with_what_was_processed_last(self, stage):
        first = stage.commit(WEB | JOB)
        await stage.push()
        stage.commit(a_service("prod/web", image="2") | dict.fromkeys(JOB))

        found = await dry_run(stage)

        assert found.previous_sha == first
        assert await changed(stage, found) == {"prod/web": "modified", "prod/job": "deleted"}

    async def test_nothing_differs_from_what_was_processed_last(self, stage):
        stage.commit(WEB)
        await stage.push()

        assert await changed(stage, await dry_run(stage)) == {}

    async def test_forced_counts_every_object(self, stage):
        stage.commit(WEB)
        await stage.push()

        assert await changed(stage, await dry_run(stage, force=True)) == {"prod/web": "forced"}

    async def test_the_tree_of_a_pull_request_s_branch_is_taken_for_the_branch_s_own(self, stage):
        stage.commit(WEB)
        await stage.push()
        sha = stage.commit(WEB | JOB, branch="feature/job")

        found = await dry_run(stage, head="feature/job")

        assert (found.sha, found.branch) == (sha, BRANCH)
        assert await changed(stage, found) == {"prod/job": "added"}


async def test_nothing_but_the_dry_run_and_its_bodies_is_written(stage):
    stage.commit(WEB)
    await stage.push()
    before = (await stage.commits(), await stage.deployments(), await stage.ledger.branch(REPOSITORY, BRANCH))
    stage.commit(JOB)

    await dry_run(stage)

    after = (await stage.commits(), await stage.deployments(), await stage.ledger.branch(REPOSITORY, BRANCH))
    assert after == before
    assert stage.announced == [1]


@pytest.mark.parametrize(
    ("asked", "because"),
    [
        pytest.param(
            {"repository_url": f"{URL}-2"}, "is not registered: gmctl repo add", id="no such repository"
        ),
        pytest.param({"branch": "dev"}, "registered are: main", id="a branch that is not registered"),
        pytest.param({"head": "gone"}, "gone", id="a head that is not there"),
        pytest.param({"head": "-x"}, "no branch name", id="a head that is no branch's name"),
    ],
)
async def test_what_cannot_be_taken_in_ends_with_the_reason(stage, asked, because):
    stage.commit(WEB)

    found = await dry_run(stage, **asked)

    assert found.state is DryRunState.FAILED
    assert because in found.because
    assert announced(stage) == []


async def test_a_mistake_of_ours_is_told_and_raised(stage):
    async def mistaken(dry_run: DryRun, *, patient: bool) -> Any:
        raise InvariantError("two and two are five")

    await ask(stage)
    step = DryRunStep(
        worker=Worker.INGESTOR,
        ledger=stage.ledger,
        courier=stage.courier(),
        clock=stage.clock,
        ids=stage.ids,
        begins_in=DryRunState.RECEIVED,
        work=mistaken,
    )

    with pytest.raises(InvariantError):
        await step.take(ID, patient=True)

    found = await stage.ledger.dry_run(ID)
    assert (found.state, found.because) == (
        DryRunState.FAILED,
        "Gitmoxi made a mistake: two and two are five",
    )


async def test_delivered_twice_it_is_taken_in_once(stage):
    stage.commit(WEB)
    found = await dry_run(stage)
    stage.commit(JOB)

    assert await step_of(stage).take(ID, patient=True) == found
    assert announced(stage) == [DryRunIngested.DETAIL_TYPE]


async def test_killed_after_its_write_the_sweeper_tells_the_planner(stage):
    stage.commit(WEB)
    await ask(stage)
    stage.ledger.dies_at, stage.ledger.dies_after_the_write = stage.ledger.transactions + 1, True
    with pytest.raises(KilledError):
        await step_of(stage).take(ID, patient=True)
    assert announced(stage) == []

    stage.ledger.dies_at = None
    await stage.courier().sweep(Worker.INGESTOR)

    assert announced(stage) == [DryRunIngested.DETAIL_TYPE]


class TestMessages:
    @pytest.fixture
    async def service(self, stage: Stage) -> AsyncIterator[ShellStandIn]:
        def register(shell: Shell) -> None:
            DryRunHandler(shell=shell, kind=DryRunRequested, step=step_of(stage)).register()

        standin = a_shell(stage.courier(), stage.clock, register)
        async with TestSQSBroker(standin.broker):
            yield standin

    async def test_a_request_is_taken_in_and_its_line_says_so(self, stage, service):
        sha = stage.commit(WEB)
        await ask(stage)

        notes = await service.receive(DryRunRequested.DETAIL_TYPE, {"dryrun_id": ID})

        assert notes == {
            "dry_run": ID,
            "outcome": "INGESTED",
            "because": "1 service object to be looked at.",
            "commit": sha,
        }
        assert service.metrics.counts == [("DryRuns", "INGESTED")]

    async def test_an_unknown_one_is_passed_over(self, service):
        notes = await service.receive(DryRunRequested.DETAIL_TYPE, {"dryrun_id": "dr-none"})

        assert notes["outcome"] == "forgotten"

    async def test_out_of_reach_it_is_put_off_and_then_told(self, stage, service):
        await ask(stage)
        stage.git.set_reachable(URL, reachable=False)

        for attempt in range(len(DELAYS_SECONDS)):
            await service.receive(
                DryRunRequested.DETAIL_TYPE, {"dryrun_id": ID}, headers={"attempt": str(attempt)}
            )
        waiting = await stage.ledger.dry_run(ID)
        last = str(len(DELAYS_SECONDS))
        await service.receive(DryRunRequested.DETAIL_TYPE, {"dryrun_id": ID}, headers={"attempt": last})

        assert waiting.state is DryRunState.RECEIVED
        assert [sent.delay_seconds for sent in service.broker.sent] == list(DELAYS_SECONDS)
        assert [sent.headers["attempt"] for sent in service.broker.sent] == ["1", "2", "3"]
        told = await stage.ledger.dry_run(ID)
        assert (told.state, told.because) == (
            DryRunState.FAILED,
            f"{URL} cannot be read now. Ask again later.",
        )
