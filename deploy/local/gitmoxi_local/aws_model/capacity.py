"""How many tasks each capacity provider can take, for what cannot be placed."""

from __future__ import annotations

from dataclasses import dataclass, field

FARGATE_PROVIDERS = frozenset({"FARGATE", "FARGATE_SPOT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityLimit:
    """At most ``tasks`` tasks at once on a capacity provider of every account and region.

    ``provider`` is FARGATE, FARGATE_SPOT, the name of an Auto Scaling group's provider, or EC2
    for tasks of that launch type. ``reason`` is what the placement event says, for example
    ``RESOURCE:CPU``; empty for the usual one: RESOURCE:FARGATE on Fargate, RESOURCE:MEMORY else.
    """

    provider: str
    tasks: int
    reason: str = ""

    @property
    def shortage(self) -> str:
        """What there is too little of, as "SERVICE_TASK_PLACEMENT_FAILURE" says it."""
        usual = "RESOURCE:FARGATE" if self.provider in FARGATE_PROVIDERS else "RESOURCE:MEMORY"
        return self.reason or usual


@dataclass(slots=True)
class Capacity:
    """The limits in force; a provider without one takes any number of tasks."""

    limits: list[CapacityLimit] = field(default_factory=list)

    def of(self, provider: str) -> CapacityLimit | None:
        """The first limit of a provider; None for room without end."""
        return next((limit for limit in self.limits if limit.provider == provider), None)

    def set_limit(self, provider: str, tasks: int | None, reason: str = "") -> None:
        """Replace a provider's limit; None lifts it."""
        self.limits[:] = [limit for limit in self.limits if limit.provider != provider]
        if tasks is not None:
            self.limits.append(CapacityLimit(provider=provider, tasks=tasks, reason=reason))
