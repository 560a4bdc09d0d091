"""Whether a deployment may stand in a target's line, and which other one gives way to it."""

from __future__ import annotations

from gitmoxi.domain.deployments import CommandKind, Deployment, Verb
from gitmoxi.domain.records import Claim, TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.errors import ContentionError
from gitmoxi.planning.desired import Desired
from gitmoxi.ports.ledger import DeleteOwnership, Ledger, Write
from gitmoxi.validation.depdef import OnNewCommit
from gitmoxi_planner.candidates import Candidate

_GIVES_WAY = frozenset({State.RUNNING, State.PAUSED})
"""A rollback goes on to its end: nothing could build upon one that was left half-way."""


async def refusal(candidate: Candidate, record: TargetRecord, ledger: Ledger) -> tuple[State, str] | None:
    """Why not, as the state and the reason in which the deployment ends; None when it may.

    A claim is given up by a prefix that was deleted without its target, whose deletion is held, or that is
    deployed to another target now: within its branch another prefix may then take the target over. Of a
    repository or branch that is registered no longer any other may take it over.
    """
    origin, claim = candidate.deployment.origin, record.claim
    if claim is None:
        return None
    same_branch = (claim.repository_id, claim.branch) == (origin.repository_id, origin.branch)
    if same_branch and _overtaken(candidate.deployment, record):
        return State.SUPERSEDED, f"A newer commit of {origin.branch} stands in the line of {record.target}."
    if same_branch and claim.prefix in {origin.prefix, candidate.renamed_from}:
        return None
    if candidate.deletes:
        return State.NO_CHANGE, f"{record.target} belongs to {claim} now, so nothing is deleted."
    given_up = _given_up if same_branch else _forgotten
    if await given_up(claim, record, ledger):
        return None
    because = (
        f"{record.target} belongs to {claim}, and {origin.prefix} in {origin.repository_url} "
        f"({origin.branch}) claims it too: a target belongs to one path-prefix. Delete the one or rename "
        "the other."
    )
    return State.FAILED, because


def _overtaken(deployment: Deployment, record: TargetRecord) -> bool:
    """What a person asks for comes after the commit whose number it has; a commit comes but once."""
    seq = deployment.origin.seq
    return seq < record.last_seq or (seq == record.last_seq and deployment.restores is None)


async def _given_up(claim: Claim, record: TargetRecord, ledger: Ledger) -> bool:
    if record.held_id is not None:
        return True
    owned = await ledger.ownership(claim.repository_id, claim.branch, claim.prefix)
    return owned is None or owned.target.id != record.target.id


async def _forgotten(claim: Claim, record: TargetRecord, ledger: Ledger) -> bool:
    orphan = await ledger.orphan(record.target)
    return orphan is not None and orphan.unregistered and orphan.claim == claim


async def released(record: TargetRecord, newer: Deployment, ledger: Ledger) -> list[Write]:
    """What ends with the claim of a repository or branch that is registered no longer, and taken over now.

    Registered again, it does not own the target any more, and forgotten again it makes no orphan of it.
    """
    claim, origin = record.claim, newer.origin
    if claim is None or (claim.repository_id, claim.branch) == (origin.repository_id, origin.branch):
        return []
    owned = await ledger.ownership(claim.repository_id, claim.branch, claim.prefix)
    if owned is None or owned.target.id != record.target.id:
        return []
    return [DeleteOwnership(ownership=owned)]


async def replaced_in_line(record: TargetRecord, ledger: Ledger) -> Deployment | None:
    """The deployment that waits for the target, whose place a newer one takes.

    Raises:
        ContentionError: it left the line since ``record`` was read.
    """
    if record.waiting_id is None:
        return None
    waiting = await ledger.deployment(record.waiting_id)
    if waiting is not None and waiting.state is not State.WAITING:
        raise ContentionError(f"{waiting.id} left the line of {record.target} while this was planned")
    return waiting


async def superseded_in_slot(desired: Desired, record: TargetRecord, ledger: Ledger) -> Deployment | None:
    """The active deployment that ``desired`` does not wait for, as its settings say.

    A deletion goes on to its end: what it has begun cannot be replaced in flight. One that was asked to end
    already is not asked again.
    """
    if record.active_id is None or desired.settings.get("onNewCommit") != OnNewCommit.SUPERSEDE:
        return None
    active = await ledger.deployment(record.active_id)
    if active is None or active.state not in _GIVES_WAY or active.verb is Verb.DELETE:
        return None
    asked = await ledger.commands(active.id, active.command_cursor)
    return None if any(command.kind is CommandKind.SUPERSEDE for command in asked) else active
