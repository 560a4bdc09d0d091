"""Rules on runtimes: those that Lambda has given up, as its developer guide lists them in November 2026."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.function_rules.pages import guide
from gitmoxi.validation.function_rules.subject import Function, is_image
from gitmoxi.validation.reading import text_at
from gitmoxi.validation.rule import Problem, rule

_PAGE: Final = guide("lambda-runtimes")


@dataclass(frozen=True, slots=True)
class _Deprecated:
    """Days, as ``YYYY-MM-DD``, from which AWS no longer patches it, creates functions, updates functions."""

    since: str
    no_creation: str
    no_update: str
    successor: str


_BLOCKED: Final = {
    "dotnetcore1.0": "dotnet10",
    "dotnetcore2.0": "dotnet10",
    "dotnetcore2.1": "dotnet10",
    "dotnetcore3.1": "dotnet10",
    "nodejs": "nodejs24.x",
    "nodejs4.3": "nodejs24.x",
    "nodejs4.3-edge": "nodejs24.x",
    "nodejs6.10": "nodejs24.x",
    "nodejs8.10": "nodejs24.x",
    "nodejs10.x": "nodejs24.x",
    "nodejs12.x": "nodejs24.x",
    "python2.7": "python3.14",
    "python3.6": "python3.14",
    "ruby2.5": "ruby4.0",
}
"""Runtimes whose functions can be neither created nor updated, all since 2023 at the latest."""

_FEBRUARY: Final = "2027-02-01"
_MARCH: Final = "2027-03-03"

_DEPRECATED: Final = {
    "dotnet6": _Deprecated("2024-12-20", _FEBRUARY, _MARCH, "dotnet10"),
    "dotnet8": _Deprecated("2026-11-10", _FEBRUARY, _MARCH, "dotnet10"),
    "go1.x": _Deprecated("2024-01-08", "2024-02-08", _MARCH, "provided.al2023"),
    "java8": _Deprecated("2024-01-08", "2024-02-08", _MARCH, "java25"),
    "nodejs14.x": _Deprecated("2023-12-04", "2024-01-09", _MARCH, "nodejs24.x"),
    "nodejs16.x": _Deprecated("2024-06-12", _FEBRUARY, _MARCH, "nodejs24.x"),
    "nodejs18.x": _Deprecated("2025-09-01", _FEBRUARY, _MARCH, "nodejs24.x"),
    "nodejs20.x": _Deprecated("2026-04-30", _FEBRUARY, _MARCH, "nodejs24.x"),
    "provided": _Deprecated("2024-01-08", "2024-02-08", _MARCH, "provided.al2023"),
    "provided.al2": _Deprecated("2026-07-31", _FEBRUARY, _MARCH, "provided.al2023"),
    "python3.7": _Deprecated("2023-12-04", "2024-01-09", _MARCH, "python3.14"),
    "python3.8": _Deprecated("2024-10-14", _FEBRUARY, _MARCH, "python3.14"),
    "python3.9": _Deprecated("2025-12-15", _FEBRUARY, _MARCH, "python3.14"),
    "python3.10": _Deprecated("2026-10-31", _FEBRUARY, _MARCH, "python3.14"),
    "ruby2.7": _Deprecated("2023-12-07", "2024-01-09", _MARCH, "ruby4.0"),
    "ruby3.2": _Deprecated("2026-03-31", _FEBRUARY, _MARCH, "ruby4.0"),
}
"""Runtimes whose existing functions can still be updated; AWS has put these days off more than once."""


def _runtime(function: Function) -> str:
    return "" if is_image(function) else text_at(function, "Runtime") or ""


@rule(
    "function.runtime-blocked",
    summary="The runtime is one that Lambda still creates and updates functions with.",
    source=_PAGE,
)
def _runtime_is_not_blocked(function: Function) -> Iterator[Problem]:
    runtime = _runtime(function)
    successor = _BLOCKED.get(runtime)
    if successor is not None:
        yield Problem(
            at=("Runtime",),
            message=f"Lambda neither creates nor updates functions with {runtime} any more",
            found=runtime,
            expected=successor,
            advice=f"move the code to {successor}",
        )


@rule(
    "function.runtime-deprecated",
    summary="The runtime is one that Lambda still patches.",
    source=_PAGE,
    severity=Severity.WARNING,
)
def _runtime_is_not_deprecated(function: Function) -> Iterator[Problem]:
    runtime = _runtime(function)
    deprecated = _DEPRECATED.get(runtime)
    if deprecated is not None:
        yield Problem(
            at=("Runtime",),
            message=f"{runtime} has had no security patches since {deprecated.since}; by AWS's calendar no "
            f"function is created with it from {deprecated.no_creation} on, nor updated from "
            f"{deprecated.no_update} on",
            found=runtime,
            expected=deprecated.successor,
            advice=f"move the code to {deprecated.successor}",
        )


RUNTIME_RULES = (_runtime_is_not_blocked, _runtime_is_not_deprecated)
