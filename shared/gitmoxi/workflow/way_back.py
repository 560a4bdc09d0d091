"""Which revision a rollback brings back, and what lies over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import DeploymentFilter, Ledger

_LEFT_ITS_DOCUMENTS = frozenset({State.FAILED, State.ROLLBACK_FAILED, State.SUPERSEDED})
"""Ends after which documents may live that never became the last good ones."""

_KEPT_ITS_VALUES = frozenset({State.SUCCEEDED, State.NO_CHANGE, State.BASELINED})

_SEARCHED = 10
"""Newest deployments of the target that are looked through for such an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """The revision to bring back, by its documents and by the values that it had when it was live.

    ``documents`` None: no deployment ever succeeded here. ``values`` is empty where they are not known any
    more. ``over`` are the documents that were put over it: what they added is taken out again.
    ``task_definitions`` are the target's known revisions by the hash of their document.
    """

    documents: BodyRef | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    over: BodyRef | None = None
    task_definitions: Mapping[str, str] = field(default_factory=dict)


async def way_back(ledger: Ledger, deployment: Deployment, record: TargetRecord) -> WayBack:
    """The recorded revision that a person asked for, else the last good one."""
    good = record.last_good
    asked_for = deployment.restores if deployment.is_requested_rollback else None
    if asked_for is None:
        if good is None:
            return WayBack(over=deployment.desired)
        return WayBack(
            documents=good.desired,
            values=good.values,
            over=deployment.desired,
            task_definitions=record.task_definitions,
        )
    return WayBack(
        documents=deployment.desired,
        values=await _values_of(ledger, asked_for, record),
        over=await _live_documents(ledger, deployment, record),
        task_definitions=record.task_definitions,
    )


async def _values_of(ledger: Ledger, restored: str, record: TargetRecord) -> Mapping[str, str]:
    """The live values of a recorded revision.

    Only success leaves its own values: those of a deployment that was rolled back are of what it left.
    """
    if record.last_good is not None and record.last_good.deployment_id == restored:
        return record.last_good.values
    head = await ledger.deployment(restored)
    return head.progress.values if head is not None and head.state in _KEPT_ITS_VALUES else {}


async def _live_documents(ledger: Ledger, deployment: Deployment, record: TargetRecord) -> BodyRef | None:
    """What lives now: the last good documents, or those of a later deployment that failed and was left."""
    good = record.last_good
    found = await ledger.search(DeploymentFilter(target_id=record.target.id), _SEARCHED)
    started = [one for one in found if one.started_at is not None and one.id != deployment.id]
    newest = max(started, key=lambda one: (one.started_at, one.id), default=None)
    if newest is not None and newest.state in _LEFT_ITS_DOCUMENTS and newest.desired is not None:
        return newest.desired
    return good.desired if good is not None else None
