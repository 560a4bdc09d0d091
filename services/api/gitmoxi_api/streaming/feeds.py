"""A feed: what happened to one thing, kept once, read by any number of watchers at their own speed."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from gitmoxi_api.replies import DeploymentReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One event of a stream, ready to be sent; cursors rise. ``deployment`` is as it was then."""

    cursor: int
    deployment: DeploymentReply
    text: str


class Feed:
    """Holds the newest ``keeps`` items (None: all).

    Readers are positions in it, so a slow one costs nothing.
    """

    def __init__(self, *, keeps: int | None = None) -> None:
        self._items: deque[Item] = deque(maxlen=keeps)
        self._lost = 0
        """The highest cursor that is not kept any more."""
        self._changed = asyncio.Event()
        self.is_over = False

    def publish(self, items: Iterable[Item]) -> None:
        """Add items and wake all readers."""
        for item in items:
            if len(self._items) == self._items.maxlen:
                self._lost = self._items[0].cursor
            self._items.append(item)
        self._wake()

    def end(self) -> None:
        """Nothing comes any more: readers end after what is there."""
        self.is_over = True
        self._wake()

    def reaches(self, cursor: int) -> bool:
        """Whether all that came after ``cursor`` is still here."""
        return cursor >= self._lost

    @property
    def newest(self) -> int:
        """The cursor of the last item."""
        return self._items[-1].cursor if self._items else self._lost

    async def read(self, after: int, *, patience_seconds: float) -> AsyncIterator[Item | None]:
        """Items with a cursor above ``after``; None whenever nothing came for so long.

        Ends with the feed, or where the reader is so slow that items are gone which it has not read.
        """
        while self.reaches(after):
            changed = self._changed
            for item in self._above(after):
                yield item
                after = item.cursor
                if not self.reaches(after):
                    return
            if after < self.newest:
                continue  # more came while the reader took these
            if self.is_over:
                return
            try:
                async with asyncio.timeout(patience_seconds):
                    await changed.wait()
            except TimeoutError:
                yield None

    def _above(self, cursor: int) -> list[Item]:
        newer = itertools.takewhile(lambda item: item.cursor > cursor, reversed(self._items))
        return list(newer)[::-1]

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
