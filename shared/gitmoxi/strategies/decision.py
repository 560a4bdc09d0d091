"""What a strategy decides: the next state, the next phase, the actions, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gitmoxi.domain.deployments import Progress
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One AWS call to make; the plan and ``arguments`` together give its parameters."""

    call: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome of one look at a deployment.

    ``step`` names what happens, ``because`` says why in one sentence: the same one in log, API, page and
    CLI. ``look_again`` is when to observe next if nothing wakes us before. A ``quiet`` decision only
    waits on: it leaves no step behind. ``deadline`` is given where events tell of everything but that this
    moment has come: while they arrive, looks may be rarer, yet none later than it. ``explanations`` are of
    the failures that it met. ``last_good`` holds the values to remember for a rollback,
    ``remember_task_definition`` a pair of spec hash and ARN. ``ending`` goes with ROLLING_BACK: the state to
    end in once the target is back. ``keeps_answers``: the answers to the last calls were not looked at yet,
    and the strategy will want them.
    """

    step: str
    because: str
    to: State
    progress: Progress
    actions: tuple[Action, ...] = ()
    look_again: timedelta = timedelta(0)
    quiet: bool = False
    deadline: datetime | None = None
    cause: str | None = None
    explanations: tuple[Explanation, ...] = ()
    ending: State | None = None
    last_good: dict[str, str] | None = None
    remember_task_definition: tuple[str, str] | None = None
    command_cursor: str | None = None
    keeps_answers: bool = False
