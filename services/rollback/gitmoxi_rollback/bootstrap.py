"""Wires the rollback worker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import TargetKind
from gitmoxi.runtime.moving import MovingService
from gitmoxi.runtime.readers import ecs_reader
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.conductor import Conductor
from gitmoxi.workflow.ecs_conductors import EcsRollbackConductor
from gitmoxi.workflow.ecs_hands import EcsHands
from gitmoxi.workflow.lambda_conductors import LambdaRollbackConductor
from gitmoxi.workflow.lambda_hands import LambdaHands
from gitmoxi.workflow.lambda_reader import LambdaReader


@asynccontextmanager
async def bootstrap(shell: Shell) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Register the handlers; once messages flow, sweep for what was left behind."""
    foundation = shell.foundation
    ecs = AwsEcs(foundation.clients, foundation.limits)
    functions = AwsLambda(foundation.clients, foundation.limits)
    owner = foundation.settings.installation
    conductors: dict[TargetKind, Conductor[Any]] = {
        TargetKind.ECS: EcsRollbackConductor(
            reader=ecs_reader(foundation, ecs),
            hands=EcsHands(ecs=ecs, owner=owner),
            ledger=foundation.ledger,
        ),
        TargetKind.LAMBDA: LambdaRollbackConductor(
            reader=LambdaReader(functions=functions, bodies=foundation.bodies, owner=owner),
            hands=LambdaHands(functions=functions, owner=owner),
            ledger=foundation.ledger,
        ),
    }
    service = MovingService(shell, Worker.ROLLBACK, lambda head: conductors[head.kind])
    service.register()
    yield service.sweep
