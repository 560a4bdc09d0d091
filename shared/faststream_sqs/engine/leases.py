"""The messages we hold, and the heartbeat that keeps them ours."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from faststream_sqs.engine.clock import Clock
from faststream_sqs.engine.delivery import Delivery
from faststream_sqs.engine.gateway import QueueGateway
from faststream_sqs.engine.queue import RECEIVE_LIMIT

logger = logging.getLogger(__name__)

BEATS_PER_VISIBILITY = 3
"""A message is extended at a third to two thirds of its visibility timeout: one failed beat loses nothing."""

RETRY_SECONDS = 1
"""How soon a beat whose call failed is repeated."""


class Lease:
    """Our holding of one delivery: buffered, running or waiting for its delete to be confirmed."""

    __slots__ = ("acquired_at", "delivery", "expires_at", "finished_at", "lost", "started_at")

    def __init__(self, *, delivery: Delivery, acquired_at: float, visibility_seconds: float) -> None:
        self.delivery = delivery
        self.acquired_at = acquired_at
        self.expires_at = acquired_at + visibility_seconds
        self.started_at: float | None = None
        self.finished_at: float | None = None
        self.lost = False


class Leases:
    """All messages held by one consumer; `on_room` is called whenever one is given up."""

    def __init__(self, *, limit: int, on_room: Callable[[], None]) -> None:
        self._limit = limit
        self._on_room = on_room
        self._held: set[Lease] = set()

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Lease]:
        return iter(self._held)

    @property
    def room(self) -> int:
        """How many more messages may be taken."""
        return max(0, self._limit - len(self._held))

    def take(self, lease: Lease) -> None:
        self._held.add(lease)

    def give_up(self, lease: Lease) -> None:
        self._held.discard(lease)
        self._on_room()


class Heartbeat:
    """One task that extends every held message before its visibility timeout ends, ten per call."""

    def __init__(
        self, *, gateway: QueueGateway, leases: Leases, clock: Clock, visibility_seconds: int
    ) -> None:
        self._gateway = gateway
        self._leases = leases
        self._clock = clock
        self._visibility_seconds = visibility_seconds
        self._extending: set[Lease] = set()
        self._extended = asyncio.Event()
        self.interval_seconds = visibility_seconds / BEATS_PER_VISIBILITY
        self.beat_at = clock.monotonic()

    async def run(self) -> None:
        """Beats until cancelled; a failing call never ends it."""
        pause = self.interval_seconds
        while True:
            await self._clock.sleep(pause)
            self.beat_at = self._clock.monotonic()
            pause = self.interval_seconds if await self.beat() else min(RETRY_SECONDS, self.interval_seconds)

    async def beat(self) -> bool:
        """Extends what is due; False if a call failed and should be repeated soon."""
        due_before = self._clock.monotonic() + self._visibility_seconds - self.interval_seconds
        due = (lease for lease in self._leases if not lease.lost and lease.expires_at <= due_before)
        groups = list(in_tens(list(due)))
        return all(await asyncio.gather(*(self._extend(group) for group in groups)))

    async def let_go(self, lease: Lease) -> None:
        """Waits until no extension of this message is on its way: it would undo a backoff or a release."""
        while lease in self._extending:
            self._extended.clear()
            await self._extended.wait()

    async def _extend(self, group: Sequence[Lease]) -> bool:
        self._extending.update(group)
        called_at = self._clock.monotonic()
        try:
            failures = await self._gateway.change_visibility(
                [lease.delivery.receipt_handle for lease in group], self._visibility_seconds
            )
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next beat tries again
            logger.warning("heartbeat of %s failed, repeating it: %r", group[0].delivery.queue_url, error)
            return False
        finally:
            self._extending.difference_update(group)
            self._extended.set()
        for index, lease in enumerate(group):
            failure = failures.get(index)
            if failure is None:
                lease.expires_at = called_at + self._visibility_seconds
            elif failure.is_final:
                lease.lost = True
                logger.warning(
                    "message %s is no longer ours, another consumer may receive it: %s",
                    lease.delivery.message_id,
                    failure.code,
                )
        return not any(not failure.is_final for failure in failures.values())


def in_tens(leases: Sequence[Lease]) -> Iterator[list[Lease]]:
    """Groups for the batch calls, which take ten entries."""
    remaining = iter(leases)
    while group := list(islice(remaining, RECEIVE_LIMIT)):
        yield group
