"""Where tasks go: the spread of a capacity provider strategy, and what is told if there is no room.

Developer Guide, "Amazon ECS capacity providers" and "Amazon ECS service event messages".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gitmoxi_local.aws_model.ecs import service_fields
from gitmoxi_local.aws_model.ecs.state import Doc, Region, Task, TaskDefinition
from gitmoxi_local.aws_model.ecs.world import World

_OF_IMAGES = {"eni": "RESOURCE:ENI", "no_capacity": "RESOURCE:FARGATE"}
"""Placement failures by kind of image fault (Developer Guide, "Amazon ECS service action events")."""

_MORE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
_NO_INSTANCE = "was unable to place a task because no container instance met all of its requirements."
_CLOSEST = "The closest matching (container-instance 0123456789abcdef0123456789abcdef)"

_TOLD = {
    "RESOURCE:ENI": (
        f'{_NO_INSTANCE} The closest matching container instance encountered error "RESOURCE:ENI".'
    ),
    "RESOURCE:MEMORY": f"{_NO_INSTANCE} {_CLOSEST} has insufficient memory available.",
    "RESOURCE:CPU": f"{_NO_INSTANCE} {_CLOSEST} has insufficient CPU units available.",
    "RESOURCE:PORTS": f"{_NO_INSTANCE} {_CLOSEST} is already using a port required by your task.",
    "RESOURCE:FARGATE": (
        "was unable to place a task. Reason: Capacity is unavailable at this time. "
        "Please try again later or in a different availability zone."
    ),
}
_NOTHING_FITS = f"{_NO_INSTANCE} Reason: No Container Instances were found in your cluster."


def told(reason: str) -> str:
    """The message about a task that could not be placed, without the service's name."""
    return f"{_TOLD.get(reason, _NOTHING_FITS)} {_MORE}"


def provider_of(task: Task) -> str:
    """The capacity provider that a task takes room of; its launch type if it has none."""
    return str(task.fields.get("capacityProviderName", task.launch_type))


def obstacle(world: World, definition: TaskDefinition) -> str | None:
    """Why tasks of ``definition`` cannot be placed anywhere now, for example ``RESOURCE:ENI``."""
    fault = world.fault_of(definition.images)
    return _OF_IMAGES.get(fault.kind) if fault else None


def next_providers(fields: Doc, total: int, existing: Iterable[Task]) -> list[str]:
    """Where the tasks go that are missing until there are ``total``, in the order of their start."""
    there = Counter(provider_of(task) for task in existing)
    chosen = []
    for provider in _spread(fields, total):
        if there[provider] > 0:
            there[provider] -= 1
        else:
            chosen.append(provider)
    return chosen


def fitting(world: World, region: Region, providers: list[str]) -> tuple[list[str], dict[str, str]]:
    """Those of ``providers`` that have room for one task each, and per full provider the reason.

    Nothing goes to another provider than the strategy says: AWS lets the task wait.
    """
    placed: list[str] = []
    shortages: dict[str, str] = {}
    for provider in dict.fromkeys(providers):
        number = providers.count(provider)
        limit = world.capacity.of(provider)
        if limit is not None:
            room = max(0, limit.tasks - _used(region, provider))
            if room < number:
                number, shortages[provider] = room, limit.shortage
        placed += [provider] * number
    return placed, shortages


def _used(region: Region, provider: str) -> int:
    return sum(
        task.last_status != "STOPPED" and provider_of(task) == provider for task in region.tasks.values()
    )


def _spread(fields: Doc, total: int) -> list[str]:
    """First every base, then by weight (API_CapacityProviderStrategyItem).

    Weights compare providers: that one without others takes tasks at weight 0 is unverified.
    """
    strategy: list[Doc] = fields.get("capacityProviderStrategy", [])
    if not strategy:
        return [service_fields.launch_type(fields)] * total
    chosen = [item["capacityProvider"] for item in strategy for _ in range(item["base"])][:total]
    weighted = [item for item in strategy if item["weight"] > 0] or [strategy[0] | {"weight": 1}]
    shares = dict.fromkeys((item["capacityProvider"] for item in weighted), 0)
    while len(chosen) < total:
        best = min(weighted, key=lambda item: (shares[item["capacityProvider"]] + 1) / item["weight"])
        shares[best["capacityProvider"]] += 1
        chosen.append(best["capacityProvider"])
    return chosen
