"""Held deletions of a commit are approved: commands are appended and audited, the planner is woken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitmoxi.domain.deployments import CommandKind, Deployment, ObjectChange
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import UnavailableError
from tests.unit.api.stage import SHA, URL, Stage, a_deployment

ADA = {"by": "ada"}


def a_deletion(name: str, state: State = State.HELD, **changes: Any) -> Deployment:
    values = {"prefix": f"prod/{name}", "change": ObjectChange.DELETED, "owner": Worker.PLANNER}
    return a_deployment(f"d-{name}", state=state, **values | changes)


async def approvals(stage: Stage, name: str) -> list[str]:
    return [
        command.by
        for command in await stage.ledger.commands(f"d-{name}", "")
        if command.kind is CommandKind.APPROVE
    ]


@pytest.mark.parametrize("sha", [pytest.param(SHA, id="whole"), pytest.param(SHA[:7].upper(), id="short")])
async def test_each_held_deletion_gets_an_approval_and_the_planner_is_woken(api, stage, sha):
    heads = [a_deletion("a"), a_deletion("b")]
    await stage.ingest(*heads, a_deployment("d-web"))

    answer = await api.post(f"/v1/commits/{sha}/approve-deletes", json=ADA)

    assert answer.status_code == 202
    reply = answer.json()
    assert (reply["commit"], reply["repository"], reply["branch"]) == (SHA, URL, "main")
    assert [(d["prefix"], d["state"], d["by"]) for d in reply["deletions"]] == [
        ("prod/a", "HELD", "ada"),
        ("prod/b", "HELD", "ada"),
    ]
    assert [await approvals(stage, name) for name in ("a", "b", "web")] == [["ada"], ["ada"], []]
    told = [json.loads(event.detail) for event in stage.publisher.published]
    assert {(t["deployment_id"], t["worker"]) for t in told} == {("d-a", "planner"), ("d-b", "planner")}
    assert await stage.ledger.deployments(["d-a", "d-b"]) == heads, "the API moves nothing itself"


async def test_it_is_audited_with_who_and_what(api, stage):
    await stage.ingest(a_deletion("a"), a_deletion("b"))

    await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)

    (entry,) = await stage.ledger.audit(5)
    assert entry.kind == "deletions.approved"
    assert entry.summary == f"ada approved that commit {SHA[:12]} of main deletes prod/a, prod/b."
    assert entry.details == {
        "by": "ada",
        "repository": URL,
        "branch": "main",
        "commit": SHA,
        "deployments": "d-a, d-b",
    }


async def test_an_approval_that_cannot_be_audited_is_none(api, stage, monkeypatch):
    async def down(_entry):
        raise UnavailableError("the audit table is away")

    monkeypatch.setattr(stage.ledger, "put_audit", down)
    await stage.ingest(a_deletion("a"))

    assert (await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)).status_code == 503
    assert await approvals(stage, "a") == []


async def test_approved_twice_it_is_approved_once_by_the_first(api, stage):
    await stage.ingest(a_deletion("a"))
    await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)

    again = await api.post(f"/v1/commits/{SHA}/approve-deletes", json={"by": "grace"})

    assert again.status_code == 202
    assert [d["by"] for d in again.json()["deletions"]] == ["ada"]
    assert await approvals(stage, "a") == ["ada"]
    assert len(await stage.ledger.audit(5)) == 1


async def test_once_it_is_carried_on_it_stays_approved(api, stage):
    head = a_deletion("a")
    await stage.ingest(head)
    await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)
    await stage.move(head, State.WAITING, "ada approved that.")

    again = await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)

    assert [(d["state"], d["by"]) for d in again.json()["deletions"]] == [("WAITING", "ada")]


async def test_only_what_is_held_now_is_approved(api, stage):
    await stage.ingest(a_deletion("a"), a_deletion("gone", State.SUPERSEDED), a_deletion("b", State.FAILED))

    reply = (await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)).json()

    assert [d["prefix"] for d in reply["deletions"]] == ["prod/a"]


async def test_a_hundred_deletions_are_approved_in_transactions_that_dynamodb_takes(api, stage):
    await stage.ingest(*(a_deletion(f"s{n}") for n in range(30)))
    more = [a_deletion(f"t{n}", seq=8) for n in range(30)]
    await stage.ingest(*more, delivery_id="delivery-2", seq=8)

    reply = (await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)).json()

    assert len(reply["deletions"]) == 60


@pytest.mark.parametrize(
    ("heads", "told"),
    [
        pytest.param(
            [a_deletion("a", State.WAITING, because="It goes.")],
            "prod/a is WAITING: It goes.",
            id="within limits",
        ),
        pytest.param(
            [a_deletion("a", State.SUPERSEDED, because="It is back.")],
            "prod/a is SUPERSEDED: It is back.",
            id="overtaken",
        ),
        pytest.param([a_deployment("d-web")], "deletes nothing", id="no deletion"),
    ],
)
async def test_what_is_not_held_is_said_so(api, stage, heads, told):
    await stage.ingest(*heads)

    answer = await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)

    assert answer.status_code == 409
    assert "there is nothing to approve" in answer.json()["detail"]
    assert told in answer.json()["detail"]
    assert stage.publisher.published == []
    assert await stage.ledger.audit(5) == []


async def test_repository_and_branch_narrow_it(api, stage):
    await stage.ingest(a_deletion("a"))

    for body in ({"branch": "next"}, {"repository": "https://git.example.com/team/other"}):
        answer = await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA | body)
        assert answer.status_code == 404
    exact = {"repository": f"{URL}.git", "branch": "main"}
    assert (await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA | exact)).status_code == 202


async def test_two_branches_that_hold_deletions_of_one_commit_are_told_apart_by_the_person(api, stage):
    await stage.ingest(a_deletion("a"))
    await stage.ingest(a_deletion("b", branch="next"), delivery_id="delivery-2", branch="next")

    answer = await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA)

    assert answer.status_code == 409
    assert all(place in answer.json()["detail"] for place in ("on main of", "on next of"))
    assert await approvals(stage, "a") == await approvals(stage, "b") == []
    named = await api.post(f"/v1/commits/{SHA}/approve-deletes", json=ADA | {"branch": "next"})
    assert [d["prefix"] for d in named.json()["deletions"]] == ["prod/b"]


@pytest.mark.parametrize(
    ("sha", "body", "status"),
    [
        pytest.param(SHA, ADA, 404, id="unknown commit"),
        pytest.param("main", ADA, 422, id="no hash"),
        pytest.param(SHA, {}, 422, id="by nobody"),
        pytest.param(SHA, ADA | {"branch": "a..b"}, 422, id="no branch"),
        pytest.param(SHA, ADA | {"all": True}, 422, id="something else"),
    ],
)
async def test_an_approval_that_cannot_be_given(api, sha, body, status):
    assert (await api.post(f"/v1/commits/{sha}/approve-deletes", json=body)).status_code == status
