"""Which service objects a branch's tip changes, compared with the last processed commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.files import FileRole, ServiceObject, classify, definition_kind, group_files
from gitmoxi.domain.object_changes import ChangedObject, ObjectChanges, PathChange, object_changes
from gitmoxi.domain.records import Ownership, Repository
from gitmoxi.errors import PermanentError
from gitmoxi.ports.git import ChangeKind, CommitNotFoundError, GitMirror
from gitmoxi.ports.ledger import Ledger
from gitmoxi.rendering.inputs import referenced_paths
from gitmoxi_ingestor.path_globs import selects
from gitmoxi_ingestor.reading import entry_above, never_followed, read_files

_KINDS = {
    ChangeKind.ADDED: ObjectChange.ADDED,
    ChangeKind.MODIFIED: ObjectChange.MODIFIED,
    ChangeKind.DELETED: ObjectChange.DELETED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs. ``references`` maps a prefix to the files that its input file refers to.

    ``unread`` says of files that objects need, by path, why they are not read though the commit has them.
    ``rewritten`` says that something is deleted, and the old commit is none of the new one's ancestors.
    """

    changes: ObjectChanges
    objects: Mapping[str, ServiceObject]
    references: Mapping[str, tuple[str, ...]]
    relevant_files: tuple[str, ...]
    all_deleted: bool
    rewritten: bool
    unread: Mapping[str, str]


async def compare(
    *,
    git: GitMirror,
    ledger: Ledger,
    repository: Repository,
    branch: str,
    old_sha: str | None,
    new_sha: str,
    forced: bool,
) -> Comparison:
    """Compare the tree of ``new_sha`` with that of ``old_sha``; ``forced`` counts every object as changed.

    An old commit that is gone (rewritten, or never seen by this mirror) does not hide deletions: those are
    found among the prefixes that own a target. The globs of a registration choose the objects, not the
    files that those objects refer to.
    """
    select = selects(repository.path_globs)
    tree = [path for path in await git.list_paths(repository.url, new_sha) if select(path)]
    grouping = group_files(tree)
    by_input = await _references(git, repository.url, new_sha, grouping.objects.values())
    referenced = {path for paths in by_input.values() for path in paths}
    changed = [
        change
        for change in await _changed_paths(git, ledger, repository, branch, old_sha, new_sha)
        if select(change.path) or (change.path in referenced and classify(change.path) is None)
    ]
    changes = object_changes(changes=changed, tree=tree, references=by_input)
    return Comparison(
        changes=_forced(changes, grouping.objects.values()) if forced else changes,
        objects=grouping.objects,
        references={
            prefix: by_input.get(item.input, ()) if item.input else ()
            for prefix, item in grouping.objects.items()
        },
        relevant_files=tuple(
            sorted(c.path for c in changed if classify(c.path) is not None or c.path in referenced)
        ),
        all_deleted=not any(_defines(path) for path in tree),
        rewritten=any(item.change is ObjectChange.DELETED for item in changes.changed)
        and await _rewritten(git, repository.url, old_sha, new_sha),
        unread=_unread(await never_followed(git, repository.url, new_sha), select, referenced),
    )


async def _rewritten(git: GitMirror, url: str, old: str | None, new: str) -> bool:
    """Whether a forced push took the old commit out of the branch's history."""
    if old is None:
        return False
    try:
        return not await git.is_ancestor(url, old, new)
    except CommitNotFoundError:
        return True


def _unread(
    entries: Mapping[str, str], select: Callable[[str], bool], referenced: set[str]
) -> dict[str, str]:
    own = {path: why for path, why in entries.items() if select(path) and classify(path) is not None}
    found = {path: why for path in referenced if (why := entry_above(path, entries)) is not None}
    return own | found


async def _changed_paths(
    git: GitMirror, ledger: Ledger, repository: Repository, branch: str, old: str | None, new: str
) -> list[PathChange]:
    try:
        found = await git.changed_paths(repository.url, old, new)
        return [PathChange(path=change.path, change=_KINDS[change.kind]) for change in found]
    except CommitNotFoundError:
        if old is None:
            raise
    present = {change.path for change in await git.changed_paths(repository.url, None, new)}
    unreadable = [ignored.path for ignored in await git.ignored_paths(repository.url, new)]
    owned = [_definition_path(item) for item in await ledger.ownerships(repository.id, branch)]
    gone = [path for path in owned if path not in present and not _lies_in(path, unreadable)]
    return [
        *(PathChange(path=path, change=ObjectChange.ADDED) for path in sorted(present)),
        *(PathChange(path=path, change=ObjectChange.DELETED) for path in gone),
    ]


def _definition_path(owned: Ownership) -> str:
    return f"{owned.prefix}{definition_kind(owned.target.kind).suffix}"


def _lies_in(path: str, unreadable: Iterable[str]) -> bool:
    """Whether ``path`` is, or is below, an entry that is there but never read: that is no deletion."""
    return any(path == entry or path.startswith(f"{entry}/") for entry in unreadable)


def _defines(path: str) -> bool:
    file = classify(path)
    return file is not None and file.kind.role is FileRole.DEFINITION


async def _references(
    git: GitMirror, url: str, sha: str, objects: Iterable[ServiceObject]
) -> dict[str, tuple[str, ...]]:
    """The paths that each input file refers to; one that cannot be read is the planner's to report."""
    inputs = [item.input for item in objects if item.input]
    found: dict[str, tuple[str, ...]] = {}
    for path, content in (await read_files(git, url, sha, inputs)).contents.items():
        try:
            found[path] = referenced_paths(path, content)
        except PermanentError:
            found[path] = ()
    return found


def _forced(changes: ObjectChanges, objects: Iterable[ServiceObject]) -> ObjectChanges:
    known = {change.prefix for change in changes.changed}
    forced = tuple(
        ChangedObject(
            prefix=item.prefix,
            kind=item.kind,
            change=ObjectChange.FORCED,
            files=item.paths,
            because_of=(),
        )
        for item in objects
        if item.definition is not None and item.prefix not in known
    )
    return ObjectChanges(
        changed=(*changes.changed, *forced),
        conflicts=changes.conflicts,
        without_definition=changes.without_definition,
        settings_only=(),
    )
