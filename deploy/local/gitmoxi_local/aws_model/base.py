"""What every model of an AWS service shares: calls, errors, events, time and faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class Clock(Protocol):
    """Where a model takes its time from: the wall in the local cloud, a hand in a simulation."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


class Ids(Protocol):
    """Where a model takes its identifiers from, so that a simulation can repeat a run."""

    def hex(self, length: int) -> str:
        """A fresh lower-case hexadecimal string of ``length`` characters."""
        ...


class AwsError(Exception):
    """A refusal in AWS's own words.

    Attributes:
        code: AWS's error code, for example ``ClientException``.
        message: AWS's message.
        status: the HTTP status that AWS sends with it.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    """Who calls, and where: ``caller`` is the access key id that signed the request."""

    account: str
    region: str
    caller: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsEvent:
    """An event that an AWS service puts on the default bus of its own account and region."""

    source: str
    detail_type: str
    detail: Mapping[str, Any]
    resources: Sequence[str]
    time: datetime
    account: str
    region: str


Emit = Callable[[AwsEvent], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFault:
    """What goes wrong with tasks whose container image contains ``match``.

    ``kind`` is one of ``cannot_pull`` (CannotPullContainerError, TaskFailedToStart),
    ``eni`` (RESOURCE:ENI: the task is never placed), ``no_capacity`` (never placed),
    ``crash`` (the essential container exits with ``exit_code`` after ``after_seconds``),
    ``unhealthy`` (runs, but its target's or else its container's health check never passes, or
    fails ``after_seconds`` after the start; ``http_code`` is what the target answers),
    ``unreachable`` (the same, but the check of the target times out),
    ``interrupted`` (on FARGATE_SPOT only: AWS takes the task back ``after_seconds`` after its start),
    ``slow_start`` (``after_seconds`` more until RUNNING). ``message`` stands for AWS's usual text: why
    a ``cannot_pull`` task fails to start (whatever that is), or why a ``crash`` container exited.
    ``log`` is what a ``crash`` container wrote before; without it there is one line with the exit code.
    """

    match: str
    kind: str
    after_seconds: float = 0.0
    exit_code: int = 1
    http_code: int | None = None
    message: str = ""
    log: str = ""


@dataclass(slots=True)
class ImageFaults:
    """The image faults in force; the control API of the local cloud edits the list."""

    entries: list[ImageFault] = field(default_factory=list)

    def of(self, image: str) -> ImageFault | None:
        """The first fault that matches ``image``, or None."""
        return next((fault for fault in self.entries if fault.match in image), None)


class ServiceModel(Protocol):
    """One AWS service without its wire protocol.

    ``call`` takes and returns what botocore parses and serialises for the operation: aware
    datetimes for timestamps, members in the case of the API model. It raises ``AwsError``.
    """

    def call(self, operation: str, params: Mapping[str, Any], context: CallContext) -> dict[str, Any]:
        """Answer one API call."""
        ...

    def advance(self) -> datetime | None:
        """Bring everything to the clock's present; the time of the next change, or None if idle."""
        ...
