"""Wires the ingestor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from random import SystemRandom

from gitmoxi.adapters.git import GitMirrorOptions, Pygit2Mirror
from gitmoxi.adapters.git.credentials import RegisteredCredentials
from gitmoxi.contracts.messages import DryRunRequested
from gitmoxi.domain.dryruns import DryRunState
from gitmoxi.domain.states import Worker
from gitmoxi.ports.git import GitMirror
from gitmoxi.runtime.dry_runs import DryRunHandler
from gitmoxi.runtime.foundation import Foundation
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.dry_run_step import DryRunStep
from gitmoxi_ingestor.dry_runs import DryRunIngestor
from gitmoxi_ingestor.handlers import Handlers
from gitmoxi_ingestor.ingest import Ingestor
from gitmoxi_ingestor.polling import Poller
from gitmoxi_ingestor.reachability import Reachability


@asynccontextmanager
async def bootstrap(shell: Shell) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Register the handlers; once messages flow, publish what was left behind."""
    foundation = shell.foundation
    git = _git(foundation)
    ingestor = Ingestor(
        ledger=foundation.ledger,
        bodies=foundation.bodies,
        git=git,
        courier=foundation.courier,
        clock=foundation.clock,
        ids=foundation.ids,
        edge=foundation.edge,
    )
    shell.companions.append(_poller(shell, ingestor, git))
    handlers = Handlers(shell=shell, ingestor=ingestor)
    handlers.register()
    dry_runs = DryRunStep(
        worker=Worker.INGESTOR,
        ledger=foundation.ledger,
        courier=foundation.courier,
        clock=foundation.clock,
        ids=foundation.ids,
        begins_in=DryRunState.RECEIVED,
        work=DryRunIngestor(
            ledger=foundation.ledger,
            bodies=foundation.bodies,
            git=git,
            clock=foundation.clock,
            ids=foundation.ids,
        ),
    )
    DryRunHandler(shell=shell, kind=DryRunRequested, step=dry_runs).register()
    yield handlers.sweep


def _git(foundation: Foundation) -> Pygit2Mirror:
    settings = foundation.settings
    options = GitMirrorOptions(
        folder=settings.git_folder,
        allowed_hosts=settings.git_allowed_hosts,
        allow_file=settings.git_allow_file,
        ca_file=settings.git_ca_file,
        quota_bytes=settings.git_quota_bytes,
        parallel=settings.git_parallel,
    )
    credentials = RegisteredCredentials(
        ledger=foundation.ledger,
        secrets=foundation.secrets,
        aws=foundation.clients,
        clock=foundation.clock,
        learn=foundation.redactor.remember,
    )
    return Pygit2Mirror(options, credentials)


def _poller(shell: Shell, ingestor: Ingestor, git: GitMirror) -> Poller:
    foundation, seconds = shell.foundation, shell.foundation.settings.git_poll_seconds
    randomness = SystemRandom()
    reachability = Reachability(
        store=foundation.reachability,
        ledger=foundation.ledger,
        clock=foundation.clock,
        ids=foundation.ids,
        metrics=foundation.metrics,
        interval=timedelta(seconds=seconds),
        jitter=lambda: randomness.uniform(0.75, 1.25),
    )
    return Poller(
        ingestor=ingestor,
        reachability=reachability,
        ledger=foundation.ledger,
        git=git,
        clock=foundation.clock,
        interval_seconds=seconds,
        random=randomness.random,
    )
