"""From messages to plans; what cannot be done now uses up no receive of its message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import structlog

from faststream_sqs import TestSQSBroker
from gitmoxi.adapters.memory.messaging import MemoryWaker
from gitmoxi.contracts.messages import (
    CommandGiven,
    CommitIngested,
    DeploymentRequested,
    RequestKind,
    Sweep,
    Tick,
)
from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.domain.deployments import Command, CommandKind, Deployment
from gitmoxi.domain.records import CommitStatus
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import InvariantError, ThrottledError, UnavailableError
from gitmoxi.ports.ledger import PutCommand, PutCommit
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi_planner.handlers import Handlers
from tests.unit.ingestor.shell import ShellStandIn, a_shell
from tests.unit.ingestor.stage import BRANCH, REPOSITORY
from tests.unit.planner.stage import PlannerStage, ecs_files, gone

WEB = ecs_files("prod/web", "web")
COMMIT = {"repository_id": REPOSITORY, "branch": BRANCH, "seq": 1}


@pytest.fixture
def waker() -> MemoryWaker:
    return MemoryWaker()


@pytest.fixture
async def service(stage: PlannerStage, waker: MemoryWaker) -> AsyncIterator[ShellStandIn]:
    def register(shell: Shell) -> None:
        sweeper = Sweeper(worker=Worker.PLANNER, ledger=stage.ledger, waker=waker, courier=stage.courier())
        handlers = Handlers(
            shell=shell,
            planner=stage.planner(),
            sweeper=sweeper,
            drift=stage.drift_rounds(),
            ledger=stage.ledger,
        )
        handlers.register()

    standin = a_shell(stage.courier(), stage.clock, register)
    async with TestSQSBroker(standin.broker):
        yield standin


def tick(deployment_id: str) -> dict:
    return Tick(deployment_id=deployment_id, version=1, worker=Worker.PLANNER).model_dump(mode="json")


async def test_an_ingested_commit_is_planned_and_its_line_says_so(stage, service):
    await stage.ingest(WEB)

    notes = await service.receive(CommitIngested.DETAIL_TYPE, COMMIT)

    (commit,) = await stage.commits()
    assert notes == {
        "outcome": "planned",
        "because": "1 deployment: 1 waits.",
        "worker": "planner",
        "commit": commit.sha,
        "seq": 1,
    }
    assert service.metrics.counts == [("Commits", "planned")]
    assert service.broker.sent == []


@pytest.mark.parametrize(
    ("attempt", "delay"), [({}, 5), ({"attempt": "2"}, 10), ({"attempt": "99"}, 60), ({"attempt": "x"}, 5)]
)
async def test_a_throttled_commit_is_put_off_with_growing_delays(stage, service, attempt, delay):
    await stage.ingest(WEB)
    stage.ecs.faults["web"] = [ThrottledError("ecs:DescribeServices was throttled")]

    notes = await service.receive(CommitIngested.DETAIL_TYPE, COMMIT, headers=attempt)

    (sent,) = service.broker.sent
    assert (sent.detail_type, sent.delay_seconds) == (CommitIngested.DETAIL_TYPE, delay)
    assert sent.body == CommitIngested(**COMMIT)
    assert notes == {
        "outcome": "put off",
        "because": "ecs:DescribeServices was throttled",
        "retry_seconds": delay,
    }


async def test_what_was_put_off_is_planned_when_it_comes_back(stage, service):
    await stage.ingest(WEB)
    stage.ecs.faults["web"] = [ThrottledError("slow down")]
    await service.receive(CommitIngested.DETAIL_TYPE, COMMIT)
    stage.clock.advance(5)

    await service.receive(CommitIngested.DETAIL_TYPE, COMMIT, headers=service.broker.sent[0].headers)

    assert (await stage.of(1))["prod/web"].state is State.WAITING


async def test_a_store_that_is_down_puts_the_commit_off_too(stage, service):
    async def down(*_):
        raise UnavailableError("the store is down")

    stage.ledger.commit = down

    await service.receive(CommitIngested.DETAIL_TYPE, COMMIT)

    assert len(service.broker.sent) == 1


async def test_a_bug_is_left_to_the_queue(service):
    with pytest.raises(InvariantError):
        await service.receive(CommitIngested.DETAIL_TYPE, COMMIT)

    assert service.broker.sent == []


async def test_a_wake_plans_the_commit(stage, service):
    await stage.ingest(WEB)
    head = (await stage.of(1))["prod/web"]

    assert (await service.receive(Tick.DETAIL_TYPE, tick(head.id)))["outcome"] == "planned"


async def test_scenario_18_a_wake_that_meets_a_spoilt_record_sets_it_aside(stage, service, waker):
    await stage.ingest(WEB | ecs_files("prod/other", "other"))
    heads = await stage.of(1)
    spoilt = heads["prod/web"].id
    stage.ledger.spoilt.add(spoilt)

    notes = await service.receive(Tick.DETAIL_TYPE, tick(spoilt))
    await service.receive(Tick.DETAIL_TYPE, tick(heads["prod/other"].id))
    stage.clock.advance(60)
    await service.receive(Sweep.DETAIL_TYPE, {})

    assert notes["outcome"] == "quarantined"
    assert waker.wakes == []
    assert (await stage.of(1))["prod/other"].state is State.WAITING


async def test_a_wake_that_meets_a_throttle_ends_and_the_sweeper_wakes_again(stage, service, waker):
    await stage.ingest(WEB)
    head = (await stage.of(1))["prod/web"]
    stage.ecs.faults["web"] = [ThrottledError("slow down")]

    notes = await service.receive(Tick.DETAIL_TYPE, tick(head.id))

    assert notes == {"outcome": "retry", "because": "slow down"}
    assert service.broker.sent == []
    stage.clock.advance(60)
    await service.receive(Sweep.DETAIL_TYPE, {})
    (wake,) = waker.wakes
    await service.receive(Tick.DETAIL_TYPE, wake.tick.model_dump(mode="json"))
    assert (await stage.of(1))["prod/web"].state is State.WAITING


async def test_a_sweep_that_meets_an_outage_ends_and_the_next_one_comes(stage, service):
    async def down(*_):
        raise UnavailableError("the store is down")

    stage.ledger.due = down

    assert await service.receive(Sweep.DETAIL_TYPE, {}) == {
        "outcome": "retry",
        "because": "the store is down",
    }


class TestHeld:
    """A deletion that waits for approval, and the answer to it."""

    @pytest.fixture
    async def strict(self, stage: PlannerStage) -> None:
        """Every deletion needs approval."""
        stage.delete_limits = DeleteLimits(at_most=0, percent=0)
        for head in (await stage.deploy({**WEB, **ecs_files("prod/stays", "stays")})).values():
            await stage.finish(head)

    @pytest.fixture
    async def held(self, stage: PlannerStage, strict: None) -> Deployment:
        return (await stage.deploy(gone(WEB)))["prod/web"]

    @staticmethod
    async def approved(stage: PlannerStage, held: Deployment) -> dict:
        command = Command(
            id="01", deployment_id=held.id, kind=CommandKind.APPROVE, by="ada", at=stage.clock.now()
        )
        await stage.ledger.transact([PutCommand(command=command)])
        given = CommandGiven(deployment_id=held.id, version=2, worker=Worker.PLANNER, command_id="01")
        return given.model_dump(mode="json")

    async def test_an_approval_is_answered_and_its_line_says_so(self, stage, held, service):
        notes = await service.receive(CommandGiven.DETAIL_TYPE, await self.approved(stage, held))

        assert notes["outcome"] == "answered"
        assert notes["because"].endswith("ada approved that.")
        assert (await stage.ledger.deployment(held.id)).state is State.WAITING

    async def test_an_approval_that_meets_a_throttle_is_put_off(self, stage, held, service):
        stage.ecs.faults["web"] = [ThrottledError("slow down")]
        body = await self.approved(stage, held)

        await service.receive(CommandGiven.DETAIL_TYPE, body)

        (sent,) = service.broker.sent
        assert (sent.detail_type, sent.delay_seconds) == (CommandGiven.DETAIL_TYPE, 5)
        assert sent.body == CommandGiven(**body)

    async def test_that_it_is_held_is_a_warning(self, stage, strict, service):
        seq = await stage.ingest(gone(WEB))

        with structlog.testing.capture_logs() as logs:
            await service.receive(CommitIngested.DETAIL_TYPE, COMMIT | {"seq": seq})

        (entry,) = [entry for entry in logs if entry["event"] == "deployment.held"]
        assert (entry["log_level"], entry["state"]) == ("warning", "HELD")
        assert ("Deployments", "HELD") in service.metrics.counts


class TestEnded:
    """Deployments that get no further than the planner are told one by one."""

    @pytest.fixture
    def logs(self):
        with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as entries:
            yield entries

    @staticmethod
    def ended(logs: list) -> list[tuple[str, str, str]]:
        return [
            (entry["log_level"], entry["prefix"], entry["state"])
            for entry in logs
            if entry["event"] == "deployment.ended"
        ]

    async def test_a_failure_is_a_warning_with_its_reason_bound_to_the_message(self, stage, service, logs):
        await stage.ingest({**WEB, **ecs_files("prod/bad", "bad"), "prod/bad_svcdef.json": "{"})

        notes = await service.receive(CommitIngested.DETAIL_TYPE, COMMIT)

        assert notes["because"] == "2 deployments: 1 waits, 1 failed."
        head = (await stage.of(1))["prod/bad"]
        (entry,) = [entry for entry in logs if entry["event"] == "deployment.ended"]
        assert entry["message_id"]
        assert entry["correlation_id"]
        del entry["message_id"], entry["correlation_id"]
        assert entry == {
            "event": "deployment.ended",
            "log_level": "warning",
            "deployment": head.id,
            "prefix": "prod/bad",
            "state": "FAILED",
            "because": head.because,
        }
        assert service.metrics.counts == [("Deployments", "FAILED"), ("Commits", "planned")]

    async def test_what_is_taken_out_of_the_line_is_told_and_no_warning(self, stage, service, logs):
        await stage.deploy(WEB)
        await stage.ingest(ecs_files("prod/web", "web", "web:2"))

        notes = await service.receive(CommitIngested.DETAIL_TYPE, COMMIT | {"seq": 2})

        assert notes["because"] == "1 deployment: 1 waits."
        assert self.ended(logs) == [("info", "prod/web", "SUPERSEDED")]

    async def test_those_of_an_earlier_commit_are_told_too(self, stage, service, logs):
        await stage.ingest({**ecs_files("prod/bad", "bad"), "prod/bad_svcdef.json": "{"})
        await stage.ingest(WEB)

        notes = await service.receive(CommitIngested.DETAIL_TYPE, COMMIT | {"seq": 2})

        assert notes["because"] == "1 deployment: 1 waits."
        assert self.ended(logs) == [("warning", "prod/bad", "FAILED")]

    async def test_a_failure_is_told_although_another_deployment_has_to_wait_for_aws(
        self, stage, service, logs
    ):
        await stage.ingest({**WEB, **ecs_files("prod/bad", "bad"), "prod/bad_svcdef.json": "{"})
        stage.ecs.faults["web"] = [ThrottledError("slow down")]

        await service.receive(CommitIngested.DETAIL_TYPE, COMMIT)
        assert self.ended(logs) == [("warning", "prod/bad", "FAILED")]
        stage.clock.advance(5)
        notes = await service.receive(CommitIngested.DETAIL_TYPE, COMMIT)

        assert notes["because"] == "2 deployments: 1 waits, 1 planned before."
        assert len(self.ended(logs)) == 1

    async def test_a_wake_for_a_commit_that_came_to_nothing_tells_its_end(self, stage, service, logs):
        await stage.ingest(WEB)
        (commit,) = await stage.commits()
        failed = replace(commit, status=CommitStatus.FAILED, because="It could not be read.")
        await stage.ledger.transact([PutCommit(commit=failed)])
        head = (await stage.of(1))["prod/web"]

        await service.receive(Tick.DETAIL_TYPE, tick(head.id))

        assert self.ended(logs) == [("warning", "prod/web", "FAILED")]


class TestRequests:
    """What people ask for arrives as a message of its own."""

    @pytest.fixture
    async def request_(self, stage) -> DeploymentRequested:
        head = (await stage.deploy(WEB))["prod/web"]
        await stage.finish(head)
        stage.ecs.run(WEB["prod/web_svcdef.json"], WEB["prod/web_taskdef.json"])
        return DeploymentRequested(
            kind=RequestKind.ROLLBACK,
            target=head.target.id,
            deployment_id=head.id,
            new_deployment_id="d-new",
            by="ada",
        )

    async def test_a_request_is_planned_and_its_line_says_why(self, service, request_):
        notes = await service.receive(request_.DETAIL_TYPE, request_.model_dump(mode="json"))

        assert notes["outcome"] == "planned"
        assert notes["because"].startswith("ada asked to go back to the revision of ")
        assert service.broker.sent == []

    async def test_what_cannot_be_planned_now_is_put_off(self, stage, service, request_):
        stage.ecs.faults["web"] = [ThrottledError("slow down")]
        await service.receive(request_.DETAIL_TYPE, request_.model_dump(mode="json"))

        (sent,) = service.broker.sent
        assert (sent.detail_type, sent.body) == (request_.DETAIL_TYPE, request_)

    async def test_what_names_nothing_is_refused_and_not_repeated(self, service, request_):
        lost = request_.model_copy(update={"deployment_id": "d-x"})
        notes = await service.receive(lost.DETAIL_TYPE, lost.model_dump(mode="json"))

        assert (notes["outcome"], notes["because"]) == ("refused", "There is no deployment d-x.")
        assert service.broker.sent == []
