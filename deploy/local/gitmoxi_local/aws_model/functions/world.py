"""What all operations of the modelled Lambda share: time, identifiers, functions, faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gitmoxi_local.aws_model.base import AwsError, CallContext, Clock, Ids
from gitmoxi_local.aws_model.functions import errors, names
from gitmoxi_local.aws_model.functions.faults import FunctionFaults
from gitmoxi_local.aws_model.functions.limits import Limits
from gitmoxi_local.aws_model.functions.packages import Packages
from gitmoxi_local.aws_model.functions.speeds import Speeds
from gitmoxi_local.aws_model.functions.state import LATEST, Doc, Edition, Function, FunctionChanged, Region

_UUID_PARTS = (8, 4, 4, 4, 12)


@dataclass(slots=True, kw_only=True)
class World:
    """The model's state and ports; ``emit`` takes a notice of each function that changed."""

    clock: Clock
    ids: Ids
    faults: FunctionFaults
    packages: Packages
    limits: Limits
    speeds: Speeds
    emit: Callable[[FunctionChanged], None]
    regions: dict[tuple[str, str], Region] = field(default_factory=dict)

    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()

    def after(self, seconds: float) -> datetime:
        """The moment in ``seconds``."""
        return self.now() + timedelta(seconds=seconds)

    def stamp(self) -> str:
        """The present moment as ``LastModified`` has it."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now().microsecond // 1000:03d}+0000"

    def renew(self, document: Doc) -> None:
        """Give a configuration or an alias a new RevisionId."""
        document["RevisionId"] = "-".join(self.ids.hex(length) for length in _UUID_PARTS)

    def region(self, context: CallContext) -> Region:
        """The caller's account and region, made when first needed."""
        key = (context.account, context.region)
        return self.regions.setdefault(key, Region(account=context.account, region=context.region))

    def functions(self) -> Iterator[Function]:
        """Every function of all accounts and regions."""
        return (function for region in self.regions.values() for function in region.functions.values())

    def changed(self, function: Function) -> None:
        """Tell of a function that came, changed or went."""
        self.emit(FunctionChanged(account=function.account, region=function.region, name=function.name))

    def find(self, context: CallContext, params: Mapping[str, Any]) -> tuple[Function, str]:
        """The function that a request names and the qualifier, empty if none was given.

        Raises:
            AwsError: there is no such function here.
        """
        named = names.parse(str(params["FunctionName"]), str(params.get("Qualifier") or ""))
        if named.region and named.region != context.region:
            raise AwsError(
                "ResourceNotFoundException",
                f"Functions from '{named.region}' are not reachable in this region ('{context.region}')",
                404,
            )
        function = self.region(context).functions.get(named.name)
        if function is None:
            arn = f"arn:aws:lambda:{context.region}:{context.account}:function:{named.name}"
            raise errors.not_found(names.qualified(arn, named.qualifier))
        return function, named.qualifier

    def to_change(self, context: CallContext, params: Mapping[str, Any]) -> tuple[Function, str]:
        """Like ``find``, for a request that changes the function.

        Raises:
            AwsError: it does not exist, or it is being deleted.
        """
        function, qualifier = self.find(context, params)
        if function.gone_at is not None:
            raise errors.wrong_state("Deleting")
        return function, qualifier


def edition(function: Function, qualifier: str) -> Edition:
    """What a qualifier stands for: $LATEST, a version, or the version that an alias points to.

    Raises:
        AwsError: the function has neither.
    """
    alias = function.aliases.get(qualifier)
    version = qualifier if alias is None else str(alias["FunctionVersion"])
    if version in {"", LATEST}:
        return function.latest
    found = function.versions.get(version)
    if found is None:
        raise errors.not_found(f"{function.arn}:{qualifier}")
    return found
