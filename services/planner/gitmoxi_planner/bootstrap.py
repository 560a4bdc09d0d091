"""Wires the planner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.contracts.messages import DryRunIngested
from gitmoxi.domain.dryruns import DryRunState
from gitmoxi.domain.states import Worker
from gitmoxi.runtime.dry_runs import DryRunHandler
from gitmoxi.runtime.foundation import Foundation
from gitmoxi.runtime.readers import ecs_reader
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.dry_run_step import DryRunStep
from gitmoxi.workflow.lambda_reader import LambdaReader
from gitmoxi.workflow.sweeper import Sweeper
from gitmoxi.workflow.wanted import WantedReader
from gitmoxi_planner.drift_looks import DriftLooker
from gitmoxi_planner.drifting import DriftRounds
from gitmoxi_planner.dry_runs import DryRunPlanner
from gitmoxi_planner.handlers import Handlers
from gitmoxi_planner.looking import Looker
from gitmoxi_planner.plan import Planner
from gitmoxi_planner.reading import CommitReader
from gitmoxi_planner.verdicts import Judge
from gitmoxi_planner.wanting import Home


@asynccontextmanager
async def bootstrap(shell: Shell) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Register the handlers; once messages flow, sweep for what was left behind."""
    foundation, settings = shell.foundation, shell.foundation.settings
    owner = settings.installation
    ecs = AwsEcs(foundation.clients, foundation.limits)
    functions = AwsLambda(foundation.clients, foundation.limits)
    looker = Looker(
        ecs=ecs_reader(foundation, ecs),
        functions=LambdaReader(functions=functions, bodies=foundation.bodies, owner=owner),
        wanted=WantedReader(foundation.bodies),
    )
    judge = Judge(ledger=foundation.ledger, bodies=foundation.bodies, looker=looker)
    home = Home(account=await foundation.clients.own_account(), region=settings.aws_region)
    async with RenderPool() as renderer:
        reader = CommitReader(
            ledger=foundation.ledger,
            bodies=foundation.bodies,
            renderer=renderer,
            home=home,
            delete_limits=settings.delete_limits,
        )
        planner = Planner(
            ledger=foundation.ledger,
            reader=reader,
            judge=judge,
            courier=foundation.courier,
            clock=foundation.clock,
            ids=foundation.ids,
            edge=foundation.edge,
        )
        handlers = Handlers(
            shell=shell,
            planner=planner,
            sweeper=_sweeper(foundation),
            drift=_drift_rounds(foundation),
            ledger=foundation.ledger,
        )
        handlers.register()
        dry_runs = _dry_runs(foundation, reader, judge)
        DryRunHandler(shell=shell, kind=DryRunIngested, step=dry_runs).register()
        yield handlers.sweep


def _sweeper(foundation: Foundation) -> Sweeper:
    return Sweeper(
        worker=Worker.PLANNER,
        ledger=foundation.ledger,
        waker=foundation.waker,
        courier=foundation.courier,
    )


def _drift_rounds(foundation: Foundation) -> DriftRounds:
    """With clients of its own: a read that plans never shares a call with one that takes what is spare."""
    owner = foundation.settings.installation
    return DriftRounds(
        ledger=foundation.ledger,
        looker=DriftLooker(
            ecs=ecs_reader(foundation, AwsEcs(foundation.clients, foundation.limits)),
            functions=LambdaReader(
                functions=AwsLambda(foundation.clients, foundation.limits),
                bodies=foundation.bodies,
                owner=owner,
            ),
        ),
        courier=foundation.courier,
        clock=foundation.clock,
        ids=foundation.ids,
        period=timedelta(seconds=foundation.settings.drift_seconds),
    )


def _dry_runs(foundation: Foundation, reader: CommitReader, judge: Judge) -> DryRunStep:
    ledger, bodies = foundation.ledger, foundation.bodies
    return DryRunStep(
        worker=Worker.PLANNER,
        ledger=ledger,
        courier=foundation.courier,
        clock=foundation.clock,
        ids=foundation.ids,
        begins_in=DryRunState.INGESTED,
        work=DryRunPlanner(ledger=ledger, bodies=bodies, reader=reader, judge=judge),
    )
