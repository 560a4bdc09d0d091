"""Which revision a rollback brings back, and what lies over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Deployment, Progress, Verb
from gitmoxi.domain.records import LastGood, TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import CreateDeployment
from gitmoxi.workflow.way_back import WayBack, way_back
from tests.unit.workflow.stage import START, TARGET, waiting_deployment

OLD, GOOD, NEW = (BodyRef(sha256=digit * 64, size=1) for digit in "123")
LAST_GOOD = LastGood(
    deployment_id="d-2", commit_sha="c" * 40, desired=GOOD, at=START, values={"task_definition": "web:2"}
)


def ended(number: int, state: State, desired: BodyRef, **members: Any) -> Deployment:
    at = START + timedelta(minutes=number)
    values = {"task_definition": f"web:{number}"}
    return replace(
        waiting_deployment(f"d-{number}", number),
        state=state,
        desired=desired,
        progress=Progress(values=values),
        started_at=at,
        next_at=None if state.terminal else at,
        **members,
    )


async def found(rollback: Deployment, *history: Deployment, good: LastGood | None = LAST_GOOD) -> WayBack:
    ledger = MemoryLedger()
    await ledger.transact([CreateDeployment(deployment=one) for one in (*history, rollback)])
    record = TargetRecord(target=TARGET, last_good=good, task_definitions={"hash": "web:2"})
    return await way_back(ledger, rollback, record)


HANDED_OVER = ended(3, State.ROLLING_BACK, NEW)
RETRIED = ended(3, State.ROLLING_BACK, NEW, verb=Verb.UPDATE, restores="d-1")
ASKED = ended(9, State.ROLLING_BACK, OLD, verb=Verb.ROLLBACK, restores="d-1")
SUCCEEDED = ended(1, State.SUCCEEDED, OLD)


@pytest.mark.parametrize(
    "head", [pytest.param(HANDED_OVER, id="failed"), pytest.param(RETRIED, id="retried")]
)
async def test_a_deployment_that_failed_goes_back_to_the_last_good_revision(head: Deployment) -> None:
    way = await found(head)
    assert (way.documents, way.values, way.over) == (GOOD, {"task_definition": "web:2"}, NEW)


async def test_where_nothing_ever_succeeded_only_what_lies_over_it_is_known() -> None:
    assert await found(HANDED_OVER, good=None) == WayBack(over=NEW)


async def test_a_request_goes_back_to_the_recorded_documents_with_their_values() -> None:
    way = await found(ASKED, SUCCEEDED)
    assert (way.documents, way.values, way.over) == (OLD, {"task_definition": "web:1"}, GOOD)
    assert way.task_definitions == {"hash": "web:2"}


async def test_the_last_good_revision_has_the_values_of_the_target_s_own_record() -> None:
    way = await found(replace(ASKED, restores="d-2"), ended(2, State.SUCCEEDED, GOOD))
    assert way.values == LAST_GOOD.values


@pytest.mark.parametrize("state", [State.ROLLED_BACK, State.CANCELLED, State.FAILED])
async def test_what_did_not_succeed_has_values_of_something_else(state: State) -> None:
    assert (await found(ASKED, replace(SUCCEEDED, state=state))).values == {}


async def test_a_record_that_is_gone_leaves_the_documents() -> None:
    way = await found(ASKED)
    assert (way.documents, way.values) == (OLD, {})


@pytest.mark.parametrize(
    ("state", "over"),
    [
        pytest.param(State.FAILED, NEW, id="failed and was left"),
        pytest.param(State.ROLLBACK_FAILED, NEW, id="could not be undone"),
        pytest.param(State.SUPERSEDED, NEW, id="replaced in flight"),
        pytest.param(State.ROLLED_BACK, GOOD, id="undone"),
        pytest.param(State.CANCELLED, GOOD, id="aborted and undone"),
    ],
)
async def test_what_lies_over_it_is_what_the_last_deployment_left(state: State, over: BodyRef) -> None:
    assert (await found(ASKED, SUCCEEDED, ended(3, state, NEW))).over == over
