"""Rows of tables in Markdown."""

from __future__ import annotations

import re


def table_row(*cells: str) -> str:
    """One row; what would end a cell or a row is escaped."""
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def literal(text: str) -> str:
    """The text as it stands, where Markdown would take some of its signs for its own."""
    return re.sub(r"([_*<\\])", r"\\\1", text)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")
