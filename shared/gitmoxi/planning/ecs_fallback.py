"""The capacity that a service falls back to: where it stands, and that running on it is no drift.

A service that fell back stays where its tasks run. Only an update that replaces the tasks anyway starts
with the committed capacity again; otherwise every commit would move the tasks back to where no room was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import Document

_CAPACITY: Final = frozenset({"capacityProviderStrategy", "launchType"})


def fallback_strategy(desired: DesiredEcs) -> tuple[Mapping[str, Any], ...]:
    """The native capacityProviderStrategy of the settings; empty without one."""
    return tuple(desired.settings.get("fallbackCapacityProviderStrategy") or ())


def fallback_providers(desired: DesiredEcs) -> str:
    """Its providers as people read them."""
    return ", ".join(str(item["capacityProvider"]) for item in fallback_strategy(desired))


def runs_on_fallback(desired: DesiredEcs, live: Document) -> bool:
    """Whether the live service runs on the fallback, and not on what is committed."""
    fallback = _parts(fallback_strategy(desired))
    runs_on = _parts(live.get("capacityProviderStrategy") or ())
    return bool(fallback) and runs_on == fallback


def beside_capacity(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """The differences that are not about where tasks run."""
    return tuple(difference for difference in differences if difference.field not in _CAPACITY)


def fallback_request(desired: DesiredEcs) -> Document:
    """The ``UpdateService`` request that deploys on the fallback: a changed strategy has to be forced."""
    return {
        "cluster": desired.target.cluster,
        "service": desired.target.service_name,
        "capacityProviderStrategy": [dict(item) for item in fallback_strategy(desired)],
        "forceNewDeployment": True,
    }


def _parts(strategy: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str, int, int]]:
    """Weight and base default to 0 (API_CapacityProviderStrategyItem)."""
    return frozenset(
        (str(item["capacityProvider"]), int(item.get("weight") or 0), int(item.get("base") or 0))
        for item in strategy
    )
