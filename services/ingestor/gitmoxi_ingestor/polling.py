"""Polling the registered branches, for pushes of which no event came."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gitmoxi.contracts.messages import Push
from gitmoxi.domain.reachability import RepositoryHealth
from gitmoxi.domain.records import CommitStatus, PushOutcome, Repository
from gitmoxi.errors import PermanentError, RetryableError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.git import GitMirror
from gitmoxi.ports.ledger import Ledger
from gitmoxi.runtime.logging import get_logger
from gitmoxi_ingestor.ingest import Ingestor
from gitmoxi_ingestor.reachability import Reachability, is_due

PARTS = 8
"""So many ingestors can share the repositories; each part costs one write per interval."""

_AT_ONCE = 4
"""Servers that one process asks at the same time."""

_LAST_WORD_SECONDS = 10.0
"""What is under way at a stop may take so long to end by itself."""

_SHORTEST_SECONDS = 0.05
"""Between two rounds, however short the interval is."""


@dataclass(slots=True)
class _Roster:
    """The registrations by part, and what is known of their health; read once per interval."""

    read_at: float
    parts: dict[int, list[Repository]]
    healths: dict[str, RepositoryHealth]


class Poller:
    """Asks each repository for the tips of all its branches, once per interval for all processes together.

    Repositories are parted by their ids, and the process that claims a part looks at it. What nothing changed
    in costs one request to its server and no call of the ledger. ``random`` gives numbers from 0 to 1.
    """

    name = "poller"

    def __init__(
        self,
        *,
        ingestor: Ingestor,
        reachability: Reachability,
        ledger: Ledger,
        git: GitMirror,
        clock: Clock,
        interval_seconds: float,
        random: Callable[[], float],
    ) -> None:
        self._ingestor = ingestor
        self._reachability = reachability
        self._ledger = ledger
        self._git = git
        self._clock = clock
        self._interval_seconds = interval_seconds
        self._random = random
        self._roster: _Roster | None = None
        self._settled: dict[tuple[str, str], str] = {}
        self._due: dict[int, float] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until ``stop``; what is under way then may end."""
        if not self._interval_seconds:
            await stop.wait()
            return
        self._spread()
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            await _end_of(self._round(), stopping, patience_seconds=_LAST_WORD_SECONDS)
            await _end_of(self._clock.sleep(self._pause()), stopping, patience_seconds=0)
        await stopping

    async def _round(self) -> None:
        """One poll; nothing that goes wrong in it ends the process."""
        try:
            await self.poll()
        except RetryableError as error:
            get_logger().warning("poll.put_off", because=str(error))
        except Exception:  # noqa: BLE001 - pushes are taken in by the same process, and must go on
            get_logger().exception("poll.failed")

    def _spread(self) -> None:
        """All parts begin at a moment of their own: a start must not meet the Git hosts with all at once."""
        now = self._clock.monotonic()
        for part in range(PARTS):
            self._due[part] = now + self._interval_seconds * (part + self._random()) / PARTS

    def _pause(self) -> float:
        now = self._clock.monotonic()
        parts = self._roster.parts if self._roster is not None else ()
        soonest = min((self._due.get(part, now) for part in parts), default=now + self._interval_seconds)
        return max(_SHORTEST_SECONDS, min(soonest - now, self._interval_seconds))

    async def poll(self) -> list[str]:
        """Look at the parts whose time has come; the branches that had something new.

        Raises:
            RetryableError: a store is out of reach.
        """
        if not self._interval_seconds:
            return []
        roster = await self._registrations()
        found: list[str] = []
        for part in sorted(roster.parts, key=lambda part: self._due.get(part, 0.0)):
            if self._due.get(part, 0.0) <= self._clock.monotonic() and await self._claim(part):
                found += await self._look_at_all(roster.parts[part], roster.healths)
        return found

    async def _registrations(self) -> _Roster:
        now = self._clock.monotonic()
        if self._roster is None or now - self._roster.read_at >= self._interval_seconds:
            repositories, healths = await asyncio.gather(
                self._ledger.repositories(), self._reachability.store.healths()
            )
            parts: defaultdict[int, list[Repository]] = defaultdict(list)
            for repository in repositories:
                parts[part_of(repository)].append(repository)
            self._roster = _Roster(
                read_at=now, parts=dict(parts), healths={known.repository_id: known for known in healths}
            )
        return self._roster

    async def _claim(self, part: int) -> bool:
        now = self._clock.now()
        interval = timedelta(seconds=self._interval_seconds * (0.9 + 0.2 * self._random()))
        held = await self._reachability.store.claim(part, now=now, until=now + interval)
        self._due[part] = self._clock.monotonic() + (interval if held is None else held - now).total_seconds()
        return held is None

    async def _look_at_all(
        self, repositories: Sequence[Repository], healths: dict[str, RepositoryHealth]
    ) -> list[str]:
        room = asyncio.Semaphore(_AT_ONCE)
        now = self._clock.now()

        async def look(repository: Repository) -> list[str]:
            async with room:
                return await self._look(repository, healths)

        due = [each for each in repositories if is_due(healths.get(each.id), now)]
        found = await asyncio.gather(*map(look, due), return_exceptions=True)
        for failure in (each for each in found if isinstance(each, BaseException)):
            if not isinstance(failure, RetryableError | PermanentError):
                raise failure
            get_logger().warning("poll.put_off", because=str(failure))
        return [name for each in found if not isinstance(each, BaseException) for name in each]

    async def _look(self, repository: Repository, healths: dict[str, RepositoryHealth]) -> list[str]:
        known = healths.get(repository.id)
        try:
            tips = await self._git.list_tips(repository.url)
        except (PermanentError, RetryableError) as error:
            healths[repository.id] = await self._reachability.failed(repository, error, known)
            return []
        healths[repository.id] = await self._reachability.seen(repository, tips, known)
        return [
            f"{repository.url} ({branch})"
            for branch in repository.branches
            if branch in tips and await self._is_new(repository, branch, tips[branch])
        ]

    async def _is_new(self, repository: Repository, name: str, tip: str) -> bool:
        """Take the tip in, unless nothing is to be done about it; whether something was."""
        if self._settled.get((repository.id, name)) == tip:
            return False
        taken_in = await self._is_unknown(repository, name, tip) and await self._push(repository, name, tip)
        self._settled[repository.id, name] = tip
        return taken_in

    async def _is_unknown(self, repository: Repository, name: str, tip: str) -> bool:
        branch = await self._ledger.branch(repository.id, name)
        if branch.seq == 0 or branch.last_processed == tip:
            return False  # the first commit of a branch is deployed only when somebody pushes
        newest = await self._ledger.commit(repository.id, name, branch.seq)
        # One that failed would fail again: a person's push, or a newer tip, has it tried again.
        return newest is None or newest.sha != tip or newest.status is not CommitStatus.FAILED

    async def _push(self, repository: Repository, name: str, tip: str) -> bool:
        result = await self._ingestor.push(Push(repository=repository.url, branch=name, commit=tip))
        get_logger().info(
            "repository.polled",
            repository=repository.url,
            branch=name,
            commit=tip,
            outcome=result.outcome.value,
            because=result.because,
        )
        return result.outcome is PushOutcome.INGESTED


async def _end_of(
    work: Coroutine[Any, Any, None], stopping: asyncio.Task[bool], *, patience_seconds: float
) -> None:
    """Wait for ``work``; once the process stops, for so long, and then give it up."""
    task = asyncio.create_task(work)
    await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        await asyncio.wait([task], timeout=patience_seconds)
        task.cancel()
        await asyncio.wait([task])


def part_of(repository: Repository) -> int:
    """Which part a repository is in: its id ends in hexadecimal digits of a hash."""
    return int(repository.id[-2:], 16) % PARTS
