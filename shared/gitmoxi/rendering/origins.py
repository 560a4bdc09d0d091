"""Where rendered text comes from: a map from places in it back to places in the template."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gitmoxi.domain.rendered import Position
from gitmoxi.domain.sensitive import mask_of
from gitmoxi.domain.unknown import as_written

_SHOWN_AROUND = 60
"""Characters of a rendered line shown on each side of an error."""


class Lines:
    """Turns character offsets of a text into lines, however they end, and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(newline.end() for newline in re.finditer("\r\n?|\n", text))]

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


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from ``start`` up to, and without, the one at ``end``."""

    start: int
    end: int


class Origins:
    """Positions in the template for offsets in the text that it was rendered to.

    ``sensitive`` are the spans of the rendered text, in order, that may have sensitive content.
    """

    def __init__(self, *, template: str, segments: Sequence[Segment], sensitive: Sequence[Span] = ()) -> None:
        self._lines = Lines(template)
        self._segments = segments
        self._starts = [segment.start for segment in segments]
        self._sensitive = sensitive
        self._sensitive_starts = [span.start for span in sensitive]
        self.rendered = True
        """Whether anything but the template itself can stand in the text."""

    @classmethod
    def identity(cls, text: str) -> Origins:
        """For a file that is no template."""
        origins = cls(template=text, segments=[Segment(start=0, source=0, verbatim=True)])
        origins.rendered = False
        return origins

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

    def sensitive_within(self, start: int, end: int) -> Iterator[Span]:
        """The sensitive spans that share characters with those from ``start`` up to ``end``."""
        for index in range(max(bisect_right(self._sensitive_starts, start) - 1, 0), len(self._sensitive)):
            span = self._sensitive[index]
            if span.start >= end:
                return
            if span.end > start:
                yield span

    def shown_line(self, text: str, offset: int) -> str:
        """The line of the rendered ``text`` around ``offset``, with what may be sensitive masked."""
        start = max(text.rfind("\n", 0, offset) + 1, offset - _SHOWN_AROUND)
        end = text.find("\n", offset)
        end = min(end if end >= 0 else len(text), offset + _SHOWN_AROUND)
        shown, at = "", start
        for span in self.sensitive_within(start, end):
            shown += text[at : max(span.start, at)] + mask_of(text[span.start : span.end])
            at = span.end
        return as_written(shown + text[at:end]).strip()
