"""The states of a deployment and every transition between them, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gitmoxi.errors import InvariantError


class State(StrEnum):
    """Where a deployment stands."""

    RECEIVED = "RECEIVED"
    HELD = "HELD"
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    ROLLING_BACK = "ROLLING_BACK"
    SUCCEEDED = "SUCCEEDED"
    NO_CHANGE = "NO_CHANGE"
    BASELINED = "BASELINED"
    SUPERSEDED = "SUPERSEDED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    ROLLED_BACK = "ROLLED_BACK"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"

    @property
    def terminal(self) -> bool:
        return self in _TERMINAL

    @property
    def status(self) -> Status:
        """The coarse status that users filter by."""
        if not self.terminal:
            return Status.PROCESSING
        return Status.PROCESSED_SUCCESS if self in _SUCCESSFUL else Status.PROCESSED_ERROR


class Status(StrEnum):
    """The three statuses of the command line and the API."""

    PROCESSING = "PROCESSING"
    PROCESSED_SUCCESS = "PROCESSED_SUCCESS"
    PROCESSED_ERROR = "PROCESSED_ERROR"


class Worker(StrEnum):
    """The services with a queue of their own; the values name queues, rules and log groups.

    All but the notifier move deployments. It only tells of them, and an installation may do without it.
    """

    INGESTOR = "ingestor"
    PLANNER = "planner"
    ECS_DEPLOYER = "ecs-deployer"
    LAMBDA_DEPLOYER = "lambda-deployer"
    ROLLBACK = "rollback"
    NOTIFIER = "notifier"


DEPLOYERS = frozenset({Worker.ECS_DEPLOYER, Worker.LAMBDA_DEPLOYER})
OWNERS = (Worker.PLANNER, Worker.ECS_DEPLOYER, Worker.LAMBDA_DEPLOYER, Worker.ROLLBACK)
"""The workers that can own a deployment; the ingestor only creates them."""

_TERMINAL = frozenset(
    {
        State.SUCCEEDED,
        State.NO_CHANGE,
        State.BASELINED,
        State.SUPERSEDED,
        State.CANCELLED,
        State.FAILED,
        State.ROLLED_BACK,
        State.ROLLBACK_FAILED,
    }
)
_SUCCESSFUL = frozenset({State.SUCCEEDED, State.NO_CHANGE, State.BASELINED, State.SUPERSEDED})

_EXECUTORS = frozenset({*DEPLOYERS, Worker.ROLLBACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One permitted move: ``source`` None is the creation."""

    source: State | None
    to: State
    by: frozenset[Worker]
    when: str


def _moves(source: State | None, by: frozenset[Worker], *moves: tuple[State, str]) -> list[Transition]:
    return [Transition(source=source, to=to, by=by, when=when) for to, when in moves]


_PLANNER = frozenset({Worker.PLANNER})
_ROLLBACK = frozenset({Worker.ROLLBACK})

TRANSITIONS: tuple[Transition, ...] = (
    *_moves(
        None,
        frozenset({Worker.INGESTOR, Worker.PLANNER}),
        (State.RECEIVED, "an object changed in a commit, or a person asked for a recorded revision"),
    ),
    *_moves(
        State.RECEIVED,
        _PLANNER,
        (State.WAITING, "it is planned and stands in its target's line"),
        (State.HELD, "it is a deletion that a person has to approve"),
        (State.NO_CHANGE, "the live target already is as wanted"),
        (State.BASELINED, "its branch's first commit is compared with what lives, and changes nothing"),
        (State.FAILED, "it cannot be planned"),
        (State.SUPERSEDED, "a newer commit is known for the target"),
    ),
    *_moves(
        State.HELD,
        _PLANNER,
        (State.WAITING, "a person approved the deletion"),
        (State.NO_CHANGE, "it was approved, and nothing is left to delete"),
        (State.FAILED, "it was approved, and the target may not be deleted"),
        (State.SUPERSEDED, "a newer commit wants the target, or decides about it anew"),
        (State.CANCELLED, "a person cancelled it"),
    ),
    *_moves(
        State.WAITING,
        frozenset({Worker.PLANNER, *_EXECUTORS}),
        (State.SUPERSEDED, "a newer commit took its place in the line"),
        (State.CANCELLED, "a person cancelled it"),
    ),
    *_moves(
        State.WAITING,
        _EXECUTORS,
        (State.RUNNING, "it took the slot and read the live state again"),
    ),
    *_moves(
        State.WAITING,
        _ROLLBACK,
        (State.ROLLING_BACK, "a requested rollback took the slot"),
    ),
    *_moves(
        State.RUNNING,
        DEPLOYERS,
        (State.PAUSED, "a person paused it"),
        (State.SUCCEEDED, "the target runs as wanted and stayed healthy"),
        (State.NO_CHANGE, "the live target became as wanted while it waited"),
        (State.ROLLED_BACK, "ECS rolled back by itself"),
        (State.ROLLBACK_FAILED, "ECS could not roll back by itself"),
        (State.FAILED, "rollback is off, or nothing was changed yet"),
        (State.SUPERSEDED, "a newer deployment replaces it in flight"),
        (State.CANCELLED, "a person aborted it before anything was changed"),
        (State.ROLLING_BACK, "it failed after it changed something; handed over"),
    ),
    *_moves(
        State.PAUSED,
        DEPLOYERS,
        (State.RUNNING, "a person resumed it"),
        (State.FAILED, "rollback is off, or nothing was changed yet"),
        (State.CANCELLED, "a person aborted it before anything was changed"),
        (State.SUPERSEDED, "a newer deployment replaces it before anything was changed"),
        (State.ROLLING_BACK, "it failed or was aborted while paused; handed over"),
    ),
    *_moves(
        State.ROLLING_BACK,
        _ROLLBACK,
        (State.SUCCEEDED, "the revision that a person asked for runs again"),
        (State.NO_CHANGE, "the revision that a person asked for runs already"),
        (State.ROLLED_BACK, "the target is back at its last good revision"),
        (State.ROLLBACK_FAILED, "the target could not be brought back"),
        (State.CANCELLED, "it was aborted, and is undone"),
        (State.SUPERSEDED, "it was superseded in mid-shift, and is undone"),
    ),
)

_PERMITTED = {(t.source, t.to): t for t in TRANSITIONS}
assert len({(t.source, t.to, worker) for t in TRANSITIONS for worker in t.by}) == sum(
    len(t.by) for t in TRANSITIONS
), "a transition stands twice"


def check_transition(source: State | None, to: State, by: Worker) -> None:
    """Permit a move, or say that it is a bug.

    Raises:
        InvariantError: the table holds no such transition for this worker.
    """
    transition = _PERMITTED.get((source, to))
    if transition is None:
        raise InvariantError(f"a deployment may not go from {source} to {to}")
    if by not in transition.by:
        raise InvariantError(
            f"only {sorted(transition.by)} may move a deployment from {source} to {to}, not {by}"
        )
