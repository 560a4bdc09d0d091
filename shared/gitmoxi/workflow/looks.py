"""The look that a call was decided upon, kept until the call is made."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Observation = TypeVar("Observation")

_KEPT = 256
"""Looks kept at most: far more than the deployments that one process moves at a time."""


class Looks(Generic[Observation]):
    """One look per deployment, good for the version whose actions follow from it.

    A call is made in the same tick as the look, under the same lease, so nothing is gained by looking again
    in between; a look that belongs to another version is never used.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, Observation]] = OrderedDict()

    def keep(self, deployment_id: str, version: int, look: Observation) -> None:
        """Remember ``look`` for the actions of ``version``."""
        self._kept[deployment_id] = (version, look)
        self._kept.move_to_end(deployment_id)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def take(self, deployment_id: str, version: int) -> Observation | None:
        """The look that the actions of ``version`` follow from, once; None if there is none."""
        kept = self._kept.pop(deployment_id, None)
        return kept[1] if kept is not None and kept[0] == version else None
