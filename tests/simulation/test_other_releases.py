"""What another release of Gitmoxi stored ends a deployment with a clear sentence; nothing loops over it."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.states import State
from gitmoxi.errors import UnreadableBodyError
from gitmoxi.workflow.ecs_snapshots import EcsSnapshot
from gitmoxi.workflow.lambda_snapshots import LambdaSnapshot
from gitmoxi_local.aws_model.base import ImageFault
from gitmoxi_local.aws_model.functions import FunctionFault
from tests.simulation.ecs_scenarios import running, web
from tests.simulation.lambda_scenarios import CODE, DELETE, greet, serving
from tests.simulation.world import World

TOLD = "Another release of Gitmoxi stored how the"


@pytest.mark.parametrize("kind", [EcsSnapshot, LambdaSnapshot])
@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"{}", id="members are missing"),
        pytest.param(b'{"service": null, "more": 1}', id="members are unknown"),
        pytest.param(b"[]", id="another document"),
        pytest.param(b"\xff", id="no JSON"),
    ],
)
def test_a_snapshot_of_another_form_is_refused(kind: Any, stored: bytes) -> None:
    with pytest.raises(UnreadableBodyError, match=TOLD):
        kind.from_bytes(stored)


@pytest.mark.parametrize("kind", [EcsSnapshot(service={"a": 1}), LambdaSnapshot(function={"a": 1})])
def test_a_snapshot_of_this_release_is_read(kind: Any) -> None:
    assert type(kind).from_bytes(kind.to_bytes()) == kind


async def test_a_function_whose_snapshot_cannot_be_read_is_left_as_it_is(monkeypatch: Any) -> None:
    world = World()
    await serving(world)
    monkeypatch.setattr(LambdaSnapshot, "to_bytes", lambda _: b'{"configuration": {}}')
    world.functions.faults.entries.append(FunctionFault(kind="change_fails", match="greet-2.zip"))

    head = await world.run(await world.push(greet("greet-2.zip")))

    assert head.state is State.ROLLBACK_FAILED
    assert f"{TOLD} function was before the deployment" in head.because
    assert "gmctl commit deploy -f" in head.because
    assert world.alias() == "1"
    assert DELETE not in world.aws.mutations
    assert world.aws.mutations[-1] == CODE


async def test_a_service_whose_snapshot_cannot_be_read_is_left_as_it_is(monkeypatch: Any) -> None:
    world = World()
    await running(world)
    monkeypatch.setattr(EcsSnapshot, "to_bytes", lambda _: b"{}")
    world.faults.entries.append(ImageFault(match="web:2", kind="crash"))

    head = await world.run(await world.push(web("web:2")))

    assert head.state is State.ROLLBACK_FAILED
    assert f"{TOLD} service was before the deployment" in head.because
    assert world.service()["status"] == "ACTIVE"
