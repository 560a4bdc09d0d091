"""A process runs its components until a signal, stops them in order, and its exit code says how it went."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest
import structlog

from gitmoxi.runtime.lifecycle import StartStop, run_until_signal


class Journal(list):
    """What happened, in order; one can wait until so much has happened."""

    def __init__(self):
        super().__init__()
        self._grew = asyncio.Event()

    def append(self, entry):
        super().append(entry)
        self._grew.set()

    async def length(self, wanted):
        while len(self) < wanted:
            self._grew.clear()
            await self._grew.wait()


class Part:
    """A component that notes what it does."""

    def __init__(self, name, journal, *, fails=None, ends=False, deaf=False):
        self.name = name
        self.journal = journal
        self.fails, self.ends, self.deaf = fails, ends, deaf

    async def run(self, stop):
        self.journal.append(f"{self.name} runs")
        if self.fails:
            raise self.fails
        if self.ends:
            return
        await stop.wait()
        if self.deaf:
            self.journal.append(f"{self.name} does not listen")
            await asyncio.Event().wait()
        self.journal.append(f"{self.name} stops")


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def events():
    with structlog.testing.capture_logs() as captured:
        yield captured


def send_when_running(number, journal, parts):
    async def wait_and_send():
        await journal.length(parts)
        os.kill(os.getpid(), number)

    return asyncio.create_task(wait_and_send())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_last_component_first(journal, events, number):
    sent = send_when_running(number, journal, 2)
    code = await run_until_signal([Part("shipper", journal), Part("broker", journal)])
    await sent
    assert code == 0
    assert journal == ["shipper runs", "broker runs", "broker stops", "shipper stops"]
    assert events[0] == {"event": "process.stopping", "log_level": "info", "signal": number.name}


async def test_a_component_that_fails_ends_the_process_with_1(journal, events):
    parts = [Part("shipper", journal), Part("broker", journal, fails=RuntimeError("no queue"))]
    assert await run_until_signal(parts) == 1
    assert journal[-1] == "shipper stops", "the others wind up all the same"
    (failure,) = [event for event in events if event["event"] == "component.failed"]
    assert failure["component"] == "broker"
    assert str(failure["exc_info"]) == "no queue"


async def test_a_component_that_ends_by_itself_ends_the_process_with_1(journal, events):
    assert await run_until_signal([Part("broker", journal, ends=True)]) == 1
    assert "component.ended_by_itself" in [event["event"] for event in events]


async def test_a_component_that_does_not_stop_is_cancelled(journal, events):
    sent = send_when_running(signal.SIGTERM, journal, 2)
    parts = [Part("shipper", journal), Part("broker", journal, deaf=True)]
    assert await run_until_signal(parts, stop_timeout_seconds=0.02) == 1
    await sent
    assert journal[-1] == "shipper stops"
    assert "component.stop_timed_out" in [event["event"] for event in events]


async def test_a_second_signal_ends_at_once(journal, events):
    async def twice():
        await send_when_running(signal.SIGTERM, journal, 1)
        await journal.length(2)
        os.kill(os.getpid(), signal.SIGINT)

    sent = asyncio.create_task(twice())
    async with asyncio.timeout(5):
        code = await run_until_signal([Part("broker", journal, deaf=True)])
    await sent
    assert code == 128 + signal.SIGINT


async def test_something_that_starts_and_stops_is_a_component(journal, events):
    async def start():
        journal.append("started")

    async def stop():
        journal.append("stopped")

    sent = send_when_running(signal.SIGTERM, journal, 1)
    assert await run_until_signal([StartStop(name="broker", start=start, stop=stop)]) == 0
    await sent
    assert journal == ["started", "stopped"]


def test_the_exit_code_reaches_the_operating_system():
    program = """
import asyncio, os, signal
from gitmoxi.runtime.lifecycle import StartStop, run_until_signal
async def start(): os.kill(os.getpid(), signal.SIGTERM)
async def stop(): pass
raise SystemExit(asyncio.run(run_until_signal([StartStop(name="one", start=start, stop=stop)])))
"""
    finished = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, timeout=60)
    assert finished.returncode == 0, finished.stderr
