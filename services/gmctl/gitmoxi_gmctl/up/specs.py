"""What a process of the runner is: its command, its environment, and how one sees that it is ready."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

READY_EVENT = "service.ready"
"""The event that each service logs once it can do its work."""

ReadyCheck = Callable[[str], "Mapping[str, Any] | None"]
"""Given a line of the process's output: what the process says about itself once it is ready, else None."""


def ready_by_event(line: str) -> Mapping[str, Any] | None:
    """The fields of the line ``service.ready``."""
    entry = parse_entry(line)
    return entry if entry is not None and entry.get("event") == READY_EVENT else None


def parse_entry(line: str) -> dict[str, Any] | None:
    """A line of a service's log; None if the line is none, such as a stack trace's."""
    if not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """One process; ``name`` is unique, and names its log file.

    Attributes:
        service: what it is an instance of.
        command: program and arguments.
        environment: all of its environment variables.
        first_environment: variables of its very first start only; a restart does not get them.
        access_key_id: the AWS access key that it signs with, for whoever reads the cloud's journal.
        ready: how one sees that it is ready.
    """

    name: str
    service: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    first_environment: Mapping[str, str] = field(default_factory=dict)
    access_key_id: str | None = None
    ready: ReadyCheck = ready_by_event
