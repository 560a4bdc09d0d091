"""Writes docs/reference/states.md from the table of transitions: ``python -m docs.states_page``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitmoxi.domain.states import TRANSITIONS, State, Status

PAGE = Path(__file__).parent / "reference" / "states.md"

_INTRODUCTION = """\
# States of a deployment

A deployment moves only along these transitions, and only by the workers named: anything else is a bug,
and raises. This page is made from `gitmoxi.domain.states` by `make docs`.
"""


def states_page() -> str:
    """The page's text."""
    lines = [_INTRODUCTION, "```mermaid", "stateDiagram-v2", *_diagram(), "```", ""]
    lines += ["| from | to | by | when |", "|---|---|---|---|", *_transitions(), ""]
    lines += ["## What users see", "", "| status | states |", "|---|---|", *_statuses(), ""]
    return "\n".join(lines)


def _diagram() -> Iterator[str]:
    for source, to in dict.fromkeys((move.source, move.to) for move in TRANSITIONS):
        yield f"    {source or '[*]'} --> {to}"
    for state in State:
        if state.terminal:
            yield f"    {state} --> [*]"


def _transitions() -> Iterator[str]:
    for move in TRANSITIONS:
        yield f"| {move.source or 'none'} | {move.to} | {', '.join(sorted(move.by))} | {move.when} |"


def _statuses() -> Iterator[str]:
    for status in Status:
        yield f"| {status} | {', '.join(state for state in State if state.status is status)} |"


if __name__ == "__main__":
    PAGE.write_text(states_page(), encoding="utf-8")
