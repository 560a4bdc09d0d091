"""Measures a loop beside a bare one that does the least that has to be done, in turns, in one run."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter

Loop = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One comparison; times are medians of ``rounds`` in seconds, for ``count`` things of kind ``unit``."""

    name: str
    compared_with: str
    unit: str
    count: int
    rounds: int
    ours_seconds: float
    bare_seconds: float

    @property
    def ratio(self) -> float:
        return self.ours_seconds / self.bare_seconds

    @property
    def per_second(self) -> float:
        return self.count / self.ours_seconds

    def as_json(self) -> dict[str, str | int | float]:
        return {
            "name": self.name,
            "compared_with": self.compared_with,
            "unit": self.unit,
            "count": self.count,
            "rounds": self.rounds,
            "ours_seconds": round(self.ours_seconds, 6),
            "bare_seconds": round(self.bare_seconds, 6),
            "ours_per_second": round(self.per_second, 1),
            "ratio": round(self.ratio, 2),
        }

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.count} {self.unit} in {self.ours_seconds:.3f} s "
            f"({self.per_second:,.0f}/s), {self.ratio:.2f} times {self.compared_with}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a run, beside the most that it should be; ``parts`` tell what it is made of."""

    name: str
    value: float
    unit: str
    aim: float
    parts: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "aim": self.aim,
            "parts": {name: round(part, 3) for name, part in sorted(self.parts.items())},
        }

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {part:g}" for name, part in sorted(self.parts.items()))
        return f"{self.name}: {self.value:.4g} {self.unit}, the aim is {self.aim:g} ({parts})"


def compare(
    name: str, ours: Loop, bare: Loop, *, compared_with: str, unit: str, count: int, rounds: int = 5
) -> Measured:
    """Run both in turns, after one round that is not counted; what disturbs the machine meets both."""
    ours()
    bare()
    pairs = [(_timed(ours), _timed(bare)) for _ in range(rounds)]
    return Measured(
        name=name,
        compared_with=compared_with,
        unit=unit,
        count=count,
        rounds=rounds,
        ours_seconds=statistics.median(pair[0] for pair in pairs),
        bare_seconds=statistics.median(pair[1] for pair in pairs),
    )


def _timed(loop: Loop) -> float:
    gc.collect()
    started = perf_counter()
    loop()
    return perf_counter() - started
