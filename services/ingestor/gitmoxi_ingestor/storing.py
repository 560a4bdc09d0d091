"""Storing what a commit changed: snapshots, deployment records, the manifest."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gitmoxi.adapters.codec import encode
from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Deployment, Mode, ObjectChange, Origin, Step, deployment_id
from gitmoxi.domain.files import classify, definition_kind
from gitmoxi.domain.object_changes import ChangedObject
from gitmoxi.domain.records import Commit, Manifest, ManifestObject, Repository, Snapshot
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import ContentionError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.git import GitMirror
from gitmoxi.ports.ledger import CreateDeployment, Ledger, PutStep, Write
from gitmoxi_ingestor.comparing import Comparison
from gitmoxi_ingestor.reading import Files, read_files

_BATCH = 40
"""Deployments created in one transaction: two writes each, and DynamoDB takes 100."""

PLAN_WITHIN = timedelta(minutes=1)
"""When the planner's sweeper looks at a deployment that no event led it to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storing:
    """Writes the objects of one commit; doing it again writes nothing new."""

    ledger: Ledger
    bodies: BodyStore
    git: GitMirror
    repository: Repository
    commit: Commit
    now: datetime

    async def store(self, comparison: Comparison) -> tuple[BodyRef, int]:
        """The manifest's reference and how many deployments it lists."""
        objects = await self._objects(comparison)
        deployments = [self._deployment(item) for item in objects]
        for start in range(0, len(deployments), _BATCH):
            await self._create(deployments[start : start + _BATCH])
        manifest = Manifest(
            objects=tuple(objects),
            relevant_files=comparison.relevant_files,
            warnings=_warnings(comparison),
            all_deleted=comparison.all_deleted,
        )
        return await self.bodies.put(encode(manifest).encode()), len(objects)

    async def _objects(self, comparison: Comparison) -> list[ManifestObject]:
        changed = comparison.changes.changed
        files = await self._files(comparison)
        stored = [await self._object(item, comparison, files) for item in changed]
        conflicts = [
            ManifestObject(
                prefix=conflict.prefix,
                kind=TargetKind.ECS,
                change=ObjectChange.MODIFIED,
                deployment_id=self._deployment_id(conflict.prefix, TargetKind.ECS),
                files=(*conflict.ecs_paths, *conflict.lambda_paths),
                problem=str(conflict),
            )
            for conflict in comparison.changes.conflicts
        ]
        return [*stored, *conflicts]

    async def _files(self, comparison: Comparison) -> Files:
        paths = {
            path
            for item in comparison.changes.changed
            if item.change is not ObjectChange.DELETED
            for path in (*item.files, *comparison.references.get(item.prefix, ()))
        }
        return await read_files(self.git, self.repository.url, self.commit.sha, paths)

    async def _object(self, item: ChangedObject, comparison: Comparison, files: Files) -> ManifestObject:
        snapshot, problem = None, None
        if item.change is not ObjectChange.DELETED:
            problem = _problem(item, comparison, files)
            if problem is None:
                snapshot = await self._snapshot(item, comparison, files.contents)
        return ManifestObject(
            prefix=item.prefix,
            kind=item.kind,
            change=item.change,
            deployment_id=self._deployment_id(item.prefix, item.kind),
            files=item.because_of or item.files,
            snapshot=snapshot,
            problem=problem,
        )

    async def _snapshot(
        self, item: ChangedObject, comparison: Comparison, contents: Mapping[str, bytes]
    ) -> BodyRef:
        references = comparison.references.get(item.prefix, ())
        found = Snapshot(
            prefix=item.prefix,
            kind=item.kind,
            files=_encoded(contents, item.files),
            references=_encoded(contents, references),
            missing_references=tuple(path for path in references if path not in contents),
        )
        return await self.bodies.put(encode(found).encode())

    def _deployment_id(self, prefix: str, kind: TargetKind) -> str:
        """A prefix that turns from ECS to Lambda is two objects in one commit: a deletion and an addition."""
        path = f"{prefix}{definition_kind(kind).suffix}"
        return deployment_id(self._origin(path), Mode.DEPLOY)

    def _origin(self, prefix: str) -> Origin:
        return Origin(
            repository_id=self.repository.id,
            repository_url=self.repository.url,
            branch=self.commit.branch,
            commit_sha=self.commit.sha,
            seq=self.commit.seq,
            prefix=prefix,
        )

    def _deployment(self, item: ManifestObject) -> Deployment:
        because = f"{item.prefix} is {item.change} in commit {self.commit.sha[:12]}: {', '.join(item.files)}."
        return Deployment(
            id=item.deployment_id,
            version=1,
            state=State.RECEIVED,
            owner=Worker.PLANNER,
            kind=item.kind,
            change=item.change,
            origin=self._origin(item.prefix),
            snapshot=item.snapshot,
            created_at=self.now,
            updated_at=self.now,
            because=because,
            next_at=self.now + PLAN_WITHIN,
        )

    async def _create(self, deployments: list[Deployment]) -> None:
        try:
            await self.ledger.transact([write for item in deployments for write in _creation(item)])
        except ContentionError:
            stored = {item.id for item in await self.ledger.deployments([d.id for d in deployments])}
            if not stored:
                raise  # another ingestor is writing them right now: look again
            # Stored by an earlier attempt at this commit: the id says that they are the same.
            if missing := [item for item in deployments if item.id not in stored]:
                await self._create(missing)


def _creation(deployment: Deployment) -> tuple[Write, Write]:
    step = Step(
        deployment_id=deployment.id,
        version=deployment.version,
        at=deployment.created_at,
        by=Worker.INGESTOR,
        name="receive",
        state=deployment.state,
        because=deployment.because,
    )
    return CreateDeployment(deployment=deployment), PutStep(step=step)


def _problem(item: ChangedObject, comparison: Comparison, files: Files) -> str | None:
    """Why an object cannot be deployed of which the commit has a file that is not read."""
    needed = {*item.files, *comparison.references.get(item.prefix, ())}
    own = {path for path in comparison.unread if _prefix(path) == item.prefix}
    reasons = {**comparison.unread, **files.too_large}
    found = dict.fromkeys(reasons[path] for path in sorted(needed | own) if path in reasons)
    return f"{'; '.join(found)}." if found else None


def _prefix(path: str) -> str | None:
    file = classify(path)
    return file.prefix if file is not None else None


def _encoded(contents: Mapping[str, bytes], paths: tuple[str, ...]) -> dict[str, str]:
    return {path: base64.b64encode(contents[path]).decode() for path in paths if path in contents}


def _warnings(comparison: Comparison) -> tuple[str, ...]:
    unread = {path: prefix for path in sorted(comparison.unread) if (prefix := _prefix(path)) is not None}
    return (
        *(comparison.unread[path] for path in unread),
        *(
            f"{prefix} has no definition file (_svcdef.json or _lambdadef.json): nothing is deployed"
            for prefix in comparison.changes.without_definition
            if prefix not in unread.values()
        ),
        *(
            f"{prefix}: only its deployment settings changed, which deploys nothing"
            for prefix in comparison.changes.settings_only
        ),
    )
