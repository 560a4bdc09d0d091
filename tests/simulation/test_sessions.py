"""A role's session that ends while a deployment runs: another one is taken, and the deployment goes on."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gitmoxi.adapters.aws.sessions import AwsClients, AwsClientSettings
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State
from tests.simulation.cloud import HERE
from tests.simulation.ecs_scenarios import REGISTER, TAGS, UPDATE, running, web
from tests.simulation.wired_aws import WiredAws
from tests.simulation.world import World


@pytest.fixture
async def wired(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[World, WiredAws]]:
    """A world in which the service runs, and the wire between our real clients and its ECS."""
    world = World()
    await running(world)
    world.aws.journal.clear()
    wire = WiredAws(models=world.aws)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", secrets.token_hex(8))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secrets.token_hex(8))
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    settings = AwsClientSettings(region=HERE.region, account="999988887777", deploy_role_name="deployer")
    async with AwsClients(settings) as clients:
        world.aws.wired["ecs"] = clients
        yield world, wire
    server.close()


async def deployed(world: World) -> Deployment:
    return await world.run(await world.push(web("web:2", tags=TAGS)))


async def test_scenario_14_sessions_that_end_in_mid_deployment_are_renewed_and_it_goes_on(
    wired: tuple[World, WiredAws],
) -> None:
    world, wire = wired
    wire.lasts = timedelta(minutes=1)

    head = await deployed(world)

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations == [REGISTER, UPDATE]
    assert len(set(wire.signers)) > 3, "every call was signed by a session of its own"
    assert wire.signers == sorted(wire.signers, key=wire.sessions.index), "none by one that was replaced"


async def test_a_session_that_lasts_is_taken_once(wired: tuple[World, WiredAws]) -> None:
    world, wire = wired
    wire.lasts = timedelta(hours=1)
    assert (await deployed(world)).state is State.SUCCEEDED
    assert wire.sessions == ["SESSION1"]


async def test_scenario_14_a_session_that_aws_calls_expired_at_any_call_costs_time_only(
    wired: tuple[World, WiredAws],
) -> None:
    """Whoever revokes sessions, or a clock that is behind, makes AWS refuse what we think is good."""
    world, wire = wired
    deployment = await world.push(web("web:2", tags=TAGS))
    wire.expires = frozenset(range(wire.asked + 1, wire.asked + 40, 3))

    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED, head.because
    assert world.aws.mutations == [REGISTER, UPDATE]
