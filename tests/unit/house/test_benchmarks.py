"""The benchmarks are run by hand, so their loops are kept alive here, in small.

Not so the whole of ``real_processes``: an installation takes most of a minute to start, deploy and stop.
What it reads from the journal is tested here, the installation that it measures by tests/e2e.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest
import structlog

from gitmoxi_local.journal import JournalEntry
from tests.benchmark import (
    fleet_reads,
    function_calls,
    planning,
    pooled_rendering,
    pushes,
    real_processes,
    rolling_calls,
    throttled,
    ticking,
    webhooks,
)
from tests.benchmark.measuring import Figure, compare
from tests.benchmark.simulated_time import LoopClock, simulated


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Benchmarks log errors only."""
    yield
    structlog.reset_defaults()


def test_both_loops_run_in_turns_and_the_ratio_is_ours_to_the_bare_one():
    calls = []

    measured = compare(
        "x",
        lambda: calls.append("ours"),
        lambda: calls.append("bare"),
        compared_with="y",
        unit="z",
        count=4,
        rounds=2,
    )

    assert calls == ["ours", "bare"] * 3
    assert measured.as_json()["count"] == 4
    assert measured.ratio == measured.ours_seconds / measured.bare_seconds


def test_a_tree_is_planned_whole_and_in_part():
    counts = [measured.count for measured in planning.measure(objects=3, changed=1)]

    assert counts == [3, 3, 1]


def test_objects_are_rendered_in_process_and_through_the_pool():
    names = [measured.name for measured in pooled_rendering.measure(objects=2)]

    assert names == ["render.in-process", "render.through-the-pool"]


def test_webhooks_are_answered_beside_a_bare_route():
    names = [measured.name for measured in webhooks.measure(count=2)]

    assert names == ["webhook.answers", "webhook.p99"]


def test_pushes_over_three_ingestors_lose_none():
    figure = pushes.measure(count=30, commits=3)

    assert (figure.parts["lost"], figure.parts["taken in"] > 0) == (0, True)


def test_a_figure_stands_beside_its_aim_with_its_parts():
    figure = Figure(name="x", value=1.23456, unit="calls", aim=2, parts=Counter(b=2, a=1))

    assert figure.as_json() == {
        "name": "x",
        "value": 1.235,
        "unit": "calls",
        "aim": 2,
        "parts": {"a": 1, "b": 2},
    }
    assert str(figure) == "x: 1.235 calls, the aim is 2 (a 1, b 2)"


def test_hours_of_simulated_time_pass_at_once_and_in_order():
    async def sleepers() -> list[float]:
        clock = LoopClock(asyncio.get_running_loop())
        woken: list[float] = []

        async def sleeper(seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append(round(clock.monotonic()))

        await asyncio.gather(*map(sleeper, (7200, 60, 3600)))
        return woken

    assert simulated(sleepers) == [60, 3600, 7200]


def test_a_simulation_in_which_nothing_can_happen_any_more_ends_with_an_error():
    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="nothing is left"):
        simulated(forever)


def test_a_rolling_deployment_takes_few_calls_with_events_and_not_many_without():
    with_events, polling = rolling_calls.measure()

    assert with_events.value <= with_events.aim
    assert polling.value <= polling.aim


def test_a_function_takes_few_calls():
    create, update = function_calls.measure()

    assert create.value <= create.aim
    assert update.value <= update.aim


def test_reads_of_many_services_are_shared():
    idle, events, polling = fleet_reads.measure(services=20, seconds=120)

    assert idle.value == 0
    assert events.value <= polling.value < 20 / 30


def test_deployments_that_are_throttled_take_little_longer_than_the_buckets():
    [figure] = throttled.measure(deployments=40)

    assert figure.value <= 1.6  # a short line: its first and last seconds weigh much
    assert figure.parts["failed"] == 0


def test_a_ticks_looks_are_compared_with_the_bare_calls():
    assert ticking.measure(ticks=5).count == 5


def test_the_way_of_a_push_is_what_each_carrier_does_until_it_hands_over():
    entries = [
        called("LOCALINGESTOR1", "sqs", "ReceiveMessage"),
        called("LOCALINGESTOR1", "s3", "PutObject"),
        called("LOCALROLLBACK1", "dynamodb", "Query"),
        called("LOCALINGESTOR1", "events", "PutEvents"),
        called("LOCALPLANNER1", "dynamodb", "GetItem"),
        called("LOCALINGESTOR1", "dynamodb", "DeleteItem"),
        called("LOCALPLANNER1", "events", "PutEvents"),
        called("LOCALECSDEPLOYER1", "dynamodb", "TransactWriteItems"),
        called("LOCALECSDEPLOYER1", "events", "PutEvents"),
        called("LOCALECSDEPLOYER1", "dynamodb", "DeleteItem"),
    ]

    assert list(real_processes.path_of(entries)) == [
        *("hop", "s3.PutObject"),
        *("hop", "dynamodb.GetItem"),
        *("hop", "dynamodb.TransactWriteItems", "dynamodb.DeleteItem"),
    ]


def called(caller: str, service: str, action: str) -> JournalEntry:
    return JournalEntry(
        seq=1,
        time="2026-01-01T00:00:00+00:00",
        caller=caller,
        account="",
        region="",
        service=service,
        action=action,
        mutation=False,
        params_digest="",
        params={},
        status=200,
        error=None,
        fault=None,
        replied=True,
        duration_ms=1.0,
    )
