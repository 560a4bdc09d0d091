"""Orphans are listed; their deletion is asked of the planner, audited, and made once."""

from __future__ import annotations

import pytest

from gitmoxi.domain.records import Claim, Orphan, Ownership
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import DeleteOrphan, PutOrphan, PutOwnership
from tests.unit.api.stage import ECS, FUNCTION, REPOSITORY, T0, URL, Stage
from tests.unit.api.test_targets import asked, past

ADA = {"by": "ada", "request_id": "request-1"}
DELETE = f"/v1/orphans/{ECS.id}/delete"
ORPHAN = Orphan(
    target=ECS,
    claim=Claim(repository_id=REPOSITORY, repository_url=URL, branch="main", prefix="prod/web"),
    since=T0,
    because="prod/web is deployed to web-2 since commit 4f1c0de9a7b3.",
    deployment_id="d-9",
)


@pytest.fixture
async def orphan(stage: Stage) -> Orphan:
    await past(stage, ("d-1", 1, State.SUCCEEDED), ("d-2", 2, State.SUCCEEDED), good="d-2")
    await stage.ledger.transact([PutOrphan(orphan=ORPHAN)])
    return ORPHAN


class TestListing:
    async def test_none(self, api):
        assert (await api.get("/v1/orphans")).json() == {"orphans": []}

    async def test_one_says_where_it_came_from_since_when_and_why(self, api, orphan):
        [found] = (await api.get("/v1/orphans")).json()["orphans"]

        assert found.pop("target")["id"] == ECS.id
        assert found.pop("since").startswith(T0.date().isoformat())
        assert found == {
            "repository": URL,
            "branch": "main",
            "prefix": "prod/web",
            "because": orphan.because,
            "deployment_id": "d-9",
            "in_line": None,
        }


class TestDeleting:
    async def test_the_planner_is_asked_and_the_audit_trail_knows_by_whom(self, api, stage, orphan):
        answer = await api.post(DELETE, json=ADA)

        assert answer.status_code == 202
        [message] = asked(stage)
        assert (message["kind"], message["target"], message["deployment_id"], message["by"]) == (
            "delete",
            ECS.id,
            "d-2",
            "ada",
        )
        assert answer.headers["location"].endswith(f"/v1/deployments/{message['new_deployment_id']}")
        [entry] = await stage.ledger.audit(5)
        assert entry.kind == "delete.requested"
        assert entry.summary.startswith(f"ada asked to delete {ECS}, an orphan")

    async def test_the_same_request_again_names_the_same_deployment(self, api, stage, orphan):
        answers = [(await api.post(DELETE, json=ADA)).json()["deployment_id"] for _ in range(2)]

        assert len(set(answers)) == 1
        assert {message["new_deployment_id"] for message in asked(stage)} == set(answers)

    async def test_what_a_definition_file_stands_for_is_refused(self, api, stage, orphan):
        await stage.ledger.transact([DeleteOrphan(target=ECS)])

        answer = await api.post(DELETE, json=ADA)

        assert answer.status_code == 409
        assert "is no orphan" in answer.json()["detail"]
        assert asked(stage) == []

    async def test_what_was_never_deployed_is_not_found(self, api):
        assert (await api.post(f"/v1/orphans/{FUNCTION.id}/delete", json=ADA)).status_code == 404


class TestRegistrations:
    """What a repository deployed runs on when it is forgotten."""

    @pytest.fixture
    async def registered(self, api, stage):
        await stage.register(branches=("main", "next"))
        for prefix, target, branch in (("prod/web", ECS, "main"), ("prod/fn", FUNCTION, "next")):
            ownership = Ownership(repository_id=REPOSITORY, branch=branch, prefix=prefix, target=target)
            await stage.ledger.transact([PutOwnership(ownership=ownership)])

    async def test_a_forgotten_repository_leaves_its_targets_as_orphans(self, api, stage, registered):
        await api.delete(f"/v1/repositories/{repository_id(URL)}")

        found = (await api.get("/v1/orphans")).json()["orphans"]
        assert {item["prefix"]: item["branch"] for item in found} == {"prod/web": "main", "prod/fn": "next"}
        assert {item["because"] for item in found} == {f"{URL} is registered no longer."}

    async def test_registering_it_again_takes_out_those_of_the_branches_that_are_back(
        self, api, stage, registered
    ):
        await api.delete(f"/v1/repositories/{repository_id(URL)}")

        await api.post("/v1/repositories", json={"url": URL, "branches": ["main"]})

        found = (await api.get("/v1/orphans")).json()["orphans"]
        assert [item["prefix"] for item in found] == ["prod/fn"]

    async def test_registering_it_again_takes_out_no_other_orphan(self, api, stage, registered):
        await api.delete(f"/v1/repositories/{repository_id(URL)}")
        await stage.ledger.transact([PutOrphan(orphan=ORPHAN)])

        await api.post("/v1/repositories", json={"url": URL, "branches": ["main", "next"]})

        assert await stage.ledger.orphans() == [ORPHAN]
