"""A genuine webhook becomes a push on the bus, at once; what is no push is ignored, and says why."""

from __future__ import annotations

import json

import httpx
import pytest

from gitmoxi.domain.records import PushOutcome, PushRecord
from gitmoxi.domain.states import Worker
from gitmoxi.errors import UnavailableError
from tests.unit.api.stage import REPOSITORY, SHA, T0, URL, Stage
from tests.unit.api.webhooks import (
    GITHUB,
    GITLAB,
    GUID,
    NOBODY,
    SIGNING_TOKEN,
    expect_webhooks,
    github_headers,
    github_push,
    gitlab_headers,
    gitlab_push,
    gitlab_signed_headers,
)


async def test_githubs_push_is_handed_to_the_ingestor(api, stage):
    await expect_webhooks(stage)
    body = github_push()

    answer = await api.post(GITHUB, content=body, headers=github_headers(body))

    assert answer.status_code == 202
    delivery_id = f"{REPOSITORY}:{GUID}"
    assert answer.json() == {
        "accepted": True,
        "because": "The tip of main is deployed, as the ingestor finds it.",
        "delivery_id": delivery_id,
        "dry_run_id": None,
    }
    assert answer.headers["location"] == f"/v1/pushes/{delivery_id}"
    (event,) = stage.publisher.published
    assert event.detail_type == "gitmoxi.push.v1"
    assert json.loads(event.detail) == {
        "repository": URL,
        "branch": "main",
        "commit": SHA,
        "delivery_id": delivery_id,
        "force": False,
    }
    assert ("Webhooks", "ACCEPTED") in stage.meter.noted


async def test_the_location_leads_to_what_became_of_it(api, stage):
    await expect_webhooks(stage)
    body = github_push()
    answer = await api.post(GITHUB, content=body, headers=github_headers(body))
    push = PushRecord(
        delivery_id=answer.json()["delivery_id"],
        repository=URL,
        branch="main",
        at=T0,
        outcome=PushOutcome.INGESTED,
        because="1 service object changed.",
    )
    await stage.ledger.put_push(push)

    assert (await api.get(answer.headers["location"])).json()["outcome"] == "INGESTED"


@pytest.mark.parametrize("event", ["Push Hook", "System Hook"])
async def test_gitlabs_push_with_a_secret_token(api, stage, event):
    await expect_webhooks(stage)
    answer = await api.post(GITLAB, content=gitlab_push(), headers=gitlab_headers(event=event))
    assert answer.status_code == 202
    assert answer.json()["delivery_id"] == f"{REPOSITORY}:f3a1c0de-4c93-11ef-8e4c-0242ac120002"


async def test_gitlabs_push_with_a_signing_token(api, stage):
    await expect_webhooks(stage, SIGNING_TOKEN)
    body = gitlab_push()
    answer = await api.post(GITLAB, content=body, headers=gitlab_signed_headers(body))
    assert (answer.status_code, answer.json()["delivery_id"]) == (202, f"{REPOSITORY}:msg-00000001")


async def test_a_system_hook_of_gitlab_names_its_event_otherwise(api, stage):
    await expect_webhooks(stage)
    body = gitlab_push(object_kind=None, event_name="push")
    assert (await api.post(GITLAB, content=body, headers=gitlab_headers())).status_code == 202


async def test_one_event_of_gitlab_that_leads_to_two_pushes_is_two_deliveries(api, stage):
    await expect_webhooks(stage)
    headers = {name: value for name, value in gitlab_headers().items() if name != "idempotency-key"}
    ids = [
        (await api.post(GITLAB, content=body, headers=headers)).json()["delivery_id"]
        for body in (gitlab_push(), gitlab_push(after="b" * 40), gitlab_push())
    ]
    assert ids[0] == ids[2] != ids[1]
    assert all(delivery.startswith(f"{REPOSITORY}:{GUID}-") for delivery in ids)


@pytest.mark.parametrize("guid", ["", "short", "x" * 200, "../../pushes", "tip\N{SNOWMAN}"])
async def test_an_odd_delivery_id_is_replaced_by_one_that_the_body_gives(api, stage, guid):
    await expect_webhooks(stage)
    body = github_push()
    headers = {name: value.encode() for name, value in github_headers(body, guid=guid).items()}
    ids = {(await api.post(GITHUB, content=body, headers=headers)).json()["delivery_id"] for _ in range(2)}
    assert len(ids) == 1
    assert len(ids.pop()) == len(f"{REPOSITORY}:") + 32


@pytest.mark.parametrize(
    ("event", "changes", "because"),
    [
        pytest.param("ping", {}, "address and secret fit", id="ping"),
        pytest.param("release", {}, "this is 'release'", id="another event"),
        pytest.param("", {}, "this is an event without a name", id="no event"),
        pytest.param("push", {"ref": "refs/tags/v1"}, "'refs/tags/v1' is none", id="a tag"),
        pytest.param(
            "push", {"ref": "refs/heads/x"}, "'x' is not registered; registered are: main", id="branch"
        ),
        pytest.param("push", {"ref": "refs/heads/-x;"}, "is not registered", id="a name that is none"),
    ],
)
async def test_what_github_tells_beside_pushes_is_ignored(api, stage, event, changes, because):
    await expect_webhooks(stage)
    body = github_push(**changes)
    answer = await api.post(GITHUB, content=body, headers=github_headers(body, event=event))
    assert (answer.status_code, answer.json()["accepted"]) == (200, False)
    assert because in answer.json()["because"]
    assert stage.publisher.published == []


@pytest.mark.parametrize("kind", ["tag_push", "note", "", None, ["push"]])
async def test_what_gitlab_tells_beside_pushes_is_ignored(api, stage, kind):
    await expect_webhooks(stage)
    answer = await api.post(GITLAB, content=gitlab_push(object_kind=kind), headers=gitlab_headers())
    assert (answer.status_code, answer.json()["accepted"]) == (200, False)
    assert stage.publisher.published == []


async def test_scenario_26_a_deleted_branch_is_looked_at_and_nothing_else(api, stage):
    await expect_webhooks(stage)
    body = github_push(after=NOBODY, deleted=True)
    answer = await api.post(GITHUB, content=body, headers=github_headers(body))
    assert answer.status_code == 202
    assert "main was deleted: nothing is deployed or deleted" in answer.json()["because"]
    assert json.loads(stage.publisher.published[0].detail)["commit"] is None


@pytest.mark.parametrize(
    ("registered", "repository"),
    [
        pytest.param(
            "https://github.com/Acme/Shop", {"clone_url": "https://github.com/acme/shop.git"}, id="case"
        ),
        pytest.param(
            "https://git.corp:8443/a/b", {"clone_url": "https://git.corp:8443/a/b.git"}, id="a port"
        ),
        pytest.param("https://git.corp/a/b", {"html_url": "http://git.corp/a/b"}, id="without TLS inside"),
        pytest.param("https://git.corp/a/b", {"ssh_url": "git@git.corp:a/b.git"}, id="SSH"),
        pytest.param(
            "https://git.corp/a/b", {"ssh_url": "ssh://git@git.corp:2222/a/b.git"}, id="SSH with a port"
        ),
    ],
)
async def test_hosts_spell_a_repository_in_many_ways(api, stage, registered, repository):
    await expect_webhooks(stage, url=registered)
    body = github_push(repository=repository)
    assert (await api.post(GITHUB, content=body, headers=github_headers(body))).status_code == 202
    assert json.loads(stage.publisher.published[0].detail)["repository"] == registered


async def test_scenario_21_while_the_bus_is_away_the_push_waits_in_the_outbox(api, stage):
    await expect_webhooks(stage)
    stage.publisher.fault = UnavailableError("events:PutEvents: 503")
    body = github_push()
    assert (await api.post(GITHUB, content=body, headers=github_headers(body))).status_code == 202
    shards = [await stage.ledger.outbox(Worker.INGESTOR, shard, 10) for shard in range(64)]
    (event,) = [event for events in shards for event in events]
    assert json.loads(event.detail)["delivery_id"] == f"{REPOSITORY}:{GUID}"


async def test_a_public_name_opens_webhooks_and_nothing_else(stage):
    await expect_webhooks(stage)
    transport = httpx.ASGITransport(app=stage.app(webhook_hosts=("hooks.example.com",)))
    body = github_push()
    async with httpx.AsyncClient(transport=transport, base_url="https://hooks.example.com") as client:
        hook = await client.post(GITHUB, content=body, headers=github_headers(body))
        others = [await client.get("/v1/repositories"), await client.post("/v1/pushes", json={})]
    assert hook.status_code == 202
    assert {answer.status_code for answer in others} == {421}


async def test_without_a_public_name_a_tunnel_opens_nothing(stage):
    await expect_webhooks(stage)
    transport = httpx.ASGITransport(app=Stage().app())
    body = github_push()
    async with httpx.AsyncClient(transport=transport, base_url="https://hooks.example.com") as client:
        answer = await client.post(GITHUB, content=body, headers=github_headers(body))
    assert answer.status_code == 421
