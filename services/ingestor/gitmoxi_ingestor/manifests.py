"""The changed objects of a tree as bodies: a snapshot of each, and the manifest that lists them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gitmoxi.adapters.codec import encode
from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.files import classify, definition_kind
from gitmoxi.domain.object_changes import ChangedObject
from gitmoxi.domain.records import Manifest, ManifestObject, Repository, Snapshot
from gitmoxi.domain.targets import TargetKind
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.git import GitMirror
from gitmoxi_ingestor.comparing import Comparison
from gitmoxi_ingestor.reading import Files, read_files


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestWriter:
    """Stores the objects of the tree ``sha``; ``id_of`` names an object by its definition file.

    ``settings_too`` lists those too of which nothing but our settings changed.
    """

    bodies: BodyStore
    git: GitMirror
    repository: Repository
    sha: str
    id_of: Callable[[str], str]
    settings_too: bool = False

    async def store(self, comparison: Comparison) -> tuple[Manifest, BodyRef]:
        """The manifest and where it lies; storing it again stores nothing new."""
        changed = comparison.changes.changed
        settings = tuple(_settings_only(comparison)) if self.settings_too else ()
        files = await self._files((*changed, *settings), comparison)
        manifest = Manifest(
            objects=(
                *[await self._object(item, comparison, files) for item in changed],
                *self._conflicts(comparison),
            ),
            settings_only=tuple([await self._object(item, comparison, files) for item in settings]),
            relevant_files=comparison.relevant_files,
            warnings=_warnings(comparison),
            all_deleted=comparison.all_deleted,
            rewritten=comparison.rewritten,
        )
        return manifest, await self.bodies.put(encode(manifest).encode())

    def _conflicts(self, comparison: Comparison) -> list[ManifestObject]:
        return [
            ManifestObject(
                prefix=conflict.prefix,
                kind=TargetKind.ECS,
                change=ObjectChange.MODIFIED,
                deployment_id=self._id(conflict.prefix, TargetKind.ECS),
                files=(*conflict.ecs_paths, *conflict.lambda_paths),
                problem=str(conflict),
            )
            for conflict in comparison.changes.conflicts
        ]

    async def _files(self, objects: Iterable[ChangedObject], comparison: Comparison) -> Files:
        paths = {
            path
            for item in objects
            if item.change is not ObjectChange.DELETED
            for path in (*item.files, *comparison.references.get(item.prefix, ()))
        }
        return await read_files(self.git, self.repository.url, self.sha, paths)

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
            deployment_id=self._id(item.prefix, item.kind),
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

    def _id(self, prefix: str, kind: TargetKind) -> str:
        """A prefix that turns from ECS to Lambda is two objects in one commit: a deletion and an addition."""
        return self.id_of(f"{prefix}{definition_kind(kind).suffix}")


def _settings_only(comparison: Comparison) -> Iterator[ChangedObject]:
    for prefix in comparison.changes.settings_only:
        item = comparison.objects[prefix]
        yield ChangedObject(
            prefix=prefix,
            kind=item.kind,
            change=ObjectChange.MODIFIED,
            files=item.paths,
            because_of=tuple(path for path in item.paths if path in comparison.relevant_files),
        )


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
