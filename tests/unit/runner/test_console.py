"""People see whose line it is, what happened and because of what; routine stays in the log files."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from gitmoxi_gmctl.up.console import RunnerConsole

TICK = {
    "timestamp": "2026-11-22T09:12:03.123456Z",
    "level": "info",
    "event": "message.settled",
    "service": "planner",
    "message": "commit.ingested.v1",
    "outcome": "planned",
    "because": "One of one [bold]deployments[/bold] were planned.",
    "canonical": True,
    "message_id": "m-1",
    "handled_ms": 12,
    "steps": ["plan", "wait"],
    "reason": None,
}


@pytest.fixture
def shown():
    """Shows lines, and gives what then stands on the screen."""

    def show(*entries, verbose=False, colour=False):
        stream = io.StringIO()
        console = Console(
            file=stream, force_terminal=colour, color_system="standard" if colour else None, width=80
        )
        runner = RunnerConsole(console, width=8, verbose=verbose)
        for entry in entries:
            runner.line("planner", entry if isinstance(entry, str) else json.dumps(entry))
        return stream.getvalue()

    return show


def test_an_event_is_one_line_with_its_reason_and_fields(shown):
    line = shown(TICK)
    assert line.count("\n") == 1
    assert line.startswith("planner  | ")
    assert ":12:03 message.settled  One of one [bold]deployments[/bold] were planned." in line
    assert "message=commit.ingested.v1  outcome=planned  steps=plan,wait" in line
    for noise in ("m-1", "handled_ms", "canonical", "reason"):
        assert noise not in line


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"level": "debug"}, id="debug"),
        pytest.param({"_aws": {}}, id="a metric"),
        pytest.param({"outcome": "stale"}, id="a tick in which nothing happened"),
        pytest.param(
            {"message": "gitmoxi.sweep.v1", "woken": 0, "published": 0}, id="a sweep that found nothing"
        ),
        pytest.param({"event": "request.handled", "method": "GET"}, id="somebody looks"),
        pytest.param({"logger": "uvicorn.error"}, id="the web server about itself"),
    ],
)
def test_routine_is_left_to_the_log_files(shown, change):
    assert shown(TICK | change) == ""
    assert shown(TICK | change, verbose=True) != ""


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"message": "gitmoxi.sweep.v1", "woken": 2}, id="a sweep that found something"),
        pytest.param({"event": "request.handled", "method": "POST"}, id="somebody asks for something"),
        pytest.param({"event": "request.handled", "method": "GET", "level": "error"}, id="an error"),
        pytest.param({"outcome": "stale", "level": "warning"}, id="a warning"),
    ],
)
def test_what_people_wait_for_is_shown(shown, change):
    assert shown(TICK | change) != ""


def test_how_a_message_ended_is_shown_when_it_is_unusual(shown):
    usual = shown(TICK | {"settled": "deleted", "receive_count": 1})
    assert "settled=" not in usual
    assert "receive_count" not in usual
    assert "settled=retried  receive_count=3" in shown(TICK | {"settled": "retried", "receive_count": 3})


def test_an_exception_is_shown_with_its_traceback(shown):
    text = shown({"level": "error", "event": "request.failed", "exception": "Traceback:\n  boom"})
    assert "request.failed" in text
    assert "Traceback:\n  boom" in text


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Traceback (most recent call last):", id="a stack trace"),
        pytest.param("{not json", id="nearly JSON"),
        pytest.param("[1, 2]", id="other JSON"),
    ],
)
def test_other_output_is_shown_as_it_is(shown, line):
    assert shown(line) == f"planner  | {line}\n"


def test_a_warning_that_concerns_nobody_is_left_to_the_log_files(shown):
    line = "WARNING kms: cryptography package not installed; KMS Sign/Verify will return errors."
    assert shown(line) == ""
    assert shown(line, verbose=True) == f"planner  | {line}\n"


def test_empty_lines_are_not_shown(shown):
    assert shown("", "   ") == ""


def test_nothing_in_a_log_can_steer_the_terminal(shown):
    text = shown(TICK | {"because": "\x1b]0;owned\x07", "commit": "\x1b[2J"}, "\x1b[31mraw")
    assert "\x1b" not in text
    assert "\x07" not in text


def test_each_process_keeps_its_colour():
    stream = io.StringIO()
    runner = RunnerConsole(Console(file=stream, force_terminal=True, color_system="standard"), width=3)
    for name in ("a", "b", "a"):
        runner.line(name, "x")
    first, second, third = stream.getvalue().splitlines()
    assert first == third
    assert first.replace("a", "b", 1) != second


def test_a_death_says_how_and_what_happens_next():
    stream = io.StringIO()
    RunnerConsole(Console(file=stream, width=80, force_terminal=False), width=7).died("planner", -9, 2, 0.5)
    assert stream.getvalue() == "planner | was killed by SIGKILL: restart 2 in 0.5 s\n"
