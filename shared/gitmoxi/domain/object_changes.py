"""What a commit did to the service objects of a branch, from the changed paths and the new tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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

    changed: tuple[ChangedObject, ...]
    conflicts: tuple[PrefixConflict, ...]
    without_definition: tuple[str, ...]
    settings_only: tuple[str, ...]


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

    changed: list[ChangedObject] = []
    without_definition: list[str] = []
    settings_only: list[str] = []
    for prefix in prefixes:
        if prefix in grouping.conflicts:
            continue
        current = grouping.objects.get(prefix)
        own = touched.get(prefix, [])
        deletion = _deletion(prefix, own, current, changed_paths)
        if deletion is not None:
            changed.append(deletion)
        if current is None:
            continue
        mine = [file for file in own if file.kind.target_kind is current.kind]
        if current.definition is None:
            if deletion is None:
                without_definition.append(prefix)
        elif referring[prefix] or any(file.kind.triggers_deployment for file in mine):
            reasons = (*(file.path for file in mine), *referring[prefix])
            changed.append(_deployed(current, reasons, changed_paths))
        else:
            settings_only.append(prefix)
    return ObjectChanges(
        changed=tuple(changed),
        conflicts=tuple(grouping.conflicts[prefix] for prefix in prefixes if prefix in grouping.conflicts),
        without_definition=tuple(without_definition),
        settings_only=tuple(settings_only),
    )


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
