"""Dry runs over HTTP: asked for, waited for, shown, and forgotten."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.adapters.codec import encode
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.contracts.messages import DryRunRequested
from gitmoxi.domain.deployments import (
    SHARDS,
    ObjectChange,
    PlannedCall,
    PlannedDifference,
    PlannedWarning,
    PlanRecord,
    Risk,
    Verb,
)
from gitmoxi.domain.dryruns import DryRun, DryRunObject, DryRunReport, DryRunState
from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import UnavailableError
from gitmoxi.ports.ledger import PutDryRun
from tests.unit.api.stage import ECS, FUNCTION, SHA, URL, Stage

ASKED = {"repository": URL, "branch": "main"}
PLAN = PlanRecord(
    deployment_id="dr-1/prod/web_svcdef.json",
    verb=Verb.UPDATE,
    strategy="rolling update",
    differences=(PlannedDifference(document="service", path="desiredCount", before="1", after=None),),
    steps=("update the service",),
    calls=(PlannedCall(api="ecs:UpdateService", summary="set desiredCount"),),
    warnings=(PlannedWarning(text="it is adopted", risk=Risk.DATA_PATH),),
)
FINDING = Finding(
    file="prod/fn_lambdadef.json",
    rule="shape.unknown-key",
    severity=Severity.ERROR,
    message="There is no key Runtim",
    line=3,
    column=5,
    json_path="$.Runtim",
)
REPORT = DryRunReport(
    objects=(
        DryRunObject(
            prefix="prod/fn",
            kind=TargetKind.LAMBDA,
            change=ObjectChange.ADDED,
            target=FUNCTION,
            failure="Its files have 1 error.",
            findings=(FINDING,),
        ),
        DryRunObject(
            prefix="prod/web",
            kind=TargetKind.ECS,
            change=ObjectChange.MODIFIED,
            files=("prod/web_svcdef.json",),
            target=ECS,
            plan=PLAN,
            notes=("It waits.",),
            rendered={"prod/web_svcdef.json": "{}"},
        ),
    ),
    files=("prod/web_svcdef.json",),
    warnings=("dev/cache has no definition file",),
)


class BusyClock(FakeClock):
    """While the API sleeps, others work: ``after`` the n-th sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.after: dict[int, Callable[[], Awaitable[None]]] = {}

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if (work := self.after.get(len(self.slept))) is not None:
            await work()


@pytest.fixture
def stage() -> Stage:
    return Stage(clock=BusyClock())


async def ask(stage: Stage, api: Any, **said: Any) -> str:
    answer = await api.post("/v1/dryruns", json=ASKED | said)
    assert answer.status_code == 202
    return str(answer.json()["id"])


async def planned(stage: Stage, dry_run_id: str) -> None:
    """What ingestor and planner do."""
    asked = await stage.ledger.dry_run(dry_run_id)
    assert asked is not None
    report = await stage.bodies.put(encode(REPORT).encode())
    done = replace(
        asked, state=DryRunState.PLANNED, because="1 to update, 1 refused.", sha=SHA, report=report
    )
    await stage.ledger.transact([PutDryRun(dry_run=done, expected_state=DryRunState.RECEIVED)])


class TestAsking:
    async def test_it_is_stored_and_the_ingestor_is_told(self, stage, api):
        answer = await api.post("/v1/dryruns", json=ASKED | {"head": "feature/cart", "force": True})

        body = answer.json()
        assert answer.headers["location"] == f"/v1/dryruns/{body['id']}"
        assert (body["state"], body["head"], body["force"], body["report"]) == (
            "RECEIVED",
            "feature/cart",
            True,
            None,
        )
        (event,) = stage.publisher.published
        assert event.detail_type == DryRunRequested.DETAIL_TYPE
        assert json.loads(event.detail) == {"dryrun_id": body["id"]}
        stored = await stage.ledger.dry_run(body["id"])
        assert stored.expires_at - stored.requested_at == timedelta(hours=24)

    async def test_an_event_that_cannot_be_published_now_is_left_to_the_sweeper(self, stage, api):
        stage.publisher.fault = UnavailableError("the bus is away")

        dry_run_id = await ask(stage, api)

        left = [e for shard in range(SHARDS) for e in await stage.ledger.outbox(Worker.INGESTOR, shard, 9)]
        assert [json.loads(event.detail) for event in left] == [{"dryrun_id": dry_run_id}]

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            pytest.param({"branch": "a..b"}, "body.branch", id="no branch's name"),
            pytest.param({"head": "-rf"}, "body.head", id="no head's name"),
            pytest.param({"repository": "ftp://x/y"}, "body.repository", id="no repository's URL"),
            pytest.param({"deploy": True}, "body.deploy", id="something unknown"),
        ],
    )
    async def test_nonsense_is_refused(self, stage, api, said, field):
        answer = await api.post("/v1/dryruns", json=ASKED | said)

        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert stage.publisher.published == []


class TestLooking:
    async def test_without_waiting_it_is_told_how_far_it_is(self, stage, api):
        dry_run_id = await ask(stage, api)

        body = (await api.get(f"/v1/dryruns/{dry_run_id}")).json()

        assert (body["state"], body["report"]) == ("RECEIVED", None)
        assert stage.clock.slept == []

    async def test_a_report_is_shown_as_it_was_stored(self, stage, api):
        dry_run_id = await ask(stage, api)
        await planned(stage, dry_run_id)

        body = (await api.get(f"/v1/dryruns/{dry_run_id}")).json()

        assert (body["state"], body["sha"], body["because"]) == ("PLANNED", SHA, "1 to update, 1 refused.")
        refused, update = body["report"]["objects"]
        assert (refused["outcome"], refused["failure"]) == ("refused", "Its files have 1 error.")
        assert refused["target"]["name"] == "resize"
        assert (refused["findings"][0]["line"], refused["findings"][0]["severity"]) == (3, "error")
        assert update["outcome"] == "update"
        assert update["target"]["id"] == ECS.id
        assert update["plan"]["differences"] == [
            {"document": "service", "path": "desiredCount", "before": "1", "after": None}
        ]
        assert update["plan"]["warnings"] == [{"text": "it is adopted", "risk": "data path"}]
        assert update["notes"] == ["It waits."]
        assert update["rendered"] is None

    async def test_rendered_documents_come_only_when_asked_for(self, stage, api):
        dry_run_id = await ask(stage, api)
        await planned(stage, dry_run_id)

        body = (await api.get(f"/v1/dryruns/{dry_run_id}?rendered=true")).json()

        assert body["report"]["objects"][1]["rendered"] == {"prod/web_svcdef.json": "{}"}

    async def test_waiting_ends_with_the_dry_run(self, stage, api):
        dry_run_id = await ask(stage, api)
        stage.clock.after[8] = lambda: planned(stage, dry_run_id)

        body = (await api.get(f"/v1/dryruns/{dry_run_id}?wait=20")).json()

        assert body["state"] == "PLANNED"
        assert sum(stage.clock.slept) == pytest.approx(2.0)

    async def test_waiting_ends_when_the_time_is_over(self, stage, api):
        dry_run_id = await ask(stage, api)

        body = (await api.get(f"/v1/dryruns/{dry_run_id}?wait=1.1")).json()

        assert body["state"] == "RECEIVED"
        assert sum(stage.clock.slept) == pytest.approx(1.1)

    async def test_nobody_waits_longer_than_a_load_balancer_does(self, stage, api):
        dry_run_id = await ask(stage, api)

        assert (await api.get(f"/v1/dryruns/{dry_run_id}?wait=21")).status_code == 422

    async def test_one_that_failed_says_why(self, stage, api):
        dry_run_id = await ask(stage, api)
        asked: DryRun = await stage.ledger.dry_run(dry_run_id)
        failed = replace(asked, state=DryRunState.FAILED, because="Branch main is not registered.")
        await stage.ledger.transact([PutDryRun(dry_run=failed, expected_state=DryRunState.RECEIVED)])

        body = (await api.get(f"/v1/dryruns/{dry_run_id}?wait=20")).json()

        assert (body["state"], body["because"]) == ("FAILED", "Branch main is not registered.")

    async def test_an_expired_one_is_forgotten_even_while_it_is_still_stored(self, stage, api):
        dry_run_id = await ask(stage, api)
        stage.clock.advance(24 * 3600)

        answer = await api.get(f"/v1/dryruns/{dry_run_id}")

        assert answer.status_code == 404
        assert "ask for a new one" in answer.json()["detail"]
