"""The failures that are explained as a page, ``docs/reference/failures.md``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.table import BY_SUBJECT

_INTRODUCTION = """\
# Failures

What a failed deployment can tell: the id is stable, the cause names what AWS's words name, the advice says
what to do now. AWS's own words always stand beside them. A failure that is not listed here has the id
`unknown` and shows AWS's words alone.

Made from `gitmoxi.explaining`, where the table is data; to make this page again:
`python -m gitmoxi.explaining.failures_page > docs/reference/failures.md`.
"""


def failures_page() -> str:
    """The page as Markdown: one table per subject."""
    lines = [_INTRODUCTION]
    for subject, entries in BY_SUBJECT.items():
        lines += [f"## {subject}", "", "| id | cause | advice | source |", "| --- | --- | --- | --- |"]
        lines += [*_rows(entries), ""]
    return "\n".join(lines)


def _rows(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        general = entry.explain((), {})
        cells = (f"`{entry.id}`", _cell(general.cause), _cell(general.advice), f"[AWS]({entry.source})")
        yield f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """``text`` with the signs escaped that Markdown or a table would take for its own."""
    parts = text.split("`")
    escaped = [part if index % 2 else re.sub(r"([_*<\\])", r"\\\1", part) for index, part in enumerate(parts)]
    return "`".join(escaped).replace("|", r"\|")


if __name__ == "__main__":
    sys.stdout.write(failures_page())
