"""The model of AWS Lambda's control plane: one object that answers calls and changes with the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gitmoxi_local.aws_model.base import CallContext, Clock, Ids
from gitmoxi_local.aws_model.codec import copied
from gitmoxi_local.aws_model.functions import adopting, constraints, errors, quotas, routing, settling
from gitmoxi_local.aws_model.functions.codec import CODEC
from gitmoxi_local.aws_model.functions.faults import FunctionFaults
from gitmoxi_local.aws_model.functions.limits import Limits
from gitmoxi_local.aws_model.functions.operations import OPERATIONS
from gitmoxi_local.aws_model.functions.packages import Packages
from gitmoxi_local.aws_model.functions.speeds import Speeds
from gitmoxi_local.aws_model.functions.state import Doc, Function, FunctionChanged, Region
from gitmoxi_local.aws_model.functions.world import World
from gitmoxi_local.aws_model.request_limits import RequestLimits


class FunctionsModel:
    """AWS Lambda's control plane without its wire protocol (a ``ServiceModel``).

    Args:
        clock: the only source of time.
        ids: the only source of identifiers.
        packages: where code comes from.
        faults: what goes wrong; looked at when a call is made.
        emit: takes a notice of each function that came, changed in what it runs, or went.
        speeds: how long the transitions take.
        limits: the quotas of every account and region.
        request_limits: the throttling of calls, ``quotas.published()`` and off by default.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        packages: Packages,
        faults: FunctionFaults,
        emit: Callable[[FunctionChanged], None] = lambda _: None,
        speeds: Speeds | None = None,
        limits: Limits | None = None,
        request_limits: RequestLimits | None = None,
    ) -> None:
        self._world = World(
            clock=clock,
            ids=ids,
            faults=faults,
            packages=packages,
            limits=limits or Limits(),
            speeds=speeds or Speeds(),
            emit=emit,
        )
        self._request_limits = request_limits or quotas.published()

    def call(self, operation: str, params: Mapping[str, Any], context: CallContext) -> dict[str, Any]:
        """Answer one API call, after everything that is due has happened.

        Raises:
            AwsError: AWS's refusal, or UnsupportedFeatureException for what is not modelled.
        """
        handler = OPERATIONS.get(operation)
        if handler is None:
            raise errors.not_modelled(operation)
        self._request_limits.take(self._world.clock, operation, context)
        self.advance()
        constraints.check(operation, params)
        answer: Doc = copied(handler(self._world, context, copied(params)))
        return answer

    def advance(self) -> datetime | None:
        """Let everything happen that is due; the time of the next change, or None if idle."""
        for function in list(self._world.functions()):
            settling.settle(self._world, function)
        moments = (settling.next_due(function) for function in self._world.functions())
        return min((moment for moment in moments if moment is not None), default=None)

    def diverted(self, params: Mapping[str, Any], context: CallContext, *, draw: float) -> str | None:
        """The version that an Invoke of a weighted alias runs by chance, see ``routing``.

        Raises:
            AwsError: nobody can invoke it.
        """
        self.advance()
        return routing.diverted(self._world, context, params, draw)

    def function(self, *, account: str, region: str, name: str) -> Function | None:
        """The remembered function, to be read only; None if there is none."""
        found = self._world.regions.get((account, region))
        return None if found is None else found.functions.get(name)

    def names(self, context: CallContext) -> list[str]:
        """The names of the functions of an account and region."""
        return sorted(self._world.region(context).functions)

    def adopt(self, context: CallContext, records: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Take over functions that were made or removed behind the model's back, see ``adopting``."""
        for name, record in records.items():
            adopting.adopt(self._world, context, name, record)

    def dump(self) -> dict[str, Any]:
        """All state as JSON values; faults are the control API's, and code lies with ``packages``."""
        return {"version": 1, "regions": [CODEC.encode(region) for region in self._world.regions.values()]}

    def load(self, saved: Mapping[str, Any]) -> None:
        """Take over what ``dump`` returned, and tell of every function of it.

        What fell due in between happens at the next advance.

        Raises:
            ValueError: it was saved by a version that this one cannot read.
        """
        if saved.get("version") != 1:
            raise ValueError(f"the saved Lambda state has version {saved.get('version')!r}, expected 1")
        regions: list[Region] = [CODEC.decode(region) for region in saved["regions"]]
        self._world.regions = {(region.account, region.region): region for region in regions}
        for function in self._world.functions():
            self._world.changed(function)
