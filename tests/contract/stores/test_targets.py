"""What is known of all targets at once: their records, what looks found, and whose turn the next look is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gitmoxi.domain.deployments import PlannedDifference, Verb
from gitmoxi.domain.drift import Drift, DriftVerdict, LookRound
from gitmoxi.domain.outcomes import LastOutcome
from gitmoxi.domain.states import State
from gitmoxi.errors import ContentionError, InvariantError
from gitmoxi.ports.ledger import Ledger, PutTarget
from gitmoxi.ports.targets import DeleteDrift, PutDrift, PutLookRound
from tests.contract.stores.records import ECS, FUNCTION, SHA, T0, a_target, at


def a_drift(**changes: Any) -> Drift:
    values: dict[str, Any] = {
        "target": ECS,
        "verdict": DriftVerdict.DIFFERS,
        "because": "It differs in one place.",
        "against": "d-0",
        "since": T0,
        "checked_at": at(5),
        "revision": 1,
        "differences": (PlannedDifference(document="service", path="desiredCount", before="3", after="2"),),
        "count": 1,
    }
    return Drift(**values | changes)


async def test_a_record_keeps_how_the_last_deployment_ended(ledger: Ledger) -> None:
    last = LastOutcome(
        deployment_id="d-7",
        commit_sha=SHA,
        seq=7,
        state=State.ROLLED_BACK,
        at=T0,
        because="The tasks crash.",
        verb=Verb.UPDATE,
    )
    record = a_target(last=last)
    await ledger.transact([PutTarget(record=record, expected_revision=0)])
    assert await ledger.target(ECS) == record
    assert a_target().last is None, "records of earlier releases have none"


async def test_many_records_come_in_the_order_asked_for_without_the_missing(ledger: Ledger) -> None:
    targets = [replace(ECS, service_name=f"web-{number:03}") for number in range(230)]
    for start in range(0, len(targets), 100):
        await ledger.transact(
            [PutTarget(record=a_target(target=t), expected_revision=0) for t in targets[start : start + 100]]
        )
    found = await ledger.targets([*reversed(targets), FUNCTION])
    assert [record.target for record in found] == [*reversed(targets)]
    assert await ledger.targets([]) == []


async def test_what_looks_found_is_listed_by_target_and_forgotten(ledger: Ledger) -> None:
    service, function = (
        a_drift(),
        a_drift(target=FUNCTION, verdict=DriftVerdict.NONE, differences=(), count=0),
    )
    await ledger.transact([PutDrift(drift=drift, expected_revision=0) for drift in (function, service)])
    assert await ledger.drifts() == [service, function]
    await ledger.transact([DeleteDrift(target=ECS)])
    await ledger.transact([DeleteDrift(target=ECS)])
    assert await ledger.drifts() == [function]


async def test_a_thousand_and_more_drifts_need_several_pages(ledger: Ledger) -> None:
    """DynamoDB's pages end at 1 MB."""
    targets = [replace(ECS, service_name=f"web-{number:02}") for number in range(40)]
    for target in targets:
        drift = a_drift(target=target, because="x" * 30_000)
        await ledger.transact([PutDrift(drift=drift, expected_revision=0)])
    assert [drift.target for drift in await ledger.drifts()] == targets


async def test_of_two_looks_at_a_target_one_is_written(ledger: Ledger) -> None:
    await ledger.transact([PutDrift(drift=a_drift(), expected_revision=0)])
    with pytest.raises(ContentionError, match="drift of"):
        await ledger.transact([PutDrift(drift=a_drift(because="second"), expected_revision=0)])
    third = a_drift(because="third", revision=2)
    await ledger.transact([PutDrift(drift=third, expected_revision=1)])
    assert await ledger.drifts() == [third]


async def test_of_two_planners_one_gets_the_round_of_a_group(ledger: Ledger) -> None:
    assert await ledger.look_rounds() == []
    first = LookRound(group=7, begun_at=T0)
    await ledger.transact([PutLookRound(round=first, expected=None)])
    with pytest.raises(ContentionError, match="group 7"):
        await ledger.transact([PutLookRound(round=first, expected=None)])
    later, other = replace(first, begun_at=at(15)), LookRound(group=12, begun_at=T0)
    await ledger.transact([PutLookRound(round=later, expected=T0)])
    with pytest.raises(ContentionError, match="group 7"):
        await ledger.transact([PutLookRound(round=later, expected=T0)])
    await ledger.transact([PutLookRound(round=other, expected=None)])
    assert await ledger.look_rounds() == [later, other]


async def test_a_counter_that_does_not_rise_is_a_bug(ledger: Ledger) -> None:
    with pytest.raises(InvariantError, match="drift of"):
        await ledger.transact([PutDrift(drift=a_drift(revision=3), expected_revision=3)])
