"""Wires the planner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.ecs_reader import EcsReader
from gitmoxi.workflow.lambda_reader import LambdaReader
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi.workflow.wanted import WantedReader
from gitmoxi_planner.handlers import Handlers
from gitmoxi_planner.looking import Looker
from gitmoxi_planner.plan import Planner
from gitmoxi_planner.wanting import Home


@asynccontextmanager
async def bootstrap(shell: Shell) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Register the handlers; once messages flow, sweep for what was left behind."""
    foundation, settings = shell.foundation, shell.foundation.settings
    owner = settings.installation
    ecs = AwsEcs(foundation.clients, foundation.limits)
    functions = AwsLambda(foundation.clients, foundation.limits)
    looker = Looker(
        ecs=EcsReader(ecs=ecs, bodies=foundation.bodies, owner=owner),
        functions=LambdaReader(functions=functions, bodies=foundation.bodies, owner=owner),
        wanted=WantedReader(foundation.bodies),
    )
    home = Home(account=await foundation.clients.own_account(), region=settings.aws_region)
    async with RenderPool() as renderer:
        planner = Planner(
            ledger=foundation.ledger,
            bodies=foundation.bodies,
            renderer=renderer,
            looker=looker,
            courier=foundation.courier,
            clock=foundation.clock,
            ids=foundation.ids,
            home=home,
            edge=foundation.edge,
        )
        sweeper = Sweeper(
            worker=Worker.PLANNER,
            ledger=foundation.ledger,
            waker=foundation.waker,
            courier=foundation.courier,
        )
        handlers = Handlers(shell=shell, planner=planner, sweeper=sweeper)
        handlers.register()
        yield handlers.sweep
