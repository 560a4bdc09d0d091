"""The modelled Lambda of a simulation, and short forms of what tests do to it behind our back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext, Clock, Ids
from gitmoxi_local.aws_model.functions import (
    FunctionFault,
    FunctionFaults,
    FunctionsModel,
    Limits,
    Speeds,
    quotas,
)
from gitmoxi_local.aws_model.past import LaggingReads, Past
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
        limits: throttling by AWS's published buckets, off until ``limits.enabled``.
        reads: our adapters' way to Lambda; ``reads.seconds`` makes what they read so much older.
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
        self.limits = quotas.published()
        self._ids = ids
        self.model = self._fresh(clock)
        self.reads = LaggingReads(model=self.model, past=Past(clock=clock, revive=self._fresh))

    def answer(self, operation: str, params: Mapping[str, Any]) -> Doc:
        """A call of our adapters."""
        return self.reads.call(operation, params, self._context)

    def call(self, operation: str, params: Mapping[str, Any]) -> Doc:
        """A call by somebody else: it stands in no journal, and is never stale."""
        return self.model.call(operation, params, self._context)

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

    def keep_version(self, name: str, version: str) -> None:
        """Somebody's alias points at a version, so that nobody can delete it."""
        kept = {"FunctionName": name, "Name": f"keep-{version}", "FunctionVersion": version}
        self.call("CreateAlias", kept)

    def _fresh(self, clock: Clock) -> FunctionsModel:
        return FunctionsModel(
            clock=clock,
            ids=self._ids,
            packages=self.packages,
            faults=self.faults,
            speeds=SPEEDS,
            limits=Limits(page=2),
            request_limits=self.limits,
        )
