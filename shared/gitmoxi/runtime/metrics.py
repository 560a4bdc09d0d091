"""Metrics as CloudWatch's embedded metric format: log lines that CloudWatch turns into metrics."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

NAMESPACE = "Gitmoxi"


class Unit(StrEnum):
    """The units that we use, as CloudWatch names them (API_MetricDatum)."""

    COUNT = "Count"
    MILLISECONDS = "Milliseconds"


class Metrics(Protocol):
    """Where a service reports numbers; reporting never fails and never waits."""

    def count(self, name: str, value: int = 1, *, outcome: str, **properties: str) -> None:
        """Add ``value`` to a counter. ``properties`` are searchable, but no dimensions."""
        ...

    def duration(self, name: str, seconds: float, *, outcome: str, **properties: str) -> None:
        """Record how long something took."""
        ...


_DIMENSIONS = [["service"], ["service", "outcome"]]


class EmfMetrics:
    """Writes one embedded metric format document per report.

    See "Specification: Embedded metric format" in the CloudWatch User Guide. Dimensions are service, and
    service with outcome, and for alerts none; anything of higher cardinality is a property, since every
    combination is billed.
    """

    def __init__(self, *, service: str, emit: Callable[[str], None], now_ms: Callable[[], int]) -> None:
        """``emit`` takes a finished line; ``now_ms`` is the wall clock in milliseconds since 1970."""
        self._service = service
        self._emit = emit
        self._now_ms = now_ms

    def count(self, name: str, value: int = 1, *, outcome: str, **properties: str) -> None:
        self._report(name, value, Unit.COUNT, _DIMENSIONS, {**properties, "outcome": outcome})

    def alert(self, name: str, **properties: str) -> None:
        """Count something that an alarm waits for, whichever service meets it."""
        self._report(name, 1, Unit.COUNT, [[]], properties)

    def duration(self, name: str, seconds: float, *, outcome: str, **properties: str) -> None:
        milliseconds = round(seconds * 1000, 3)
        self._report(name, milliseconds, Unit.MILLISECONDS, _DIMENSIONS, {**properties, "outcome": outcome})

    def _report(
        self, name: str, value: float, unit: Unit, dimensions: list[list[str]], properties: dict[str, str]
    ) -> None:
        document: dict[str, Any] = {
            **properties,
            "_aws": {
                "Timestamp": self._now_ms(),
                "CloudWatchMetrics": [
                    {
                        "Namespace": NAMESPACE,
                        "Dimensions": dimensions,
                        "Metrics": [{"Name": name, "Unit": unit.value}],
                    }
                ],
            },
            "service": self._service,
            name: value,
        }
        self._emit(json.dumps(document, ensure_ascii=False))
