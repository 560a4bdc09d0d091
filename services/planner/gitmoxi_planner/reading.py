"""Reading what a commit changed: its manifest, its deployments, and what each object wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gitmoxi.adapters.codec import decode
from gitmoxi.domain.delete_guard import DeleteLimits, limits_of
from gitmoxi.domain.deployments import Deployment, ObjectChange
from gitmoxi.domain.findings import FindingsError
from gitmoxi.domain.records import Commit, CommitStatus, Manifest, ManifestObject, Snapshot
from gitmoxi.domain.rendered import RenderedObject
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import Target
from gitmoxi.errors import InvariantError, PermanentError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.renderer import Renderer
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.guarding import Allowance
from gitmoxi_planner.wanting import Home, render, want

LOOK_BACK = 20
"""Commits in which nothing was deployed that are passed over in search of one that still waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A commit's manifest with the deployments that it lists, in its order."""

    commit: Commit
    manifest: Manifest
    objects: Sequence[tuple[ManifestObject, Deployment]]

    @property
    def planned(self) -> bool:
        return all(head.state is not State.RECEIVED for _, head in self.objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitReader:
    """Reads commits and their objects; ``home`` is where targets are that name no account or region.

    ``delete_limits`` count where a repository has no number of its own.
    """

    ledger: Ledger
    bodies: BodyStore
    renderer: Renderer
    home: Home
    delete_limits: DeleteLimits

    async def allowance(self, repository_id: str, branch: str, manifest: Manifest) -> Allowance:
        """What a commit of the branch may delete; nothing is read for one that deletes nothing."""
        if not any(item.change is ObjectChange.DELETED for item in manifest.objects):
            return Allowance(limits=self.delete_limits, owned=frozenset())
        repository = await self.ledger.repository(repository_id)
        owned = await self.ledger.ownerships(repository_id, branch)
        return Allowance(
            limits=limits_of(repository, self.delete_limits),
            owned=frozenset(ownership.prefix for ownership in owned),
        )

    async def changes(self, commit: Commit) -> Changes:
        """What an ingested commit changed.

        Raises:
            InvariantError: the stored manifest is none.
        """
        if commit.manifest is None:
            raise InvariantError(
                f"commit {commit.seq} of {commit.branch} is {commit.status} without manifest"
            )
        manifest = decode(Manifest, await self.bodies.get(commit.manifest), key=commit.manifest.sha256)
        heads = await self.ledger.deployments([item.deployment_id for item in manifest.objects])
        by_id = {head.id: head for head in heads}
        listed = [
            (item, by_id[item.deployment_id]) for item in manifest.objects if item.deployment_id in by_id
        ]
        return Changes(commit=commit, manifest=manifest, objects=listed)

    async def unplanned_before(self, commit: Commit) -> list[Changes]:
        """Earlier commits of the branch that are still to be planned, oldest first.

        A commit is planned after those before it, so the first one that is planned ends the search.
        """
        found: list[Changes] = []
        first = max(1, commit.seq - LOOK_BACK)
        for seq in range(commit.seq - 1, first - 1, -1):
            earlier = await self.ledger.commit(commit.repository_id, commit.branch, seq)
            if earlier is None or earlier.status is not CommitStatus.INGESTED or not earlier.deployment_count:
                continue
            try:
                changes = await self.changes(earlier)
            except (PermanentError, InvariantError):
                continue  # its own message reports it; a spoilt commit holds up no later one
            if changes.planned:
                break
            found.insert(0, changes)
        return found

    async def candidate(self, item: ManifestObject, head: Deployment) -> Candidate:
        """One object of a commit with what it wants; a failure to read or render it is the candidate's."""
        candidate = Candidate(item=item, deployment=head)
        if not candidate.open:
            unknown = head.state is State.FAILED and head.target is None
            return replace(candidate, target=head.target, failure=head.because if unknown else None)
        owned = await self._owned(item, head)
        candidate = replace(candidate, owned=owned)
        if item.problem is not None:
            return replace(candidate, failure=item.problem)
        if candidate.deletes:
            return replace(candidate, target=owned)
        try:
            candidate = replace(candidate, rendered=await self._rendered(item, head))
            return _wanting(candidate, self.home)
        except FindingsError as error:
            return replace(candidate, failure=str(error), faults=error.findings)
        except (PermanentError, InvariantError) as error:
            return replace(candidate, failure=str(error))

    async def _owned(self, item: ManifestObject, head: Deployment) -> Target | None:
        """What the prefix was deployed to before; as another kind of target it was another object."""
        origin = head.origin
        owned = await self.ledger.ownership(origin.repository_id, origin.branch, item.prefix)
        return owned.target if owned is not None and owned.target.kind is item.kind else None

    async def _rendered(self, item: ManifestObject, head: Deployment) -> RenderedObject:
        if item.snapshot is None:
            raise InvariantError(f"{head.id} is {item.change} without a snapshot")
        snapshot = decode(Snapshot, await self.bodies.get(item.snapshot), key=item.snapshot.sha256)
        return await render(snapshot, self.renderer)


def _wanting(candidate: Candidate, home: Home) -> Candidate:
    """The candidate with what its rendered files want, and where."""
    assert candidate.rendered is not None
    wanted = want(candidate.rendered, home)
    target, owned = wanted.desired.target, candidate.owned
    moved_from = owned if owned is not None and owned.id != target.id else None
    return replace(candidate, wanted=wanted, target=target, moved_from=moved_from)
