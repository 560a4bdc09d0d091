"""Wires the ECS deployer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.domain.states import Worker
from gitmoxi.runtime.moving import MovingService
from gitmoxi.runtime.readers import ecs_reader
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.ecs_conductors import EcsConductor
from gitmoxi.workflow.ecs_hands import EcsHands


@asynccontextmanager
async def bootstrap(shell: Shell) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Register the handlers; once messages flow, sweep for what was left behind."""
    foundation = shell.foundation
    ecs = AwsEcs(foundation.clients, foundation.limits)
    owner = foundation.settings.installation
    conductor = EcsConductor(
        reader=ecs_reader(foundation, ecs),
        hands=EcsHands(ecs=ecs, owner=owner),
        ledger=foundation.ledger,
    )
    service = MovingService(shell, Worker.ECS_DEPLOYER, lambda _: conductor)
    service.register()
    yield service.sweep
