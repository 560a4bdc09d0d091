"""What a list of all targets is narrowed to, in which order it comes, and where its next page begins."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import State, Status
from gitmoxi.domain.targets import EcsTarget, TargetKind
from gitmoxi_api.finding import names_of
from gitmoxi_api.fleet import Condition, FleetTarget
from gitmoxi_api.problems import ProblemError
from gitmoxi_api.requests import BranchName, RepositoryId

MOST: Final = 1000
"""Targets of one page: about 700 bytes each."""

Key = tuple[str, ...]


class Order(StrEnum):
    """By what a list is sorted."""

    NAME = "name"
    AGE = "age"
    """Newest outcome first; what was never deployed last."""
    OUTCOME = "outcome"
    """What needs somebody first."""
    ENVIRONMENT = "environment"


class DriftAnswer(StrEnum):
    """Whether a target has drifted."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class StatusQuery(BaseModel):
    """All conditions hold; those that are left out match everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=512,
        description="id, name, cluster/name, ARN or path-prefix; * and ? stand for anything",
        examples=["prod/web-*"],
    )
    repository: RepositoryId | None = None
    branch: BranchName | None = None
    kind: TargetKind | None = None
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    region: str | None = Field(default=None, max_length=32)
    cluster: str | None = Field(default=None, max_length=255, description="of an ECS service")
    service: str | None = Field(default=None, max_length=255, description="the name of an ECS service")
    function: str | None = Field(default=None, max_length=140, description="the name of a Lambda function")
    state: State | None = Field(default=None, description="how the last deployment ended")
    status: Status | None = Field(
        default=None, description="PROCESSING: something is under way; else of the last outcome"
    )
    drift: DriftAnswer | None = None
    condition: Condition | None = None
    sort: Order = Order.NAME
    limit: int = Field(default=MOST, ge=1, le=MOST, description="how many of one page")
    cursor: str | None = Field(default=None, max_length=4096, description="of the page before")


def matching(items: Iterable[FleetTarget], query: StatusQuery) -> list[FleetTarget]:
    """Those that match, sorted as asked."""
    found = [item for item in items if _matches(item, query)]
    return sorted(found, key=key_of(query.sort))


def _matches(item: FleetTarget, query: StatusQuery) -> bool:
    target, known = item.known.target, item.known
    cluster = target.cluster if isinstance(target, EcsTarget) else None
    service = target.name if target.kind is TargetKind.ECS else None
    function = target.name if target.kind is TargetKind.LAMBDA else None
    pairs = (
        (query.branch, known.branch),
        (query.kind, target.kind),
        (query.account, target.account),
        (query.region, target.region),
        (query.cluster, cluster),
        (query.service, service),
        (query.function, function),
        (query.state, item.last.state if item.last is not None else None),
        (query.status, _status(item)),
        (query.drift, _answer(item)),
        (query.condition, item.condition),
    )
    return (
        all(wanted is None or wanted == found for wanted, found in pairs)
        and (query.repository is None or query.repository == repository_id(known.repository_url))
        and (query.name is None or _called(item, query.name.strip().strip("/")))
    )


def _called(item: FleetTarget, name: str) -> bool:
    return any(name == called or fnmatchcase(called, name) for called in names_of(item.known))


def _status(item: FleetTarget) -> Status | None:
    if item.under_way:
        return Status.PROCESSING
    return item.last.state.status if item.last is not None else None


def _answer(item: FleetTarget) -> DriftAnswer:
    drift = item.drift
    if drift is None or drift.verdict is drift.verdict.UNKNOWN:
        return DriftAnswer.UNKNOWN
    return DriftAnswer.YES if drift.verdict.drifted else DriftAnswer.NO


def key_of(order: Order) -> Callable[[FleetTarget], Key]:
    """The sort key for ``order``: texts only, the target's id at the end."""
    return _KEYS[order]


def _by_name(item: FleetTarget) -> Key:
    return item.known.target.name, item.known.target.id


def _by_age(item: FleetTarget) -> Key:
    at = item.last.at.timestamp() if item.last is not None else 0.0
    return f"{10**12 - at:022.6f}", item.known.target.id


def _by_outcome(item: FleetTarget) -> Key:
    return str(_URGENT.index(item.condition)), item.known.target.name, item.known.target.id


def _by_environment(item: FleetTarget) -> Key:
    target = item.known.target
    cluster = target.cluster if isinstance(target, EcsTarget) else ""
    return target.account, target.region, cluster, target.name, target.id


_URGENT: Final = (
    Condition.FAILED,
    Condition.DRIFTED,
    Condition.HELD,
    Condition.ORPHANED,
    Condition.UNDER_WAY,
    Condition.DIFFERS,
    Condition.NEVER,
    Condition.AS_WANTED,
)
_KEYS: Final[Mapping[Order, Callable[[FleetTarget], Key]]] = {
    Order.NAME: _by_name,
    Order.AGE: _by_age,
    Order.OUTCOME: _by_outcome,
    Order.ENVIRONMENT: _by_environment,
}


def page_of(items: Sequence[FleetTarget], query: StatusQuery) -> tuple[list[FleetTarget], str | None]:
    """One page of sorted ``items``, and the cursor of the next.

    A cursor says after which key to go on: what comes or goes between two pages moves no other item.

    Raises:
        ProblemError: the cursor is none of ours.
    """
    key = key_of(query.sort)
    after = _read_cursor(query.cursor) if query.cursor is not None else None
    left = [item for item in items if after is None or key(item) > after]
    page = left[: query.limit]
    return page, _cursor(key(page[-1])) if len(left) > len(page) else None


def _cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _read_cursor(cursor: str) -> Key:
    try:
        return tuple(str(part) for part in json.loads(base64.urlsafe_b64decode(cursor)))
    except (ValueError, TypeError):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "This cursor is none of ours: ask for the first page again."
        ) from None
