"""From recorded targets to what clients get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gitmoxi.domain.drift import Drift, DriftVerdict
from gitmoxi.domain.outcomes import LastOutcome
from gitmoxi.domain.records import LastGood
from gitmoxi.strategies.ecs_rolling import TASK_DEFINITION
from gitmoxi.strategies.lambda_steps import VERSION
from gitmoxi_api.fleet import Condition, FleetTarget
from gitmoxi_api.status_replies import (
    CurrentRevisionReply,
    DriftReply,
    LastOutcomeReply,
    StandingReply,
    TargetStatusReply,
)
from gitmoxi_api.views import target_view


def status_view(item: FleetTarget) -> TargetStatusReply:
    """One target."""
    known, record = item.known, item.record
    good = record.last_good if record is not None else None
    return TargetStatusReply(
        target=target_view(known.target),
        repository=known.repository_url,
        branch=known.branch,
        prefix=known.prefix,
        condition=item.condition,
        orphaned=item.orphaned,
        revision=None if good is None else _revision(good),
        last=None if item.last is None else _outcome(item.last),
        under_way=tuple(_standing(item)),
        drift=_unknown(item) if item.drift is None else _drift(item.drift),
    )


def counted(items: Iterable[FleetTarget]) -> dict[Condition, int]:
    """How many targets are in each condition, the usual one first."""
    found = Counter(item.condition for item in items)
    return {condition: found[condition] for condition in reversed(Condition) if found[condition]}


def _revision(good: LastGood) -> CurrentRevisionReply:
    arn, version = good.values.get(TASK_DEFINITION, ""), good.values.get(VERSION)
    return CurrentRevisionReply(
        deployment_id=good.deployment_id,
        commit=good.commit_sha,
        at=good.at,
        name=arn.rpartition("/")[2] or version,
    )


def _outcome(last: LastOutcome) -> LastOutcomeReply:
    return LastOutcomeReply(
        deployment_id=last.deployment_id,
        commit=last.commit_sha,
        state=last.state,
        status=last.state.status,
        at=last.at,
        because=last.because,
        verb=last.verb,
    )


def _standing(item: FleetTarget) -> Iterable[StandingReply]:
    record = item.record
    if record is None:
        return
    places = (("active", record.active_id), ("waiting", record.waiting_id), ("held", record.held_id))
    for place, deployment_id in places:
        if deployment_id is not None:
            head = item.heads.get(deployment_id)
            yield StandingReply(
                deployment_id=deployment_id,
                place=place,
                state=head.state if head is not None else None,
                commit=head.origin.commit_sha if head is not None else None,
                because=head.because if head is not None else "Its record cannot be read.",
            )


def _drift(drift: Drift) -> DriftReply:
    return DriftReply(
        drifted=None if drift.verdict is DriftVerdict.UNKNOWN else drift.verdict.drifted,
        verdict=drift.verdict,
        because=drift.because,
        since=drift.since,
        checked_at=drift.checked_at,
        places=drift.where,
        count=drift.count,
    )


def _unknown(item: FleetTarget) -> DriftReply:
    return DriftReply(
        drifted=None,
        verdict=DriftVerdict.UNKNOWN,
        because=item.why_no_drift_is_known,
        since=None,
        checked_at=None,
        places=(),
        count=0,
    )
