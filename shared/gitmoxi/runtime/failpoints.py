"""Named places where a test lets the process be killed, to prove that a crash there loses nothing."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

from gitmoxi.runtime.settings import Mode, Settings, SettingsError

FailPoint = Callable[[str], None]
"""Called with the name of the place that was reached, such as ``tick.after_commit``."""

_ENTRY = re.compile(r"(?P<point>[a-z][a-z0-9_.]*)=kill:(?P<nth>[1-9]\d*)")


def no_failpoints(_point: str) -> None:
    """What every process outside of tests gets: nothing happens."""


def load_failpoints(settings: Settings) -> FailPoint:
    """The failpoints of ``GITMOXI_FAILPOINTS``, in local mode only; elsewhere they are ignored.

    Raises:
        SettingsError: the variable cannot be parsed.
    """
    if settings.mode is not Mode.LOCAL or not settings.failpoints.strip():
        return no_failpoints
    return Failpoints(parse_failpoints(settings.failpoints))


def parse_failpoints(text: str) -> dict[str, int]:
    """``a.b=kill:2;c=kill:1`` as ``{"a.b": 2, "c": 1}``: at which reach of a point the process dies."""
    points: dict[str, int] = {}
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise SettingsError(
                f"GITMOXI_FAILPOINTS: {entry!r} is not POINT=kill:N, such as tick.after_commit=kill:1"
            )
        points[match["point"]] = int(match["nth"])
    return points


def kill_this_process() -> None:
    """End as ``kill -9`` does: no handler, no finally block, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Failpoints:
    """Counts how often each point is reached, and kills at the stated one."""

    points: dict[str, int]
    kill: Callable[[], None] = kill_this_process
    _reached: dict[str, int] = field(default_factory=dict)

    def __call__(self, point: str) -> None:
        if point not in self.points:
            return
        self._reached[point] = self._reached.get(point, 0) + 1
        if self._reached[point] == self.points[point]:
            self.kill()
