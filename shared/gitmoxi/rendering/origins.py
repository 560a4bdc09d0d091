"""Where rendered text comes from: a map from places in it back to places in the template."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from gitmoxi.domain.rendered import Position


class Lines:
    """Turns character offsets of a text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(newline.end() for newline in re.finditer("\n", text))]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset)
        return Position(line=line, column=offset - self._starts[line - 1] + 1)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of rendered text, from ``start`` to the next segment's.

    ``source`` is the offset in the template. A verbatim stretch was copied, so that offsets run along;
    everything in another stretch was made by the expression at ``source``.
    """

    start: int
    source: int
    verbatim: bool


class Origins:
    """Positions in the template for offsets in the text that it was rendered to."""

    def __init__(self, *, template: str, segments: Sequence[Segment]) -> None:
        self._lines = Lines(template)
        self._segments = segments
        self._starts = [segment.start for segment in segments]

    @classmethod
    def identity(cls, text: str) -> Origins:
        """For a file that is no template."""
        return cls(template=text, segments=[Segment(start=0, source=0, verbatim=True)])

    def is_verbatim(self, offset: int) -> bool:
        """Whether the user wrote what stands at ``offset``; else an expression did."""
        index = bisect_right(self._starts, offset) - 1
        return index < 0 or self._segments[index].verbatim

    def position(self, offset: int) -> Position:
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return self._lines.position(0)
        segment = self._segments[index]
        return self._lines.position(segment.source + (offset - segment.start if segment.verbatim else 0))
