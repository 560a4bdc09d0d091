"""A pull request's webhook asks once for the plan that is written there; what changes no plan says so."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from gitmoxi.contracts.messages import DryRunRequested
from gitmoxi.domain.dryruns import DryRun, DryRunState
from gitmoxi.domain.states import Worker
from gitmoxi.errors import ContentionError, UnavailableError
from tests.unit.api.stage import URL
from tests.unit.api.webhooks import (
    GITHUB,
    GITLAB,
    SIGNING_TOKEN,
    expect_webhooks,
    github_headers,
    github_pull_request,
    gitlab_headers,
    gitlab_merge_request,
    gitlab_signed_headers,
)


async def from_github(api, body: bytes, **changes: Any) -> Any:
    return await api.post(
        GITHUB, content=body, headers=github_headers(body, **{"event": "pull_request"} | changes)
    )


async def from_gitlab(api, body: bytes) -> Any:
    return await api.post(GITLAB, content=body, headers=gitlab_headers(event="Merge Request Hook"))


async def asked(stage, answer) -> DryRun:
    dry_run = await stage.ledger.dry_run(answer.json()["dry_run_id"])
    assert dry_run is not None
    return dry_run


@pytest.mark.parametrize("action", ["opened", "reopened", "synchronize", "ready_for_review", "edited"])
async def test_githubs_pull_request_asks_for_its_plan(api, stage, action):
    await expect_webhooks(stage, feedback=True)

    answer = await from_github(api, github_pull_request(action))

    assert answer.status_code == 202
    dry_run = await asked(stage, answer)
    assert (dry_run.repository_url, dry_run.branch, dry_run.head) == (URL, "main", "feature")
    assert (dry_run.pull_request, dry_run.state) == (7, DryRunState.RECEIVED)
    assert answer.headers["location"] == f"/v1/dryruns/{dry_run.id}"
    assert (await api.get(answer.headers["location"])).json()["id"] == dry_run.id
    (event,) = stage.publisher.published
    assert (event.detail_type, json.loads(event.detail)["dryrun_id"]) == (
        DryRunRequested.DETAIL_TYPE,
        dry_run.id,
    )
    assert ("Webhooks", "ACCEPTED") in stage.meter.noted


@pytest.mark.parametrize("action", ["open", "reopen", "update"])
async def test_gitlabs_merge_request_asks_for_its_plan(api, stage, action):
    await expect_webhooks(stage, feedback=True)
    answer = await from_gitlab(api, gitlab_merge_request(action))
    assert answer.status_code == 202
    dry_run = await asked(stage, answer)
    assert (dry_run.branch, dry_run.head, dry_run.pull_request) == ("main", "feature", 7)


async def test_gitlabs_merge_request_with_a_signing_token(api, stage):
    await expect_webhooks(stage, SIGNING_TOKEN, feedback=True)
    body = gitlab_merge_request()
    answer = await api.post(GITLAB, content=body, headers=gitlab_signed_headers(body))
    assert (await asked(stage, answer)).pull_request == 7


def github_side(ref: str, repository: int | None = 1) -> dict[str, Any]:
    return {"ref": ref, "repo": None if repository is None else {"id": repository}}


@pytest.mark.parametrize(
    ("body", "because"),
    [
        pytest.param(github_pull_request("closed"), "does not change by 'closed'", id="closed"),
        pytest.param(github_pull_request("labeled"), "does not change by 'labeled'", id="labeled"),
        pytest.param(github_pull_request(head=github_side("x", 2)), "from a fork", id="from a fork"),
        pytest.param(
            github_pull_request(head=github_side("x", None)), "from a fork", id="from a fork that is gone"
        ),
        pytest.param(
            github_pull_request(base=github_side("old")),
            "'old' is not registered; registered are: main",
            id="into another branch",
        ),
        pytest.param(
            github_pull_request(head=github_side("--upload-pack=x")), "is no branch name", id="an option"
        ),
    ],
)
async def test_what_changes_no_plan_on_github_is_ignored(api, stage, body, because):
    await expect_webhooks(stage, feedback=True)
    await ignored(stage, await from_github(api, body), because)


@pytest.mark.parametrize(
    ("body", "because"),
    [
        pytest.param(gitlab_merge_request("merge"), "does not change by 'merge'", id="merged"),
        pytest.param(gitlab_merge_request(source_project_id=2), "from a fork", id="from a fork"),
        pytest.param(
            gitlab_merge_request(target_branch="old"),
            "'old' is not registered; registered are: main",
            id="into another branch",
        ),
    ],
)
async def test_what_changes_no_plan_on_gitlab_is_ignored(api, stage, body, because):
    await expect_webhooks(stage, feedback=True)
    await ignored(stage, await from_gitlab(api, body), because)


async def test_a_repository_without_feedback_says_how_to_get_it(api, stage):
    await expect_webhooks(stage)
    await ignored(
        stage, await from_github(api, github_pull_request()), f"gmctl repo update -r {URL} --feedback"
    )


async def ignored(stage, answer, because: str) -> None:
    assert (answer.status_code, answer.json()["accepted"], answer.json()["dry_run_id"]) == (200, False, None)
    assert because in answer.json()["because"]
    assert "location" not in answer.headers
    assert stage.publisher.published == []


async def test_scenario_22_a_delivery_that_is_repeated_asks_once(api, stage):
    await expect_webhooks(stage, feedback=True)
    body = github_pull_request()
    answers = [await from_github(api, body) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["dry_run_id"] for answer in answers}) == 1
    assert len(stage.publisher.published) == 1


async def test_threat_replay_an_old_body_under_a_new_delivery_id_asks_nothing_new(api, stage):
    await expect_webhooks(stage, feedback=True)
    body = github_pull_request()
    await asyncio.gather(*(from_github(api, body, guid=f"captured-{number}") for number in range(5)))
    assert len(stage.publisher.published) == 1


async def test_the_next_push_to_the_pull_request_asks_anew(api, stage):
    await expect_webhooks(stage, feedback=True)
    for moment in ("08:00", "08:01"):
        await from_github(api, github_pull_request(updated_at=moment))
    assert len(stage.publisher.published) == 2


async def test_threat_forged_webhook_a_pull_request_that_nobody_signed_asks_for_nothing(api, stage):
    await expect_webhooks(stage, feedback=True)
    assert (await from_github(api, github_pull_request(), key="another")).status_code == 401
    assert stage.publisher.published == []


async def test_threat_forged_webhook_a_pull_request_of_another_repository_is_refused(api, stage):
    await expect_webhooks(stage, feedback=True)
    answer = await from_github(api, github_pull_request(url="https://git.example.com/team/other"))
    assert answer.status_code == 422
    assert "about another repository" in answer.json()["detail"]
    assert stage.publisher.published == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({"number": "7; rm"}, "number: ", id="a number that is none"),
        pytest.param({"number": 0}, "number: ", id="no pull request's number"),
        pytest.param({"pull_request": []}, "pull_request: ", id="a list where an object belongs"),
        pytest.param({"head": {"ref": "x"}}, "pull_request.head.repo: ", id="no repository"),
        pytest.param({"repository": None}, "'repository'", id="about nothing"),
    ],
)
async def test_a_genuine_body_that_makes_no_sense_names_the_place(api, stage, changes, place):
    await expect_webhooks(stage, feedback=True)
    answer = await from_github(api, github_pull_request(**changes))
    assert (answer.status_code, place in answer.json()["detail"]) == (422, True)
    assert stage.publisher.published == []


async def test_scenario_21_while_the_bus_is_away_the_question_waits_in_the_outbox(api, stage):
    await expect_webhooks(stage, feedback=True)
    stage.publisher.fault = UnavailableError("events:PutEvents: 503")
    assert (await from_github(api, github_pull_request())).status_code == 202
    shards = [await stage.ledger.outbox(Worker.INGESTOR, shard, 10) for shard in range(64)]
    (event,) = [event for events in shards for event in events]
    assert event.detail_type == DryRunRequested.DETAIL_TYPE


async def test_a_table_that_is_busy_is_asked_again_by_the_sender(api, stage, monkeypatch):
    await expect_webhooks(stage, feedback=True)

    async def busy(_writes: object) -> None:
        raise ContentionError("another transaction holds the item")

    monkeypatch.setattr(stage.ledger, "transact", busy)
    answer = await from_github(api, github_pull_request())
    assert (answer.status_code, stage.publisher.published) == (503, [])
