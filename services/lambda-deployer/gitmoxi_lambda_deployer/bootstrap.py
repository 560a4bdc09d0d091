"""Wires the Lambda deployer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.domain.states import Worker
from gitmoxi.runtime.moving import MovingService
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.lambda_conductors import LambdaConductor
from gitmoxi.workflow.lambda_hands import LambdaHands
from gitmoxi.workflow.lambda_reader import LambdaReader


@asynccontextmanager
async def bootstrap(shell: Shell) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Register the handlers; once messages flow, sweep for what was left behind."""
    foundation = shell.foundation
    functions = AwsLambda(foundation.clients, foundation.limits)
    owner = foundation.settings.installation
    conductor = LambdaConductor(
        reader=LambdaReader(functions=functions, bodies=foundation.bodies, owner=owner),
        hands=LambdaHands(functions=functions, owner=owner),
        ledger=foundation.ledger,
    )
    service = MovingService(shell, Worker.LAMBDA_DEPLOYER, lambda _: conductor)
    service.register()
    yield service.sweep
