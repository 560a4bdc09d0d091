"""A push goes to the bus; its answer, and its deployments, are asked for by the delivery's id."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.records import PushOutcome, PushRecord
from gitmoxi.domain.states import State
from gitmoxi.errors import UnavailableError
from tests.unit.api.stage import SHA, T0, URL, a_deployment


async def test_a_push_is_published_with_a_fresh_delivery(api, stage):
    answer = await api.post("/v1/pushes", json={"repository": f"{URL}.git", "branch": "main"})
    assert answer.status_code == 202
    delivery_id = answer.json()["delivery_id"]
    assert answer.headers["location"] == f"/v1/pushes/{delivery_id}"
    (event,) = stage.publisher.published
    assert event.detail_type == "gitmoxi.push.v1"
    assert json.loads(event.detail) == {
        "repository": URL,
        "branch": "main",
        "delivery_id": delivery_id,
        "force": False,
    }


async def test_two_pushes_are_two_deliveries(api, stage):
    body = {"repository": URL, "branch": "main", "force": True}
    ids = {(await api.post("/v1/pushes", json=body)).json()["delivery_id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(json.loads(event.detail)["force"] for event in stage.publisher.published)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"repository": "shop", "branch": "main"}, "body.repository", id="no URL"),
        pytest.param({"repository": URL, "branch": "-x"}, "body.branch", id="no branch"),
        pytest.param({"repository": URL}, "body.branch", id="branch missing"),
    ],
)
async def test_a_push_that_nobody_could_use_is_not_published(api, stage, body, field):
    answer = await api.post("/v1/pushes", json=body)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert stage.publisher.published == []


async def test_a_push_that_the_bus_does_not_take_is_not_accepted(api, stage):
    stage.publisher.fault = UnavailableError("events:PutEvents: 503 from an address nobody should see")
    answer = await api.post("/v1/pushes", json={"repository": URL, "branch": "main"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "address nobody should see" not in answer.text


async def test_there_is_no_answer_before_the_ingestor_gave_one(api, stage):
    answer = await api.get("/v1/pushes/delivery-1")
    assert answer.status_code == 404
    assert (
        "delivery-1 is not answered yet, or was never sent, or could not be read and lies in the ingestor's "
        "dead-letter queue"
    ) in answer.json()["detail"]
    assert (await api.get("/v1/pushes/delivery-1/deployments")).status_code == 404


async def test_a_refused_push_says_why(api, stage):
    await stage.ledger.put_push(
        PushRecord(
            delivery_id="delivery-1",
            repository="https://git.example.com/other",
            branch="main",
            at=T0,
            outcome=PushOutcome.REFUSED,
            because="The repository is not registered.",
        )
    )
    answer = (await api.get("/v1/pushes/delivery-1")).json()
    assert (answer["outcome"], answer["because"]) == ("REFUSED", "The repository is not registered.")
    assert (await api.get("/v1/pushes/delivery-1/deployments")).json() == {"deployments": []}


async def test_an_ingested_push_leads_to_its_commit_and_all_its_deployments(api, stage):
    web = a_deployment("d-web", prefix="prod/web")
    await stage.ingest(web, a_deployment("d-api", prefix="prod/api"))
    answer = (await api.get("/v1/pushes/delivery-1")).json()
    assert (answer["outcome"], answer["seq"], answer["sha"]) == ("INGESTED", 7, SHA)
    await stage.move(web, State.SUCCEEDED, "It runs.")
    found = (await api.get("/v1/pushes/delivery-1/deployments")).json()["deployments"]
    assert [(item["prefix"], item["status"]) for item in found] == [
        ("prod/api", "PROCESSING"),
        ("prod/web", "PROCESSED_SUCCESS"),
    ]


async def test_deployments_of_another_processing_of_the_same_commit_are_not_among_them(api, stage):
    await stage.ingest(a_deployment("d-old", state=State.SUCCEEDED), delivery_id="first", seq=7)
    await stage.ingest(a_deployment("d-forced", seq=8), delivery_id="second", seq=8)
    found = (await api.get("/v1/pushes/second/deployments")).json()["deployments"]
    assert [item["id"] for item in found] == ["d-forced"]
