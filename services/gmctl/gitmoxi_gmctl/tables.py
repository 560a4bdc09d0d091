"""Which columns of a table have room, and whether it stays a table at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 2
"""Spaces between two columns."""

_READABLE = 24
"""A column is not made narrower than this: ids stay whole, sentences stay sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A heading, and how many characters the widest of its cells has."""

    heading: str
    width: int

    @property
    def least_width(self) -> int:
        """How narrow it may become by wrapping; its heading is not wrapped."""
        return max(min(self.width, _READABLE), len(self.heading))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns to show, by index, and the headings of those that go.

    ``is_table`` is false where there is no room for a table at all.
    """

    kept: tuple[int, ...]
    dropped: tuple[str, ...]
    is_table: bool


def fit(columns: Sequence[Column], *, width: int, least: Sequence[str]) -> Layout:
    """The most that a screen of ``width`` characters has room for.

    The columns called ``least`` go first, in that order. Where even the rest has no room nothing goes, and
    each row is to be shown as lines of its own.
    """
    for count in range(len(least) + 1):
        gone = frozenset(least[:count])
        kept = tuple(index for index, column in enumerate(columns) if column.heading not in gone)
        if sum(columns[index].least_width for index in kept) + GAP * (len(kept) - 1) <= width:
            dropped = tuple(column.heading for column in columns if column.heading in gone)
            return Layout(kept=kept, dropped=dropped, is_table=True)
    return Layout(kept=tuple(range(len(columns))), dropped=(), is_table=False)
