"""Replaying a history through libgit2, the ingestor, the planner and movers on simple targets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gitmoxi.adapters.codec import decode
from gitmoxi.adapters.git import GitMirrorOptions, Pygit2Mirror
from gitmoxi.domain.deployments import CommandKind, Deployment
from gitmoxi.domain.records import Commit, Manifest
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import State, Status, Worker
from gitmoxi.planning.desired import Desired, DesiredEcs
from gitmoxi.ports.ledger import DeploymentFilter
from gitmoxi.workflow.courier import no_edge
from gitmoxi_ingestor.ingest import Ingestor
from tests.corpus.history import History
from tests.corpus.oracle import in_short
from tests.simulation.line_world import LineWorld
from tests.simulation.simple_targets import Mutation, SimpleTargets
from tests.unit.ingestor.stage import BRANCH, a_push

MOVERS = (Worker.ECS_DEPLOYER, Worker.LAMBDA_DEPLOYER, Worker.ROLLBACK)
UNTIL_ALL_ENDED = 120.0

AT_ONCE = 4
"""The events of every fourth push arrive at once, those of the others one after the other."""


def content_of(desired: Desired) -> str:
    """As the oracle puts it: the native documents."""
    if isinstance(desired, DesiredEcs):
        return in_short([desired.service, desired.task_definition])
    return in_short([desired.function])


@dataclass
class HistoryWorld(LineWorld):
    """Everything behind a push, with a mirror of a real repository instead of the scripted one."""

    mirror: Pygit2Mirror = field(kw_only=True)

    def ingestor(self, *, edge: Callable[[str], None] = no_edge, git: object = None) -> Ingestor:
        return super().ingestor(edge=edge, git=self.mirror)


@dataclass
class Processed:
    """One processed commit: its manifest, its deployments as they ended, and what was changed for it."""

    commit: Commit
    manifest: Manifest
    deployments: list[Deployment]
    mutations: list[Mutation]


@dataclass
class Replay:
    """``every``: how many commits one push brings; ``deliveries``: how many events tell of it."""

    history: History
    folder: Path
    every: int = 1
    deliveries: int = 1
    told: int = 0
    processed: list[Processed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = f"file://{self.history.git.folder}"
        self.repository = repository_id(self.url)
        options = GitMirrorOptions(folder=self.folder, allow_file=True)
        self.world = HistoryWorld(
            mirror=Pygit2Mirror(options), targets=SimpleTargets(image_of=content_of), movers=MOVERS
        )

    @property
    def pushed(self) -> list[str]:
        """The tips that are pushed; the last one always is."""
        tips = self.history.tips
        return [sha for number, sha in enumerate(tips) if number % self.every == 0 or number == len(tips) - 1]

    async def run(self) -> Replay:
        await self.world.register(url=self.url)
        for sha in self.pushed:
            self.history.push(sha)
            await self._deliver()
        heads: dict[int, list[Deployment]] = {}
        for head in await self._deployments():
            heads.setdefault(head.origin.seq, []).append(head)
        for commit in reversed(await self.world.ledger.commits(self.repository, BRANCH, 1000)):
            self.processed.append(await self._done(commit, heads.get(commit.seq, [])))
        return self

    async def _deliver(self) -> None:
        ingestor, push = self.world.ingestor(), a_push(repository=self.url)
        self.told += 1
        if self.told % AT_ONCE == 0:
            await asyncio.gather(*(ingestor.push(push) for _ in range(self.deliveries)))
        else:
            for _ in range(self.deliveries):
                await ingestor.push(push)
        await self.world.pass_time(UNTIL_ALL_ENDED)
        await self._approve()

    async def _approve(self) -> None:
        """A person lets go what the tip does not have under any other prefix either."""
        open_ones = await self._deployments(Status.PROCESSING)
        held = [head for head in open_ones if head.state is State.HELD]
        if not held:
            return
        names = {path.split("/")[1] for path in await self._tip_paths() if path.count("/") == 2}
        for head in held:
            if head.origin.prefix.split("/")[1] not in names:
                await self.world.command(head, CommandKind.APPROVE)
                await self.world.pass_time(UNTIL_ALL_ENDED)

    async def _tip_paths(self) -> list[str]:
        tip = await self.world.mirror.resolve_tip(self.url, BRANCH)
        return await self.world.mirror.list_paths(self.url, tip)

    async def _deployments(self, status: Status | None = None) -> list[Deployment]:
        return await self.world.ledger.search(DeploymentFilter(status=status), 100_000)

    async def _done(self, commit: Commit, heads: list[Deployment]) -> Processed:
        assert commit.manifest is not None
        manifest = decode(Manifest, await self.world.bodies.get(commit.manifest), key="manifest")
        mine = {head.id for head in heads}
        journal = [mutation for mutation in self.world.targets.journal if mutation.deployment in mine]
        return Processed(commit=commit, manifest=manifest, deployments=heads, mutations=journal)
