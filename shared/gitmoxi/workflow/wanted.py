"""Reading what deployments want from the body store, each body once."""

from __future__ import annotations

from collections import OrderedDict

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.errors import InvariantError
from gitmoxi.planning.desired import Desired, DesiredEcs, DesiredLambda, from_bytes
from gitmoxi.ports.bodies import BodyStore

_KEPT = 256
"""Bodies kept in memory: content never changes, so nothing ever has to be read twice."""


class WantedReader:
    """The wanted states behind body references."""

    def __init__(self, bodies: BodyStore) -> None:
        self._bodies = bodies
        self._kept: OrderedDict[str, Desired] = OrderedDict()

    async def ecs(self, ref: BodyRef) -> DesiredEcs:
        desired = await self._read(ref)
        if not isinstance(desired, DesiredEcs):
            raise InvariantError(f"body {ref.sha256} is for {desired.target}, not for an ECS service")
        return desired

    async def function(self, ref: BodyRef) -> DesiredLambda:
        desired = await self._read(ref)
        if not isinstance(desired, DesiredLambda):
            raise InvariantError(f"body {ref.sha256} is for {desired.target}, not for a Lambda function")
        return desired

    async def _read(self, ref: BodyRef) -> Desired:
        if ref.sha256 not in self._kept:
            self._kept[ref.sha256] = from_bytes(await self._bodies.get(ref))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[ref.sha256]
