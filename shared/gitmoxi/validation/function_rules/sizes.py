"""Rules on how much a function may use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.function_rules.pages import guide
from gitmoxi.validation.function_rules.subject import Function, runs_on_managed_instances
from gitmoxi.validation.reading import number_at
from gitmoxi.validation.rule import Problem, rule

_MOST_MEMORY_MB: Final = 10_240
_MOST_STORAGE_MB: Final = 10_240
_LONGEST_SECONDS: Final = 900
_QUOTAS: Final = guide("gettingstarted-limits")
_UNLESS: Final = "more is for Lambda Managed Instances only, by CapacityProviderConfig"


def _too_much(function: Function, path: JsonPath, most: int, unit: str) -> Iterator[Problem]:
    """The model's own limits are those of Lambda Managed Instances."""
    amount = number_at(function, *path)
    if amount is not None and amount > most and not runs_on_managed_instances(function):
        yield Problem(
            at=path,
            message=f"{'.'.join(map(str, path))} is {amount} {unit}; Lambda takes at most {most}",
            found=str(amount),
            expected=f"at most {most}",
        )


@rule("function.memory", summary="MemorySize is at most 10,240 MB.", source=_QUOTAS, advice=_UNLESS)
def _memory_is_available(function: Function) -> Iterator[Problem]:
    yield from _too_much(function, ("MemorySize",), _MOST_MEMORY_MB, "MB")


@rule("function.timeout", summary="Timeout is at most 900 seconds.", source=_QUOTAS, advice=_UNLESS)
def _timeout_is_possible(function: Function) -> Iterator[Problem]:
    yield from _too_much(function, ("Timeout",), _LONGEST_SECONDS, "seconds")


@rule(
    "function.ephemeral-storage",
    summary="EphemeralStorage.Size is at most 10,240 MB.",
    source=_QUOTAS,
    advice=_UNLESS,
)
def _storage_is_available(function: Function) -> Iterator[Problem]:
    yield from _too_much(function, ("EphemeralStorage", "Size"), _MOST_STORAGE_MB, "MB")


SIZE_RULES = (_memory_is_available, _timeout_is_possible, _storage_is_available)
