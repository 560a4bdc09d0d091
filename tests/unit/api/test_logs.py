"""Log lines of several services are one list of the newest; where there is none, the answer says why."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import AwsRejectedError, UnavailableError
from gitmoxi.ports.ledger import CreateDeployment
from tests.unit.api.stage import T0, a_deployment


def line(event: str = "message.settled", level: str = "info", **fields: object) -> str:
    """A canonical line."""
    return json.dumps({"timestamp": "x", "level": level, "event": event, "canonical": True, **fields})


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


async def asked(api, **query):
    answer = await api.get("/v1/logs", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_lines_of_all_workers_are_in_order_of_time(api, stage):
    for number, service in ((3, "planner"), (1, "rollback"), (2, "ingestor"), (4, "api")):
        stage.logs.put(service, T0 - minutes(number), line())
    found = (await asked(api))["entries"]
    assert [entry["service"] for entry in found] == ["planner", "ingestor", "rollback"]


@pytest.mark.parametrize(
    ("workers", "services"),
    [
        pytest.param(tuple(Worker), ["notifier", "planner"], id="with the notifier"),
        pytest.param((Worker.PLANNER,), ["planner"], id="without it"),
    ],
)
async def test_only_workers_that_are_installed_are_asked_for_lines(stage, workers, services):
    stage.workers = workers
    for service in ("notifier", "planner"):
        stage.logs.put(service, T0, line())
    async with stage.client() as api:
        found = (await asked(api))["entries"]
    assert sorted(entry["service"] for entry in found) == services


async def test_a_line_is_taken_apart_and_kept(api, stage):
    text = line(because="a newer image", service="planner", receive_count=1)
    stage.logs.put("planner", T0, text)
    [entry] = (await asked(api, service="planner"))["entries"]
    assert (entry["event"], entry["level"], entry["because"]) == ("message.settled", "info", "a newer image")
    assert entry["fields"] == {"receive_count": 1}
    assert entry["raw"] == text


async def test_the_apis_own_lines_are_there_for_who_asks(api, stage):
    stage.logs.put("api", T0, line("request.served"))
    assert [e["event"] for e in (await asked(api, service="api"))["entries"]] == ["request.served"]


async def test_only_lines_that_name_the_deployment(api, stage):
    stage.logs.put("planner", T0, line(deployment_id="d-1"))
    stage.logs.put("ecs-deployer", T0, line(deployment_id="d-2"))
    found = (await asked(api, deployment="d-2"))["entries"]
    assert [entry["service"] for entry in found] == ["ecs-deployer"]


@pytest.mark.parametrize(
    ("level", "shown"),
    [("debug", 3), ("info", 3), ("warning", 2), ("error", 1), ("critical", 0)],
)
async def test_only_lines_that_matter_so_much(api, stage, level, shown):
    for said in ("info", "warning", "error"):
        stage.logs.put("planner", T0, line(level=said))
    assert len((await asked(api, level=level))["entries"]) == shown


async def test_of_many_the_newest_are_shown_and_that_there_are_more_is_said(api, stage):
    for number in range(9):
        stage.logs.put("planner", T0 - minutes(number), line(number=number))
    found = await asked(api, limit=3)
    assert [entry["fields"]["number"] for entry in found["entries"]] == [2, 1, 0]
    assert found["cut"] is True


async def test_no_client_makes_us_read_for_ever(api, stage):
    stage.logs.page_size = 1
    for number in range(50):
        stage.logs.put("planner", T0 - minutes(number / 100), line(level="debug"))
    found = await asked(api, service="planner", level="error")
    assert (stage.logs.pages, found["cut"], found["entries"]) == (8, True, [])


async def test_metrics_that_travel_with_the_lines_are_left_out(api, stage):
    stage.logs.put("planner", T0, json.dumps({"_aws": {}, "Messages": 1}))
    assert (await asked(api))["entries"] == []


@pytest.mark.parametrize(
    "text", ["Traceback", "[1]", '"x"', "{", "[" * 100_000, '{"level": 7, "event": null}']
)
async def test_what_is_no_line_of_ours_is_shown_as_it_is(api, stage, text):
    stage.logs.put("planner", T0, text)
    [entry] = (await asked(api))["entries"]
    assert (entry["event"], entry["level"]) == (text, "info")


class TestNothing:
    async def test_a_quiet_time_is_explained(self, api):
        assert "No line since 2026-11-22T08:50:00+00:00. Services ship one" in (await asked(api))["remark"]

    async def test_no_such_deployment_is_said(self, api):
        assert (await asked(api, deployment="d-9"))["remark"].startswith("There is no deployment d-9")

    async def test_a_deployment_that_ended_before_is_said_to_have(self, api, stage):
        head = a_deployment(state=State.SUCCEEDED, updated_at=T0 - minutes(60))
        await stage.ledger.transact([CreateDeployment(deployment=head)])
        remark = (await asked(api, deployment="d-1"))["remark"]
        assert remark.startswith("d-1 is SUCCEEDED and was last touched at 2026-11-22T08:00:00+00:00, before")

    async def test_where_there_are_lines_there_is_no_remark(self, api, stage):
        stage.logs.put("planner", T0, line())
        assert (await asked(api))["remark"] is None


async def test_a_moment_may_be_named_instead(api, stage):
    stage.logs.put("planner", T0 - minutes(90), line())
    assert (await asked(api))["entries"] == []
    assert len((await asked(api, since=(T0 - minutes(100)).isoformat()))["entries"]) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"service": "baker"},
        {"deployment": 'x" -y'},
        {"seconds": 0},
        {"seconds": 40 * 86_400},
        {"since": "2026-11-22T10:00:00+00:00"},
        {"since": "2026-11-22T08:00:00"},
        {"limit": 1001},
    ],
)
async def test_nonsense_is_refused(api, query):
    assert (await api.get("/v1/logs", params=query)).status_code == 422


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (UnavailableError("away"), 503),
        (AwsRejectedError(operation="logs:FilterLogEvents", code="AccessDenied", reason="no"), 502),
    ],
)
async def test_when_cloudwatch_does_not_answer(api, stage, fault, status):
    stage.logs.fault = fault
    assert (await api.get("/v1/logs")).status_code == status
