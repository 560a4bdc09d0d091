"""The modelled Lambda of a simulation, and short forms of what tests do to it behind our back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gitmoxi_local.aws_model.base import CallContext, Clock, Ids
from gitmoxi_local.aws_model.functions import FunctionFault, FunctionFaults, FunctionsModel, Limits, Speeds
from gitmoxi_local.past import Past
from tests.simulation.packages import MemoryPackages

Doc = dict[str, Any]

SPEEDS = Speeds(creating=2, updating=2, network=0, deleting=3, deleting_network=3, provisioning=2)
UNUSABLE = "The image or archive cannot be used."
NOVEL = "NovelReason"
"""A reason code that nobody knows yet: AWS adds some."""


class Functions:
    """Functions of one account and region.

    A code key or image with ``broken`` and a variable ``BROKEN`` make a change fail. Lists have two
    entries a page, so that every simulation turns pages.

    Attributes:
        faults: ``faults.entries`` may be edited at any time.
        packages: what lies in S3 and Amazon ECR.
        stale: reads that our calls get as of so many seconds ago, by operation, but not as of a time
            before it was set.
    """

    def __init__(self, clock: Clock, ids: Ids, context: CallContext) -> None:
        self._context = context
        self.packages = MemoryPackages()
        self.faults = FunctionFaults(
            entries=[
                FunctionFault(kind="change_fails", match=match, reason_code=NOVEL, reason=UNUSABLE)
                for match in ("broken", "BROKEN")
            ]
        )
        self.stale: dict[str, float] = {}
        self._clock, self._ids = clock, ids
        self._past = Past(self._fresh)
        self.model = self._fresh(clock)

    def answer(self, operation: str, params: Mapping[str, Any]) -> Doc:
        """A call of ours."""
        seconds = self.stale.get(operation)
        past = None if seconds is None else self._past.as_of(self._clock.now() - timedelta(seconds=seconds))
        if past is not None:
            return past.call(operation, params, self._context)
        return self.call(operation, params)

    def call(self, operation: str, params: Mapping[str, Any]) -> Doc:
        """A call by somebody else: it stands in no journal, and is never stale."""
        self._remember()
        try:
            return self.model.call(operation, params, self._context)
        finally:
            self._remember()

    def exists(self, name: str) -> bool:
        self.model.advance()
        return name in self.model.names(self._context)

    def published(self, name: str) -> list[str]:
        """The numbers of the versions that are left, oldest first."""
        found = self.model.function(account=self._context.account, region=self._context.region, name=name)
        assert found is not None, f"there is no function {name}"
        return sorted(found.versions, key=int)

    def forget_alias(self, name: str, alias: str) -> None:
        """Somebody deletes an alias."""
        self.call("DeleteAlias", {"FunctionName": name, "Name": alias})

    def _remember(self) -> None:
        if self.stale:
            self.model.advance()
            self._past.remember(self._clock.now(), self.model.dump())

    def _fresh(self, clock: Clock) -> FunctionsModel:
        return FunctionsModel(
            clock=clock,
            ids=self._ids,
            packages=self.packages,
            faults=self.faults,
            speeds=SPEEDS,
            limits=Limits(page=2),
        )
