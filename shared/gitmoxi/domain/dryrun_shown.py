"""What showing a dry run looks into, whether it comes from our records or from the API's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gitmoxi.domain.dryruns import SIGNS, Outcome


class ShownDifference(Protocol):
    """One place that changes; None on the side that has nothing there."""

    @property
    def document(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def before(self) -> str | None: ...
    @property
    def after(self) -> str | None: ...


class ShownCall(Protocol):
    """A mutating AWS call that the plan makes."""

    @property
    def api(self) -> str: ...
    @property
    def summary(self) -> str: ...


class ShownWarning(Protocol):
    """What to know before a plan is carried out."""

    @property
    def text(self) -> str: ...
    @property
    def risk(self) -> str | None: ...


class ShownFinding(Protocol):
    """A remark on a place of a file."""

    @property
    def severity(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def told(self) -> str: ...


class ShownPlan(Protocol):
    """What would be done to one target."""

    @property
    def strategy(self) -> str: ...
    @property
    def differences(self) -> Sequence[ShownDifference]: ...
    @property
    def steps(self) -> Sequence[str]: ...
    @property
    def calls(self) -> Sequence[ShownCall]: ...
    @property
    def warnings(self) -> Sequence[ShownWarning]: ...


class ShownObject(Protocol):
    """What deploying would do to one service object."""

    @property
    def prefix(self) -> str: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def name(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def plan(self) -> ShownPlan | None: ...
    @property
    def failure(self) -> str | None: ...
    @property
    def held(self) -> str | None: ...
    @property
    def findings(self) -> Sequence[ShownFinding]: ...
    @property
    def notes(self) -> Sequence[str]: ...
    @property
    def rendered(self) -> Mapping[str, str] | None: ...
    @property
    def refused(self) -> bool: ...


class ShownReport(Protocol):
    """What deploying would do, by path-prefix."""

    @property
    def objects(self) -> Sequence[ShownObject]: ...
    @property
    def warnings(self) -> Sequence[str]: ...


class ShownDryRun(Protocol):
    """Of what it is told."""

    @property
    def branch(self) -> str: ...
    @property
    def head(self) -> str | None: ...
    @property
    def sha(self) -> str | None: ...


def sentence(item: ShownObject) -> str:
    """One object as a line: ``~ update  ecs service web in cluster prod (prod/web)``."""
    return f"{SIGNS[item.outcome]} {item.outcome}  {item.name} ({item.prefix})"
