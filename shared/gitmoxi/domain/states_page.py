"""The states of a deployment as a page, ``docs/reference/states.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from gitmoxi.domain.states import DEPLOYERS, TRANSITIONS, State, Transition, Worker

_INTRODUCTION = """\
# The states of a deployment

Made from `gitmoxi.domain.states`, where the table is data and every other transition is an error; to make
this page again: `python -m gitmoxi.domain.states_page > docs/reference/states.md`.
"""

_DEPLOYER = "deployer"
"""One word for the workers that carry out plans: which of them it is, the kind of target says."""


def states_page() -> str:
    """The page as Markdown: a diagram, the transitions with who makes them and when, and the statuses."""
    return "\n".join(
        (
            _INTRODUCTION,
            *_diagram(),
            "",
            "## Transitions",
            "",
            *_table(("from", "to", "by", "when"), map(_transition_row, TRANSITIONS)),
            "",
            "## Statuses",
            "",
            *_table(("status", "states"), _status_rows()),
            "",
        )
    )


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for source, to in dict.fromkeys((t.source, t.to) for t in TRANSITIONS):
        yield f"    {source or '[*]'} --> {to}"
    yield from (f"    {state} --> [*]" for state in State if state.terminal)
    yield "```"


def _transition_row(transition: Transition) -> tuple[str, ...]:
    by = ", ".join(_makers(transition.by))
    return str(transition.source or ""), str(transition.to), by, transition.when


def _makers(workers: frozenset[Worker]) -> Iterator[str]:
    yield from (worker for worker in Worker if worker in workers - DEPLOYERS)
    if workers & DEPLOYERS:
        yield _DEPLOYER


def _status_rows() -> Iterator[tuple[str, ...]]:
    for status in dict.fromkeys(state.status for state in State):
        yield str(status), ", ".join(state for state in State if state.status is status)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"| {' | '.join('---' for _ in header)} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(states_page())
