"""The revisions of a target that a person can go back to, found in its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State, Status
from gitmoxi.domain.targets import Target

_RAN = frozenset({State.SUCCEEDED, State.NO_CHANGE, State.BASELINED})
_LEFT_AS_IT_WAS = frozenset({State.FAILED, State.ROLLBACK_FAILED})
"""Ends after which something may live that no deployment wanted: nothing was brought back."""


def why_no_revision(head: Deployment, target_id: str) -> str | None:
    """Why nobody can go back to what a deployment wanted; None if one can."""
    if head.target is None or head.target.id != target_id:
        of = head.target.id if head.target is not None else "no target that is known"
        return f"{head.id} is a deployment of {of}, not of {target_id}."
    if not head.state.terminal:
        return f"{head.id} has not ended, it is {head.state}: nobody knows yet whether its revision works."
    if head.verb is Verb.DELETE:
        return f"{head.id} deleted {head.target}, so there is nothing of it to go back to."
    if head.state not in _RAN:
        return f"{head.id} ended as {head.state}, so its revision never ran well: choose one that did."
    if head.desired is None:
        return f"{head.id} left no documents to go back to."
    return None


def why_no_retry(head: Deployment) -> str | None:
    """Why a deployment cannot be tried again; None if it can."""
    if not head.state.terminal:
        return f"{head.id} has not ended, it is {head.state}: there is nothing to try again yet."
    if head.state.status is not Status.PROCESSED_ERROR:
        return f"{head.id} did not fail, it ended as {head.state}: {head.because}"
    if head.change is ObjectChange.DELETED and head.started_at is None:
        return (
            f"{head.id} is a deletion that was stopped before it began, which a retry must not get around: "
            f"{head.because}"
        )
    return None


def why_no_orphan(target: Target) -> str:
    """Why a person's deletion is refused of what a definition file stands for, or what never was ours."""
    return (
        f"{target} is no orphan: a definition file stands for it, or it is gone. Delete what is in Git "
        "there; `gmctl orphan list` shows what can be deleted here."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A target's record and its deployments, newest first."""

    record: TargetRecord
    heads: Sequence[Deployment]

    @property
    def revisions(self) -> list[Deployment]:
        """Those that one can go back to, newest first; of equal ones in a row only the newest."""
        found: list[Deployment] = []
        for head in self.heads:
            if why_no_revision(head, self.record.target.id) is None and (
                not found or found[-1].desired != head.desired
            ):
                found.append(head)
        return found

    @property
    def good(self) -> Deployment | None:
        """The last one that succeeded; None after a deletion, and before the first success."""
        last = self.record.last_good
        return next((h for h in self.heads if last is not None and h.id == last.deployment_id), None)

    @property
    def running(self) -> Deployment | None:
        """The revision that runs now; None while another is on its way, or something else was left behind."""
        good = self.good
        if good is None or self.unsettled is not None:
            return None
        return next((head for head in self.revisions if head.desired == good.desired), good)

    @property
    def unsettled(self) -> Deployment | None:
        """The deployment that is changing the target, or that failed and left what it had changed."""
        last = self.record.last_good
        for head in self.heads:
            if head.id == self.record.active_id:
                return head
            if head.state is State.ROLLED_BACK or (last is not None and head.id == last.deployment_id):
                return None
            if head.state in _LEFT_AS_IT_WAS and head.started_at is not None:
                return head
        return None

    @property
    def deletion(self) -> Deployment | None:
        """The deployment that deleted the target, if that is the last thing that happened to it."""
        ran = (head for head in self.heads if head.state in _RAN)
        newest = next(ran, None)
        return newest if newest is not None and newest.verb is Verb.DELETE else None

    @property
    def previous(self) -> Deployment | None:
        """What a rollback goes back to of itself: the last one that ran well and is not what runs now.

        After a rollback that is the one before the revision that was brought back: asked again, it goes
        further back.
        """
        good = self.good
        if good is None or self.unsettled is not None:
            return good
        base = self._brought_back(good)
        older = [head for head in self.revisions if head.created_at < base.created_at]
        return next((head for head in older if head.desired != good.desired), None)

    def _brought_back(self, head: Deployment) -> Deployment:
        """The deployment by which a revision first came to be what it is."""
        by_id = {other.id: other for other in self.heads}
        while head.change is ObjectChange.REQUESTED and head.restores in by_id:
            head = by_id[head.restores]
        return head
