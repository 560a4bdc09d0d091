"""Reading a commit's files so that one that is not read harms only the service objects that need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from gitmoxi.ports.git import GitMirror, RepositoryTooLargeError

_LARGE_FILES = 20
"""Too large files that are looked for; a commit with more is refused as a whole."""

_NEVER_FOLLOWED = frozenset({"symlink", "submodule"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What was read by path, and by path why it was not; what is in neither is not in the commit."""

    contents: Mapping[str, bytes]
    too_large: Mapping[str, str] = field(default_factory=dict)


async def read_files(git: GitMirror, url: str, sha: str, paths: Iterable[str]) -> Files:
    """Read files, passing over those that are too large.

    Raises:
        RepositoryTooLargeError: the files are too large together, or very many of them are.
    """
    wanted = sorted(set(paths))
    try:
        return Files(contents=await git.read_blobs(url, sha, wanted))
    except RepositoryTooLargeError:
        too_large = await _too_large(git, url, sha, wanted)
        if not too_large:
            raise
    rest = [path for path in wanted if path not in too_large]
    return Files(contents=await git.read_blobs(url, sha, rest), too_large=too_large)


async def _too_large(git: GitMirror, url: str, sha: str, paths: list[str]) -> dict[str, str]:
    """Look for the culprits by halves: each read walks the whole tree, and most files are small."""
    found: dict[str, str] = {}
    pending = [paths]
    while pending:
        part = pending.pop()
        try:
            await git.read_blobs(url, sha, part)
        except RepositoryTooLargeError as error:
            if len(part) > 1:
                middle = len(part) // 2
                pending += [part[:middle], part[middle:]]
                continue
            found |= {path: f"{error}: move large data out of {path}, for instance to S3" for path in part}
            if not part or len(found) > _LARGE_FILES:
                raise
    return found


async def never_followed(git: GitMirror, url: str, sha: str) -> dict[str, str]:
    """The symlinks and submodules of a commit: by path, what to tell those who expect a file there."""
    return {
        entry.path: f"{entry.path} is a {entry.reason}, which is never followed: commit the file itself"
        for entry in await git.ignored_paths(url, sha)
        if entry.reason in _NEVER_FOLLOWED
    }


def entry_above(path: str, entries: Mapping[str, str]) -> str | None:
    """The value of the entry that ``path`` is, or lies below."""
    above = (path, *map(str, PurePosixPath(path).parents))
    return next((entries[candidate] for candidate in above if candidate in entries), None)
