"""A thousand pushes of one branch over three ingestors: how long, how many looks, how many lost."""

from __future__ import annotations

import asyncio
from time import perf_counter

from gitmoxi.adapters.aws.system_clock import SystemClock
from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.memory.clock import SequentialIds
from gitmoxi.adapters.memory.git import MemoryGit
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.adapters.memory.messaging import MemoryPublisher
from gitmoxi.contracts.messages import CommitIngested, Push
from gitmoxi.domain.records import Repository
from gitmoxi.domain.repositories import repository_id
from gitmoxi.errors import ContentionError
from gitmoxi.workflow.courier import Courier
from gitmoxi_ingestor.ingest import Ingestor
from tests.benchmark.measuring import Figure

_URL = "https://git.example.com/team/shop"
_INGESTORS = 3
_WORKERS = 8
"""Messages that an ingestor works on at the same time, as GITMOXI_WORKERS has it by default."""

_FETCH_SECONDS = 0.3
"""A Git host far away, which says that there is nothing new."""

_WITHIN_SECONDS = 60.0


class _FarGit(MemoryGit):
    """A server that answers after a while."""

    def __init__(self) -> None:
        super().__init__()
        self.fetches = 0

    async def fetch(self, url: str, branch: str) -> str:
        self.fetches += 1
        await asyncio.sleep(_FETCH_SECONDS)
        return await super().fetch(url, branch)


def measure(count: int = 1000, commits: int = 10) -> Figure:
    """Real time, stores in memory, a Git server with a delay; commits come while pushes are taken in."""
    return asyncio.run(_measured(count, commits))


async def _measured(count: int, commits: int) -> Figure:
    git, ledger, publisher = _FarGit(), MemoryLedger(), MemoryPublisher()
    clock, ids = SystemClock(), SequentialIds()
    courier = Courier(ledger=ledger, publisher=publisher)
    git.create(_URL)
    await ledger.put_repository(
        Repository(id=repository_id(_URL), url=_URL, branches=("main",), registered_at=clock.now())
    )
    queue: asyncio.Queue[Push] = asyncio.Queue()
    for number in range(count):
        queue.put_nowait(Push(repository=_URL, branch="main", delivery_id=f"delivery-{number}"))
    left = [count]

    async def work(ingestor: Ingestor) -> None:
        while not queue.empty():
            push = queue.get_nowait()
            if left[0] % (count // commits) == 0:
                _commit(git, left[0])
            left[0] -= 1
            try:
                await ingestor.push(push)
            except ContentionError:
                queue.put_nowait(push)

    ingestors = [
        Ingestor(ledger=ledger, bodies=MemoryBodyStore(), git=git, courier=courier, clock=clock, ids=ids)
        for _ in range(_INGESTORS)
    ]
    started = perf_counter()
    await asyncio.gather(*(work(ingestor) for ingestor in ingestors for _ in range(_WORKERS)))
    seconds = perf_counter() - started
    answers = [await ledger.push(f"delivery-{number}") for number in range(count)]
    announced = sum(event.detail_type == CommitIngested.DETAIL_TYPE for event in publisher.published)
    return Figure(
        name="push.thousand",
        value=seconds,
        unit="s",
        aim=_WITHIN_SECONDS,
        parts={
            "lost": sum(answer is None or answer.sha is None for answer in answers),
            "fetches": git.fetches,
            "commits": commits,
            "taken in": announced,
        },
    )


def _commit(git: MemoryGit, number: int) -> None:
    files = {
        "dev/shop_svcdef.json": b'{"serviceName": "shop"}',
        "dev/shop_taskdef.json": f'"{number}"'.encode(),
    }
    git.commit(_URL, "main", files)
