"""Deployments are listed by what they are about, and shown with their plan and history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.bodies import ref_of
from gitmoxi.domain.deployments import Command, CommandKind
from gitmoxi.domain.records import AuditEntry
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import TargetKind
from gitmoxi.ports.ledger import CreateDeployment, PutCommand, PutCommit
from tests.unit.api.stage import FUNCTION, NOT_FOUND, REPOSITORY, SHA, T0, URL, a_commit, a_deployment

OTHER_SHA = "4f1c0de0000000000000000000000000000000ff"


@pytest.fixture
async def several(stage):
    """An ECS service in three states of two commits, and a function, created one after the other."""
    found = [
        a_deployment("d-ok", state=State.SUCCEEDED),
        a_deployment("d-bad", state=State.ROLLED_BACK, sha=OTHER_SHA, branch="release"),
        a_deployment("d-going"),
        a_deployment("d-fn", kind=TargetKind.LAMBDA, target=FUNCTION, prefix="prod/resize"),
    ]
    for minute, item in enumerate(found):
        dated = replace(item, created_at=T0 + timedelta(minutes=minute))
        await stage.ledger.transact([CreateDeployment(deployment=dated)])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, ["d-fn", "d-going", "d-bad", "d-ok"], id="all, newest first"),
        pytest.param({"limit": 2}, ["d-fn", "d-going"], id="the newest two"),
        pytest.param({"status": "PROCESSED_ERROR"}, ["d-bad"], id="failed"),
        pytest.param({"status": "PROCESSING"}, ["d-fn", "d-going"], id="under way"),
        pytest.param({"branch": "release"}, ["d-bad"], id="branch"),
        pytest.param({"repository": URL, "commit": OTHER_SHA}, ["d-bad"], id="commit"),
        pytest.param({"repository": "r-0000000000000000"}, [], id="another repository"),
        pytest.param({"function": "resize"}, ["d-fn"], id="function"),
        pytest.param({"kind": "lambda"}, ["d-fn"], id="functions"),
        pytest.param({"kind": "ecs", "account": "111122223333"}, ["d-going", "d-bad", "d-ok"], id="services"),
        pytest.param({"service": "web", "cluster": "prod"}, ["d-going", "d-bad", "d-ok"], id="service"),
        pytest.param({"service": "resize"}, [], id="a service is no function"),
        pytest.param({"cluster": "dev"}, [], id="another cluster"),
        pytest.param({"region": "us-east-1"}, [], id="another region"),
    ],
)
async def test_a_list_is_narrowed(api, several, query, expected):
    found = (await api.get("/v1/deployments", params=query)).json()["deployments"]
    assert [item["id"] for item in found] == expected


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"service": "web", "function": "resize"}, id="both kinds"),
        pytest.param({"kind": "lambda", "cluster": "prod"}, id="a function in a cluster"),
        pytest.param({"status": "DONE"}, id="no status"),
        pytest.param({"account": "1"}, id="no account"),
        pytest.param({"commit": "abc"}, id="hash too short"),
        pytest.param({"colour": "red"}, id="unknown condition"),
    ],
)
async def test_a_condition_that_means_nothing_is_refused(api, query):
    answer = await api.get("/v1/deployments", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_beginning_of_a_hash_is_enough(api, stage, several):
    await stage.ledger.transact([PutCommit(commit=a_commit(1, sha=OTHER_SHA))])
    found = (await api.get("/v1/deployments", params={"commit": OTHER_SHA[:10].upper()})).json()[
        "deployments"
    ]
    assert [item["id"] for item in found] == ["d-bad"]
    assert (await api.get("/v1/deployments", params={"commit": "0000000"})).json() == {"deployments": []}


async def test_the_beginning_of_two_hashes_is_not(api, stage, several):
    writes = [PutCommit(commit=a_commit(seq, sha=sha)) for seq, sha in ((1, SHA), (2, OTHER_SHA))]
    await stage.ledger.transact(writes)
    answer = await api.get("/v1/deployments", params={"commit": SHA[:7]})
    assert answer.status_code == 422
    assert SHA in answer.json()["detail"]


async def test_a_deployment_is_shown_with_plan_steps_and_commands(api, stage):
    deployment = a_deployment()
    await stage.ingest(deployment)
    await stage.plan(deployment)
    moved = await stage.move(deployment, State.FAILED, "The image cannot be pulled.")
    command = Command(id="01", deployment_id=moved.id, kind=CommandKind.PAUSE, by="ada", at=T0)
    await stage.ledger.transact([PutCommand(command=command)])
    found = (await api.get("/v1/deployments/d-1")).json()
    head = found["deployment"]
    assert (head["state"], head["status"]) == ("FAILED", "PROCESSED_ERROR")
    assert head["because"] == "The image cannot be pulled."
    assert head["target"] == {
        "id": "ecs/111122223333/eu-west-1/prod/web",
        "kind": "ecs",
        "account": "111122223333",
        "region": "eu-west-1",
        "cluster": "prod",
        "name": "web",
    }
    assert found["plan"]["differences"] == [
        {"document": "task definition", "path": "image", "before": "web:1", "after": "web:2"}
    ]
    assert found["plan"]["calls"] == [{"api": "ecs:UpdateService", "summary": "taskDefinition"}]
    assert found["plan"]["warnings"] == [
        {"text": "deployed ALL_AT_ONCE", "risk": None},
        {"text": "the network changes", "risk": "data path"},
    ]
    assert [(step["version"], step["name"]) for step in found["steps"]] == [(1, "receive"), (2, "tick")]
    assert found["steps"][1]["actions"] == ["ecs:UpdateService"]
    assert found["commands"] == [
        {"id": "01", "kind": "pause", "by": "ada", "at": "2026-11-22T09:00:00Z"},
    ]


async def test_a_failure_is_explained_by_its_step_and_for_the_whole_deployment(api, stage):
    deployment = a_deployment()
    await stage.ingest(deployment)
    failing = await stage.move(deployment, State.ROLLING_BACK, "It failed.", NOT_FOUND)
    await stage.move(failing, State.ROLLED_BACK, "It is back.")
    found = (await api.get("/v1/deployments/d-1")).json()
    told = {
        "id": "image.not-found",
        "cause": "The image web:2 does not exist.",
        "evidence": ["CannotPullContainerError: web:2: not found"],
        "advice": "Push it.",
        "source": "https://docs.aws.amazon.com/pull",
        "count": 3,
    }
    assert found["explanations"] == [told]
    assert [step["explanations"] for step in found["steps"]] == [[], [told], []]


async def test_a_deployment_that_is_not_planned_has_neither_plan_nor_target(api, stage):
    fresh = a_deployment(state=State.RECEIVED, owner=Worker.PLANNER, target=None, verb=None)
    await stage.ingest(fresh)
    found = (await api.get("/v1/deployments/d-1")).json()
    assert (found["plan"], found["deployment"]["target"], found["deployment"]["verb"]) == (None, None, None)


async def test_no_endpoint_shows_documents_or_values_that_are_carried(api, stage):
    bodies = {name: ref_of(name.encode()) for name in ("snapshot", "desired", "before")}
    deployment = a_deployment(**bodies)
    await stage.ingest(deployment)
    hidden = [body.sha256 for body in bodies.values()] + ["carried-value", "argument", "canary"]
    for path in (
        "/v1/deployments",
        "/v1/deployments/d-1",
        "/v1/pushes/delivery-1/deployments",
        f"/v1/commits/{SHA}/files",
        f"/v1/commits?repository={REPOSITORY}&branch=main",
    ):
        text = (await api.get(path)).text
        assert "d-1" in text or "Use the newer image" in text
        assert not [value for value in hidden if value in text], path


@pytest.mark.parametrize(
    ("name", "status"), [pytest.param("d-none", 404, id="unknown"), pytest.param("a%20b", 422, id="no id")]
)
async def test_a_deployment_that_is_not_there(api, name, status):
    assert (await api.get(f"/v1/deployments/{name}")).status_code == status


async def test_the_audit_trail_is_newest_first(api, stage):
    for number in (1, 2, 3):
        entry = AuditEntry(
            id=f"e{number}", at=T0, kind="push.refused", summary=f"No. {number}", details={"branch": "main"}
        )
        await stage.ledger.put_audit(entry)
    events = (await api.get("/v1/events", params={"limit": 2})).json()["events"]
    assert [item["summary"] for item in events] == ["No. 3", "No. 2"]
    assert events[0]["details"] == {"branch": "main"}


@pytest.mark.parametrize(
    ("narrower", "expected"),
    [
        pytest.param({}, ["e4", "e3", "e2", "e1"], id="all"),
        pytest.param({"kind": "push"}, ["e3", "e1"], id="all kinds that begin so"),
        pytest.param({"kind": "push.refused"}, ["e3", "e1"], id="a kind"),
        pytest.param({"kind": "pu"}, [], id="whole words"),
        pytest.param({"repository": f"{URL}.git"}, ["e2", "e1"], id="a repository, however written"),
        pytest.param({"since": (T0 + timedelta(minutes=3)).isoformat()}, ["e4", "e3"], id="not before"),
        pytest.param({"kind": "push", "repository": URL, "limit": 1}, ["e1"], id="all of it"),
    ],
)
async def test_the_audit_trail_is_narrowed(api, stage, narrower, expected):
    past = [
        ("e1", "push.refused", {"repository": URL.upper().replace("TEAM/SHOP", "team/shop")}),
        ("e2", "rollback.requested", {"repository": URL}),
        ("e3", "push.refused", {"repository": "no URL"}),
        ("e4", "abort.requested", {"deployment": "d-1"}),
    ]
    for number, (name, kind, details) in enumerate(past, start=1):
        at = T0 + timedelta(minutes=number)
        await stage.ledger.put_audit(
            AuditEntry(id=name, at=at, kind=kind, summary="It was.", details=details)
        )
    found = (await api.get("/v1/events", params=narrower)).json()["events"]
    assert [item["id"] for item in found] == expected


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"since": "2026-11-22T10:00"}, {"limit": 0}])
async def test_a_filter_of_the_audit_trail_that_is_none_is_refused(api, query):
    assert (await api.get("/v1/events", params=query)).status_code == 422
