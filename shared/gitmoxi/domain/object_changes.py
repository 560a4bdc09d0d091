"""What a commit did to the service objects of a branch, from the changed paths and the new tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.files import (
    DeploymentFile,
    FileRole,
    PrefixConflict,
    ServiceObject,
    classify,
    group_files,
)
from gitmoxi.domain.targets import TargetKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChange:
    """One path that differs between the last processed commit and this one."""

    path: str
    change: ObjectChange


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedObject:
    """A service object that a commit changed.

    ``files`` are its files in the new tree (with a deletion: what is left of them), ``because_of`` the
    changed paths that are the reason, referenced ones included.
    """

    prefix: str
    kind: TargetKind
    change: ObjectChange
    files: tuple[str, ...]
    because_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChanges:
    """The outcome for a whole commit.

    ``conflicts`` are changed prefixes that are both ECS and Lambda: errors. ``without_definition`` are
    changed prefixes that lack a definition file: a warning each, nothing is deployed.
    ``settings_only`` are prefixes of which nothing but our settings changed: nothing is deployed.
    """

    changed: tuple[ChangedObject, ...] = ()
    conflicts: tuple[PrefixConflict, ...] = ()
    without_definition: tuple[str, ...] = ()
    settings_only: tuple[str, ...] = ()


def object_changes(
    *,
    changes: Iterable[PathChange],
    tree: Iterable[str],
    references: Mapping[str, Iterable[str]],
) -> ObjectChanges:
    """Which service objects the changed paths add, modify or delete.

    Args:
        changes: the paths that differ from the last processed commit; all of them are ADDED on a branch
            that is seen for the first time.
        tree: every path of the new commit.
        references: by the path of an input file in ``tree``, the paths that its ``ref.file`` names.
    """
    grouping = group_files(tree)
    changed_paths = {change.path: change.change for change in changes}
    touched = _changes_by_prefix(changed_paths)
    referring = {
        prefix: _changed_references(service_object, changed_paths, references)
        for prefix, service_object in grouping.objects.items()
    }
    prefixes = sorted(set(touched) | {prefix for prefix, paths in referring.items() if paths})
    outcomes = [
        _changes_of(
            prefix,
            touched.get(prefix, []),
            grouping.objects.get(prefix),
            referring.get(prefix, ()),
            changed_paths,
        )
        for prefix in prefixes
        if prefix not in grouping.conflicts
    ]
    return ObjectChanges(
        changed=tuple(chain.from_iterable(outcome.changed for outcome in outcomes)),
        conflicts=tuple(grouping.conflicts[prefix] for prefix in prefixes if prefix in grouping.conflicts),
        without_definition=tuple(chain.from_iterable(outcome.without_definition for outcome in outcomes)),
        settings_only=tuple(chain.from_iterable(outcome.settings_only for outcome in outcomes)),
    )


def _changes_of(
    prefix: str,
    own: list[DeploymentFile],
    current: ServiceObject | None,
    referring: tuple[str, ...],
    changed_paths: Mapping[str, ObjectChange],
) -> ObjectChanges:
    """The outcome for one path-prefix that is no conflict."""
    deletion = _deletion(prefix, own, current, changed_paths)
    deleted = (deletion,) if deletion is not None else ()
    if current is None:
        return ObjectChanges(changed=deleted)
    if current.definition is None:
        return ObjectChanges(changed=deleted, without_definition=() if deleted else (prefix,))
    if not referring and not any(_is_reason(file, current) for file in own):
        return ObjectChanges(changed=deleted, settings_only=(prefix,))
    reasons = (*(file.path for file in own), *referring)
    return ObjectChanges(changed=(*deleted, _deployed(current, reasons, changed_paths)))


def _is_reason(file: DeploymentFile, current: ServiceObject) -> bool:
    """Whether a changed file deploys the object.

    One of the other kind is gone now: while it was there, the prefix was a conflict and was not deployed.
    """
    return file.kind.triggers_deployment or file.kind.target_kind is not current.kind


def _changes_by_prefix(changed_paths: Iterable[str]) -> dict[str, list[DeploymentFile]]:
    by_prefix: defaultdict[str, list[DeploymentFile]] = defaultdict(list)
    for path in sorted(changed_paths):
        file = classify(path)
        if file is not None:
            by_prefix[file.prefix].append(file)
    return by_prefix


def _changed_references(
    service_object: ServiceObject,
    changed_paths: Mapping[str, ObjectChange],
    references: Mapping[str, Iterable[str]],
) -> tuple[str, ...]:
    if service_object.input is None:
        return ()
    return tuple(sorted(set(references.get(service_object.input, ())) & set(changed_paths)))


def _deletion(
    prefix: str,
    own: Iterable[DeploymentFile],
    current: ServiceObject | None,
    changed_paths: Mapping[str, ObjectChange],
) -> ChangedObject | None:
    """A deleted definition file is the one thing that deletes an object."""
    for file in own:
        gone = changed_paths[file.path] is ObjectChange.DELETED
        if gone and file.kind.role is FileRole.DEFINITION:
            left = current.paths if current is not None and current.kind is file.kind.target_kind else ()
            return ChangedObject(
                prefix=prefix,
                kind=file.kind.target_kind,
                change=ObjectChange.DELETED,
                files=left,
                because_of=(file.path,),
            )
    return None


def _deployed(
    current: ServiceObject, reasons: tuple[str, ...], changed_paths: Mapping[str, ObjectChange]
) -> ChangedObject:
    assert current.definition is not None
    is_new = changed_paths.get(current.definition) is ObjectChange.ADDED
    return ChangedObject(
        prefix=current.prefix,
        kind=current.kind,
        change=ObjectChange.ADDED if is_new else ObjectChange.MODIFIED,
        files=current.paths,
        because_of=reasons,
    )
