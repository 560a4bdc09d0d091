"""The tick: whatever happens between its edges, each call is made once and the end is right."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from gitmoxi.adapters.memory.leases import MemoryLeaseStore
from gitmoxi.domain.deployments import Command, CommandKind
from gitmoxi.domain.states import State, Status, Worker
from gitmoxi.errors import AwsRejectedError, OutcomeUnknownError, ThrottledError, UnavailableError
from gitmoxi.ports.ledger import PutCommand
from tests.unit.workflow.stage import CALLS, START, TARGET, KilledError, Stage

EDGES = ("commit.before_publish", "tick.after_commit", "tick.after_act", "tick.after_record")


async def run_to_the_end(stage: Stage, name: str = "d-1") -> None:
    """Deliver every wake in order, moving time to it, until the deployment ends."""
    ticker = stage.worker()
    await ticker.tick(name, (await stage.head(name)).version)
    while not (await stage.head(name)).state.terminal:
        assert stage.waker.wakes, f"nothing will wake {name}, which is {(await stage.head(name)).state}"
        wake = stage.waker.wakes.pop(0)
        stage.clock.advance(wake.delay_seconds)
        await ticker.tick(wake.tick.deployment_id, wake.tick.version)


async def test_a_waiting_deployment_takes_the_slot_and_runs_to_its_end() -> None:
    stage = Stage()
    await stage.place("d-1")

    report = await stage.worker().tick("d-1", 1)

    assert report.outcome == "moved"
    assert [name for name, _ in stage.cloud.made] == list(CALLS)
    head = await stage.head("d-1")
    assert (head.state, head.next_at, head.because) == (State.SUCCEEDED, None, "All calls are made.")
    assert head.before is not None
    assert await stage.bodies.get(head.before) == b"before"
    record = await stage.ledger.target(TARGET)
    assert (record.active_id, record.waiting_id) == (None, None)


async def test_every_step_is_recorded_with_its_reason_and_told_to_the_bus() -> None:
    stage = Stage()
    await stage.place("d-1")
    await stage.worker().tick("d-1", 1)

    steps = await stage.ledger.steps("d-1")

    assert [step.name for step in steps] == ["take the slot", *CALLS, "finish"]
    assert all(step.because for step in steps)
    assert [event.detail_type for event in stage.publisher.published] == [
        *["deployment.step.completed.v1"] * 4,
        "deployment.succeeded.v1",
    ]


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("occasion", range(1, 6))
async def test_a_kill_at_any_edge_repeats_no_call_and_loses_nothing(edge: str, occasion: int) -> None:
    stage = Stage()
    await stage.place("d-1")
    seen = 0

    def kill(name: str) -> None:
        nonlocal seen
        seen += name == edge
        if name == edge and seen == occasion:
            raise KilledError

    dying = stage.worker("dying", edge=kill)
    killed = False
    try:
        await dying.tick("d-1", 1)
    except KilledError:
        killed = True
    assert killed == (seen >= occasion)

    stage.clock.advance(3600)
    heir = stage.worker("heir")
    await stage.sweeper().sweep(stage.clock.now())
    for _ in range(2):
        while stage.waker.wakes:
            wake = stage.waker.wakes.pop(0)
            stage.clock.advance(wake.delay_seconds + 60)
            await heir.tick(wake.tick.deployment_id, wake.tick.version)
        await stage.sweeper().sweep(stage.clock.now())

    assert [name for name, _ in stage.cloud.made] == list(CALLS)
    assert (await stage.head("d-1")).state is State.SUCCEEDED
    told = [event.id for event in stage.publisher.published]
    assert len(set(told)) == 5, "each fact is told, at least once"


async def test_eight_workers_on_one_deployment_make_each_call_once() -> None:
    stage = Stage()
    await stage.place("d-1")

    reports = await asyncio.gather(*(stage.worker(str(n)).tick("d-1", 1) for n in range(8)))

    assert sorted(report.outcome for report in reports).count("busy") == 7
    assert [name for name, _ in stage.cloud.made] == list(CALLS)


async def test_duplicates_and_stale_wakes_are_dropped() -> None:
    stage = Stage(pause=timedelta(minutes=5))
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)
    wakes = len(stage.waker.wakes)

    outcomes = [(await ticker.tick("d-1", version)).outcome for version in (1, 2, 1, 3)]

    assert set(outcomes) == {"stale"}
    assert len(stage.waker.wakes) == wakes
    assert (await ticker.tick("d-404", 1)).outcome == "unknown"


async def test_a_finished_deployment_stays_finished() -> None:
    stage = Stage()
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)

    assert (await ticker.tick("d-1", 1)).outcome == "ended"
    assert (await ticker.tick("d-1", None)).outcome == "ended"
    assert len(stage.cloud.made) == len(CALLS)


async def test_an_event_that_changes_nothing_leaves_the_record_and_its_wake_alone() -> None:
    stage = Stage(pause=timedelta(minutes=5))
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)
    head, wakes = await stage.head("d-1"), list(stage.waker.wakes)

    report = await ticker.tick("d-1", None)

    assert report.outcome == "waits"
    assert await stage.head("d-1") == head
    assert stage.waker.wakes == wakes


async def test_the_deployments_own_wake_renews_its_wait() -> None:
    stage = Stage(pause=timedelta(minutes=5))
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)
    [wake] = stage.waker.wakes
    version = (await stage.head("d-1")).version

    await ticker.tick("d-1", wake.tick.version)

    head = await stage.head("d-1")
    assert head.version == version + 1
    assert head.next_at == START + timedelta(minutes=5)
    assert stage.waker.wakes[-1].tick.version == head.version


async def test_scenario_39_a_clock_that_jumps_shortens_no_wait() -> None:
    stage = Stage(pause=timedelta(minutes=5))
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)
    made = len(stage.cloud.made)

    lease_holder = stage.worker("other")  # its own host's clock may say anything: only the server's counts
    assert (await lease_holder.tick("d-1", None)).outcome == "waits"
    assert len(stage.cloud.made) == made


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(ThrottledError("slow down"), id="throttled"),
        pytest.param(UnavailableError("503"), id="unavailable"),
    ],
)
async def test_a_throttle_or_an_outage_is_waited_out(fault: Exception) -> None:
    stage = Stage()
    stage.cloud.faults["second"] = [fault] * 20
    await stage.place("d-1")

    await run_to_the_end(stage)

    assert (await stage.head("d-1")).state is State.SUCCEEDED
    assert [name for name, _ in stage.cloud.made] == list(CALLS)


async def test_a_lost_reply_is_looked_for_and_adopted() -> None:
    stage = Stage()
    stage.cloud.reply_lost = {"second"}
    stage.cloud.faults["second reply"] = [OutcomeUnknownError("connection reset")]
    await stage.place("d-1")

    await run_to_the_end(stage)

    assert [name for name, _ in stage.cloud.made] == list(CALLS)


async def test_a_refusal_after_a_change_is_handed_over_to_rollback_with_the_slot() -> None:
    stage = Stage()
    refusal = AwsRejectedError(operation="toy:second", code="ClientException", reason="no such thing")
    stage.cloud.faults["second"] = [refusal]
    await stage.place("d-1")

    await stage.worker().tick("d-1", 1)

    head = await stage.head("d-1")
    assert (head.state, head.owner, head.ending) == (State.ROLLING_BACK, Worker.ROLLBACK, State.ROLLED_BACK)
    assert head.cause == "toy:second was refused by AWS: ClientException: no such thing"
    assert (await stage.ledger.target(TARGET)).active_id == "d-1"
    assert stage.publisher.published[-1].detail_type == "deployment.rollback.requested.v1"
    assert (await stage.worker().tick("d-1", head.version)).outcome == "foreign"


async def test_the_next_in_line_waits_and_is_told_when_the_slot_is_free() -> None:
    stage = Stage(pause=timedelta(minutes=5))
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)
    await stage.place("d-2", seq=2)

    waiting = await ticker.tick("d-2", 1)
    assert waiting.because == f"{TARGET} is being moved by d-1; this deployment is next."
    stage.clock.advance(301)
    await ticker.tick("d-1", (await stage.head("d-1")).version)

    freed = [e for e in stage.publisher.published if e.detail_type == "deployment.slot.freed.v1"]
    assert len(freed) == 1
    assert '"deployment_id":"d-2"' in freed[0].detail
    await ticker.tick("d-2", (await stage.head("d-2")).version)
    assert (await stage.head("d-2")).state is not State.WAITING


async def test_a_deployment_that_lost_its_place_never_starts() -> None:
    stage = Stage()
    await stage.place("d-1")
    await stage.place("d-2", seq=2)  # took the place in the line

    await stage.worker().tick("d-1", 1)

    assert (await stage.head("d-1")).state is State.WAITING
    assert stage.cloud.made == []


async def give(stage: Stage, kind: CommandKind, number: int = 1) -> None:
    command = Command(id=f"{number:026d}", deployment_id="d-1", kind=kind, by="ada", at=stage.clock.now())
    await stage.ledger.transact([PutCommand(command=command)])


async def test_an_abort_in_mid_deployment_is_undone_and_ends_cancelled() -> None:
    stage = Stage(pause=timedelta(minutes=5))
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)
    await give(stage, CommandKind.ABORT)

    await ticker.tick("d-1", None)

    head = await stage.head("d-1")
    assert (head.state, head.ending, head.because) == (
        State.ROLLING_BACK,
        State.CANCELLED,
        "Aborted by ada.",
    )


async def test_an_abort_in_the_line_cancels_and_clears_the_place() -> None:
    stage = Stage()
    await stage.place("d-1", active="d-0")
    await give(stage, CommandKind.ABORT)

    await stage.worker().tick("d-1", 1)

    assert (await stage.head("d-1")).state is State.CANCELLED
    assert (await stage.ledger.target(TARGET)).waiting_id is None
    assert stage.cloud.made == []


async def test_pause_holds_and_resume_goes_on() -> None:
    stage = Stage(pause=timedelta(minutes=5))
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)
    await give(stage, CommandKind.PAUSE, 1)
    await ticker.tick("d-1", None)
    paused = await stage.head("d-1")
    stage.clock.advance(3600)
    await ticker.tick("d-1", paused.version)
    assert (await stage.head("d-1")).state is State.PAUSED

    await give(stage, CommandKind.RESUME, 2)
    await ticker.tick("d-1", None)

    assert (await stage.head("d-1")).state is State.SUCCEEDED
    assert (await stage.head("d-1")).state.status is Status.PROCESSED_SUCCESS


async def test_a_command_that_means_nothing_is_answered_once() -> None:
    stage = Stage(pause=timedelta(minutes=5))
    await stage.place("d-1")
    ticker = stage.worker()
    await ticker.tick("d-1", 1)
    await give(stage, CommandKind.RESUME)

    await ticker.tick("d-1", None)
    await ticker.tick("d-1", None)

    answers = [s for s in await stage.ledger.steps("d-1") if "means nothing" in s.because]
    assert [s.because for s in answers] == ["resume by ada means nothing while RUNNING."]


async def test_a_crashed_worker_lease_is_taken_over_only_after_it_stood_still_for_its_ttl() -> None:
    stage = Stage()
    await stage.place("d-1")

    def kill(name: str) -> None:
        if name == "tick.after_act":
            raise KilledError

    with pytest.raises(KilledError):
        await stage.worker("frozen", edge=kill).tick("d-1", 1)
    # a kill leaves no chance to release: put the lease back as the dead process held it
    row = stage.ledger.leases[TARGET.id]
    stage.ledger.leases[TARGET.id] = type(row)(owner="frozen", epoch=row.epoch, nonce=row.nonce)

    heir = stage.worker("heir")
    version = (await stage.head("d-1")).version
    assert (await heir.tick("d-1", version)).outcome == "busy"
    stage.clock.advance(44)
    assert (await heir.tick("d-1", version)).outcome == "busy"
    stage.clock.advance(1)
    assert (await heir.tick("d-1", version)).outcome == "moved"
    assert [name for name, _ in stage.cloud.made] == list(CALLS)


async def test_a_storm_of_events_on_a_busy_target_asks_for_one_look() -> None:
    stage = Stage()
    await stage.place("d-1")
    held = MemoryLeaseStore(stage.ledger, stage.clock)
    await held.take(TARGET, owner="other", nonce="n", seen=None)
    ticker = stage.worker()

    outcomes = [(await ticker.tick("d-1", None)).outcome for _ in range(10)]

    assert set(outcomes) == {"busy"}
    assert [(wake.tick.version, wake.delay_seconds) for wake in stage.waker.wakes] == [(None, 2)]
    stage.clock.advance(2)
    await ticker.tick("d-1", None)
    assert len(stage.waker.wakes) == 2, "an event after that look may have brought something new"


async def test_a_throttled_deployment_comes_back_when_its_turn_is_and_the_sweeper_does_not_disturb_it() -> (
    None
):
    stage = Stage()
    await stage.place("d-1")
    stage.cloud.faults["first"] = [ThrottledError("too many", retry_after_seconds=40.0)]
    ticker = stage.worker()

    assert (await ticker.tick("d-1", 1)).outcome == "retry"
    assert [wake.delay_seconds for wake in stage.waker.wakes] == [40.0]
    head = await stage.head("d-1")
    stage.clock.advance(30)
    assert (await ticker.tick("d-1", head.version)).outcome == "put off"
    assert len(stage.waker.wakes) == 1
    stage.clock.advance(10)
    assert (await ticker.tick("d-1", head.version)).outcome == "moved"

    assert [name for name, _ in stage.cloud.made] == list(CALLS)


async def test_a_command_is_obeyed_although_the_turn_with_aws_has_not_come() -> None:
    stage = Stage()
    await stage.place("d-1")
    stage.cloud.faults["first"] = [ThrottledError("too many", retry_after_seconds=40.0)]
    ticker = stage.worker()
    await ticker.tick("d-1", 1)

    assert (await ticker.tick("d-1", None)).outcome == "moved"
