"""A command is appended and its owner is woken; the API itself changes no deployment."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.deployments import CommandKind
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import ContentionError, UnavailableError
from tests.unit.api.stage import a_deployment


@pytest.mark.parametrize("kind", sorted(set(CommandKind) - {CommandKind.APPROVE}))
async def test_a_command_is_appended_and_told_to_the_owner(api, stage, kind):
    deployment = a_deployment(state=State.ROLLING_BACK, owner=Worker.ROLLBACK)
    await stage.ingest(deployment)
    answer = await api.post("/v1/deployments/d-1/commands", json={"kind": kind, "by": "ada"})
    assert answer.status_code == 202
    (command,) = await stage.ledger.commands("d-1", "")
    assert (command.kind, command.by, command.id) == (kind, "ada", answer.json()["id"])
    (event,) = stage.publisher.published
    assert event.detail_type == "deployment.command.v1"
    assert json.loads(event.detail) == {
        "deployment_id": "d-1",
        "version": 1,
        "worker": "rollback",
        "command_id": command.id,
    }
    assert await stage.ledger.deployment("d-1") == deployment


async def test_later_commands_have_higher_ids(api, stage):
    await stage.ingest(a_deployment())
    for kind in ("pause", "resume"):
        await api.post("/v1/deployments/d-1/commands", json={"kind": kind, "by": "ada"})
    assert [command.kind for command in await stage.ledger.commands("d-1", "")] == ["pause", "resume"]


async def test_a_command_whose_event_cannot_be_sent_waits_in_the_owners_outbox(api, stage):
    await stage.ingest(a_deployment())
    stage.publisher.fault = UnavailableError("EventBridge is away")
    answer = await api.post("/v1/deployments/d-1/commands", json={"kind": "abort", "by": "ada"})
    assert answer.status_code == 202
    waiting = [
        event for shard in range(4) for event in await stage.ledger.outbox(Worker.ECS_DEPLOYER, shard, 9)
    ]
    assert [event.detail_type for event in waiting] == ["deployment.command.v1"]


async def test_a_deployment_that_ended_takes_no_command(api, stage):
    await stage.ingest(a_deployment(state=State.SUCCEEDED))
    answer = await api.post("/v1/deployments/d-1/commands", json={"kind": "abort", "by": "ada"})
    assert answer.status_code == 409
    assert "has ended as SUCCEEDED, there is nothing to abort" in answer.json()["detail"]
    assert await stage.ledger.commands("d-1", "") == []
    assert stage.publisher.published == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        pytest.param("pause", "is held, there is nothing to pause: Held.", id="pause"),
        pytest.param("approve", "gmctl commit approve-deletes", id="approve"),
    ],
)
async def test_a_held_deletion_is_approved_by_commit_or_aborted(api, stage, kind, told):
    await stage.ingest(a_deployment(state=State.HELD, owner=Worker.PLANNER, because="Held."))

    answer = await api.post("/v1/deployments/d-1/commands", json={"kind": kind, "by": "ada"})

    assert answer.status_code == 409
    assert told in answer.json()["detail"]
    assert await stage.ledger.commands("d-1", "") == []
    assert (
        await api.post("/v1/deployments/d-1/commands", json={"kind": "abort", "by": "ada"})
    ).status_code == 202


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        pytest.param("d-none", {"kind": "abort", "by": "ada"}, 404, id="unknown deployment"),
        pytest.param("d-1", {"kind": "explode", "by": "ada"}, 422, id="unknown command"),
        pytest.param("d-1", {"kind": "abort"}, 422, id="by nobody"),
        pytest.param("d-1", {"kind": "abort", "by": "a\nb"}, 422, id="a name of two lines"),
        pytest.param("d-1", {"kind": "abort", "by": "a" * 65}, 422, id="a name without end"),
    ],
)
async def test_a_command_that_cannot_be_given(api, stage, name, body, status):
    await stage.ingest(a_deployment())
    assert (await api.post(f"/v1/deployments/{name}/commands", json=body)).status_code == status
    assert await stage.ledger.commands("d-1", "") == []


async def test_a_lost_race_is_tried_again_by_the_client(api, stage, monkeypatch):
    await stage.ingest(a_deployment())

    async def lose(_writes):
        raise ContentionError("somebody else wrote first")

    monkeypatch.setattr(stage.ledger, "transact", lose)
    answer = await api.post("/v1/deployments/d-1/commands", json={"kind": "abort", "by": "ada"})
    assert answer.status_code == 503
