"""A Git server, the stores that outlive processes, and ingestors to run on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gitmoxi.adapters.codec import decode
from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import FakeClock, SequentialIds
from gitmoxi.adapters.memory.git import MemoryGit, Unreadable
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.adapters.memory.messaging import MemoryPublisher
from gitmoxi.contracts.messages import CommitIngested, Push
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.records import Commit, Manifest, Repository, Snapshot
from gitmoxi.domain.repositories import repository_id
from gitmoxi.ports.ledger import DeploymentFilter, Ledger, Write
from gitmoxi.workflow.courier import Courier, no_edge
from gitmoxi_ingestor.answering import Ingested
from gitmoxi_ingestor.ingest import Ingestor
from gitmoxi_ingestor.polling import Poller

URL = "https://git.example.com/team/shop"
REPOSITORY = repository_id(URL)
BRANCH = "main"


class KilledError(BaseException):
    """The process died; a BaseException, so that nothing of ours can handle it."""


class DyingLedger(MemoryLedger):
    """Dies at the n-th transaction, before or after it is carried out."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions = 0
        self.writes: list[int] = []
        self.dies_at: int | None = None
        self.dies_after_the_write = False
        self.fails: list[Exception] = []

    async def transact(self, writes: Sequence[Write]) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.transactions += 1
        dies = self.transactions == self.dies_at
        if dies and not self.dies_after_the_write:
            raise KilledError
        await super().transact(writes)
        self.writes.append(len(writes))
        if dies:
            raise KilledError


@dataclass
class Stage:
    """One registered repository; ``ingestor()`` starts a process."""

    clock: FakeClock = field(default_factory=FakeClock)
    ids: SequentialIds = field(default_factory=SequentialIds)
    ledger: DyingLedger = field(default_factory=DyingLedger)
    bodies: MemoryBodyStore = field(default_factory=MemoryBodyStore)
    git: MemoryGit = field(default_factory=MemoryGit)
    publisher: MemoryPublisher = field(default_factory=MemoryPublisher)

    def __post_init__(self) -> None:
        self.git.create(URL)

    async def register(
        self,
        *,
        url: str = URL,
        branches: tuple[str, ...] = (BRANCH,),
        globs: tuple[str, ...] = (),
        max_deletes: int | None = None,
        baseline: bool = False,
    ) -> None:
        """Register a repository, or change its registration."""
        known = await self.ledger.repository(repository_id(url))
        stored = 0 if known is None else known.revision
        await self.ledger.put_repository(
            Repository(
                id=repository_id(url),
                url=url,
                branches=branches,
                registered_at=self.clock.now(),
                path_globs=globs,
                max_deletes=max_deletes,
                baseline=baseline,
                revision=stored + 1,
            ),
            expected_revision=stored,
        )

    def courier(self, edge: Callable[[str], None] = no_edge) -> Courier:
        return Courier(ledger=self.ledger, publisher=self.publisher, edge=edge)

    def ingestor(self, *, edge: Callable[[str], None] = no_edge, git: MemoryGit | None = None) -> Ingestor:
        return Ingestor(
            ledger=self.ledger,
            bodies=self.bodies,
            git=git or self.git,
            courier=self.courier(edge),
            clock=self.clock,
            ids=self.ids,
            edge=edge,
        )

    def poller(self, interval_seconds: float = 60) -> Poller:
        return Poller(
            ingestor=self.ingestor(),
            ledger=self.ledger,
            git=self.git,
            clock=self.clock,
            interval_seconds=interval_seconds,
        )

    def commit(self, changes: dict[str, Any], *, branch: str = BRANCH, url: str = URL) -> str:
        """Commit files: text or JSON to write, None to delete, ``Unreadable`` as it is."""
        return self.git.commit(url, branch, {path: content_of(value) for path, value in changes.items()})

    async def push(self, **said: Any) -> Ingested:
        return await self.ingestor().push(a_push(**said))

    async def deployments(self) -> list[Deployment]:
        """All deployments, by number and prefix."""
        found = await self.ledger.search(DeploymentFilter(), 1000)
        return sorted(found, key=lambda head: (head.origin.seq, head.origin.prefix, head.change))

    async def changed(self, seq: int) -> dict[str, str]:
        """What commit ``seq`` did to which prefixes."""
        return {
            head.origin.prefix: head.change.value
            for head in await self.deployments()
            if head.origin.seq == seq
        }

    async def commits(self) -> list[Commit]:
        """Oldest first."""
        return list(reversed(await self.ledger.commits(REPOSITORY, BRANCH, 1000)))

    async def manifest(self, ledger: Ledger, seq: int) -> Manifest:
        commit = await ledger.commit(REPOSITORY, BRANCH, seq)
        assert commit is not None
        assert commit.manifest is not None
        return decode(Manifest, await self.bodies.get(commit.manifest), key="manifest")

    async def snapshot(self, head: Deployment) -> Snapshot:
        assert head.snapshot is not None
        return decode(Snapshot, await self.bodies.get(head.snapshot), key="snapshot")

    @property
    def announced(self) -> list[int]:
        """The numbers of the commits that were announced to the planner, in order."""
        return [
            CommitIngested.model_validate_json(event.detail).seq
            for event in self.publisher.published
            if event.detail_type == CommitIngested.DETAIL_TYPE
        ]


def a_push(**said: Any) -> Push:
    return Push(**{"repository": URL, "branch": BRANCH} | said)


def content_of(value: Any) -> bytes | Unreadable | None:
    if value is None or isinstance(value, bytes | Unreadable):
        return value
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def a_service(prefix: str, image: str = "1") -> dict[str, Any]:
    """The files of an ECS service object."""
    name = prefix.rpartition("/")[2]
    return {
        f"{prefix}_svcdef.json": {"serviceName": name},
        f"{prefix}_taskdef.json": {"family": name, "image": image},
    }
