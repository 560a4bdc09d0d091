"""Processed commits are listed, and show which files and service objects they changed."""

from __future__ import annotations

import pytest

from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import PutCommit
from tests.unit.api.stage import REPOSITORY, SHA, URL, a_commit, a_deployment


async def test_commits_come_newest_first(api, stage):
    for seq in (1, 2, 3):
        await stage.ledger.transact([PutCommit(commit=a_commit(seq))])
    answer = await api.get("/v1/commits", params={"repository": URL, "branch": "main", "limit": 2})
    assert [item["seq"] for item in answer.json()["commits"]] == [3, 2]
    assert answer.json()["commits"][0] | {"because": ""} == {
        "repository_id": REPOSITORY,
        "repository": URL,
        "branch": "main",
        "seq": 3,
        "sha": SHA,
        "previous_sha": None,
        "status": "INGESTING",
        "because": "",
        "author": "Ada <ada@example.com>",
        "message": "Use the newer image",
        "received_at": "2026-11-22T09:00:00Z",
        "forced": False,
        "baseline": False,
        "deployment_count": 0,
        "held_count": 0,
    }


async def test_held_deletions_are_counted_and_told(api, stage):
    heads = [a_deployment(f"d-{n}", state=State.HELD, prefix=f"prod/{n}", because="Held.") for n in "ab"]
    await stage.ingest(*heads, a_deployment("d-c", prefix="prod/c"))

    (listed,) = (await api.get("/v1/commits", params={"repository": URL, "branch": "main"})).json()["commits"]
    (found,) = (await api.get(f"/v1/commits/{SHA}/files")).json()["processings"]

    assert (listed["held_count"], found["commit"]["held_count"]) == (2, 2)
    assert {item["prefix"]: item["held"] for item in found["objects"]} == {
        "prod/a": "Held.",
        "prod/b": "Held.",
        "prod/c": None,
    }


@pytest.mark.parametrize("name", [pytest.param(URL + ".git", id="URL"), pytest.param(REPOSITORY, id="id")])
async def test_a_repository_is_named_by_url_or_id(api, stage, name):
    await stage.ledger.transact([PutCommit(commit=a_commit(1))])
    answer = await api.get("/v1/commits", params={"repository": name, "branch": "main"})
    assert len(answer.json()["commits"]) == 1


async def test_a_registered_repository_may_have_no_commits_yet(api, stage):
    await stage.register()
    answer = await api.get("/v1/commits", params={"repository": URL, "branch": "main"})
    assert (answer.status_code, answer.json()) == (200, {"commits": []})


async def test_commits_of_an_unknown_repository_are_not_found(api):
    answer = await api.get("/v1/commits", params={"repository": URL, "branch": "main"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"repository": URL}, id="branch missing"),
        pytest.param({"branch": "main"}, id="repository missing"),
        pytest.param({"repository": "shop", "branch": "main"}, id="no URL"),
        pytest.param({"repository": URL, "branch": "main", "limit": 0}, id="limit too small"),
        pytest.param({"repository": URL, "branch": "main", "limit": 1000}, id="limit too large"),
    ],
)
async def test_a_wrong_query_is_refused(api, query):
    assert (await api.get("/v1/commits", params=query)).status_code == 422


@pytest.mark.parametrize("sha", [pytest.param(SHA, id="whole"), pytest.param(SHA[:7].upper(), id="short")])
async def test_the_files_of_a_commit_are_shown_by_service_object(api, stage, sha):
    await stage.ingest(a_deployment())
    (found,) = (await api.get(f"/v1/commits/{sha}/files")).json()["processings"]
    assert found["commit"]["seq"] == 7
    assert found["relevant_files"] == ["prod/web_svcdef.json"]
    assert found["warnings"] == ["dev/cache has no definition file: nothing is deployed"]
    assert found["objects"] == [
        {
            "prefix": "prod/web",
            "kind": "ecs",
            "change": "modified",
            "deployment_id": "d-1",
            "files": ["prod/web_svcdef.json"],
            "problem": None,
            "held": None,
        }
    ]


async def test_a_commit_that_is_being_taken_in_has_no_files_yet(api, stage):
    await stage.ledger.transact([PutCommit(commit=a_commit())])
    (found,) = (await api.get(f"/v1/commits/{SHA}/files")).json()["processings"]
    assert (found["commit"]["status"], found["objects"]) == ("INGESTING", [])


@pytest.mark.parametrize(
    ("sha", "status"),
    [
        pytest.param(SHA, 404, id="unknown"),
        pytest.param("4f1c0d", 422, id="too short"),
        pytest.param("main", 422, id="no hash"),
    ],
)
async def test_files_of_no_commit(api, sha, status):
    assert (await api.get(f"/v1/commits/{sha}/files")).status_code == status
