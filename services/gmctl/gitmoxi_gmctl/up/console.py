"""What the runner shows of its processes: a line for each event, with whose it is and because of what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from gitmoxi.domain.plain_text import plain
from gitmoxi_gmctl.up.specs import parse_entry
from gitmoxi_gmctl.up.supervisor import describe_exit

_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_magenta", "bright_green")
_LEVELS: Mapping[str, str] = {"warning": "yellow", "error": "red", "critical": "bold red"}
_SAID_ELSEWHERE = frozenset(
    {"timestamp", "level", "event", "service", "because", "canonical", "logger", "exception", "color_message"}
)
_FOR_MACHINES = frozenset(
    {
        "message_id",
        "correlation_id",
        "request_id",
        "trace_id",
        "span_id",
        "handled_ms",
        "queue_age_ms",
        "version",
    }
)
_AS_USUAL: Mapping[str, object] = {"settled": "deleted", "receive_count": 1}
"""Values that say that all went as it should."""

_NOBODY_WAITS_FOR = frozenset({"stale", "busy", "ended", "foreign", "waits", "nothing under way"})
"""Outcomes of ticks in which nothing happened, as most do: they are in the log files."""


_CONCERNS_NOBODY = "cryptography package not installed; KMS"
"""What ministack warns of at each start: without that package its KMS cannot sign, which nobody asks for.
People would take it for a fault of their installation; it is in the log files."""


class RunnerConsole:
    """Prints what happens; the names of the processes make a column of ``width`` characters."""

    def __init__(self, console: Console, *, width: int, verbose: bool = False) -> None:
        self._console = console
        self._width = width
        self._verbose = verbose
        self._colours: dict[str, str] = {}

    def line(self, name: str, line: str) -> None:
        """Show a line of a process's output, unless it is only for machines."""
        entry = parse_entry(line)
        if entry is None:
            if line.strip() and (self._verbose or _CONCERNS_NOBODY not in line):
                self._print(name, Text(plain(line), style="dim"))
        elif self._verbose or not is_routine(entry):
            self._print(name, render(entry))

    def died(self, name: str, code: int, restarts: int, wait_seconds: float) -> None:
        """Say that a process ended by itself and what happens next."""
        text = f"{describe_exit(code)}: restart {restarts} in {wait_seconds:g} s"
        self._print(name, Text(text, style="bold yellow"))

    def say(self, text: str, style: str = "bold") -> None:
        """A line of the runner's own."""
        self._print("gmctl", Text(text, style=style))

    def _print(self, name: str, text: Text) -> None:
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        prefix = Text(f"{name:<{self._width}} | ", style=colour)
        self._console.print(prefix + text, soft_wrap=True, highlight=False)


def is_routine(entry: Mapping[str, Any]) -> bool:
    """Whether a line tells nothing that a person at the terminal waits for."""
    if "_aws" in entry or entry.get("level") == "debug":
        return True
    if entry.get("level") in _LEVELS:
        return False
    if str(entry.get("logger", "")).startswith("uvicorn"):
        return True
    match entry.get("event"):
        case "request.handled":
            return entry.get("method") == "GET"
        case "message.settled" if entry.get("message") == "gitmoxi.sweep.v1":
            return not (entry.get("woken") or entry.get("published"))
        case "message.settled":
            return entry.get("outcome") in _NOBODY_WAITS_FOR
        case "component.stopped" | "process.stopping":
            return True
        case _:
            return False


def render(entry: Mapping[str, Any]) -> Text:
    """``09:12:03 message.settled  Because of this.  state=RUNNING``, and the traceback, if any."""
    text = Text(_time(entry.get("timestamp")), style="dim")
    text.append(f" {entry.get('event', '')}", style=_LEVELS.get(str(entry.get("level")), "bold"))
    if entry.get("because"):
        text.append(f"  {plain(str(entry['because']))}")
    for key, value in entry.items():
        if key not in _SAID_ELSEWHERE | _FOR_MACHINES and value not in (None, "", [], _AS_USUAL.get(key)):
            text.append(f"  {key}=", style="dim")
            text.append(plain(_short(value)))
    if entry.get("exception"):
        text.append(f"\n{plain(str(entry['exception']))}", style="red")
    return text


def _short(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _time(timestamp: object) -> str:
    """The moment in the terminal's time zone."""
    try:
        return datetime.fromisoformat(str(timestamp)).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return "--:--:--"
