"""How ``gmctl`` ends: exit codes, and the errors that carry them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from gitmoxi.domain.states import State, Status


class ExitCode(IntEnum):
    """What the caller's script sees; 2 is also what wrong options give."""

    SUCCESS = 0
    FAILED = 1
    USAGE = 2
    SUPERSEDED = 3
    UNREACHABLE = 4
    INTERRUPTED = 130
    NOT_READ = 141
    """What shells show of a program whose output nobody reads any more (128 + SIGPIPE)."""


class GmctlError(Exception):
    """Ends the command with a text for the person and a code for the script."""

    def __init__(self, text: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(text)
        self.code = code


class PipeClosedError(GmctlError):
    """Whoever read the output has gone; so nothing is said."""

    def __init__(self) -> None:
        super().__init__("", ExitCode.NOT_READ)


class UnreachableError(GmctlError):
    """The API did not answer, or something else answered in its place.

    ``what`` happened has no dot at its end; ``advice`` is for the person once nobody tries again.
    """

    def __init__(self, what: str, advice: str | None = None) -> None:
        super().__init__(f"{what}: {advice}." if advice else f"{what}.", ExitCode.UNREACHABLE)
        self.what = what


class RefusedError(GmctlError):
    """The API answered with a problem; ``status`` is the HTTP status."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text, ExitCode.FAILED)
        self.status = status


def code_of(states: Iterable[State]) -> ExitCode:
    """The code for deployments that ended so, or are held: what is not done counts most, then superseded."""
    ended = list(states)
    if any(state.status is Status.PROCESSED_ERROR or state is State.HELD for state in ended):
        return ExitCode.FAILED
    return ExitCode.SUPERSEDED if State.SUPERSEDED in ended else ExitCode.SUCCESS
