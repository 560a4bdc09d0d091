"""The files that an input file takes values from, read from disk as the planner reads them from a commit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gitmoxi.domain.files import ServiceObject
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.inputs import referenced_paths
from gitmoxi_gmctl.validate.disk import UnreadableError, read_file


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Referenced files by repository path: their content, and the paths that people here know them by."""

    contents: Mapping[str, bytes] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)


class Repositories:
    """Finds the root that the paths in ``ref.file`` count from."""

    def __init__(self, stated: Path | None) -> None:
        self._stated = stated
        self._known: dict[Path, Path | None] = {}

    def root_of(self, path: str, top: str | None) -> Path:
        """The stated root; else the nearest folder above ``path`` with ``.git``; else ``top``, or here."""
        if self._stated is not None:
            return self._stated
        return self._above(Path(path).absolute().parent) or Path(top or ".")

    def _above(self, folder: Path) -> Path | None:
        if folder not in self._known:
            if os.path.lexists(folder / ".git"):
                self._known[folder] = folder
            else:
                self._known[folder] = self._above(folder.parent) if folder != folder.parent else None
        return self._known[folder]


def read_references(item: ServiceObject, contents: Mapping[str, bytes], root: Path) -> References:
    """What the object's input file refers to; what cannot be read is left out, which rendering reports."""
    if item.input is None or item.input not in contents:
        return References()
    try:
        wanted = referenced_paths(item.input, contents[item.input])
    except RenderError:
        return References()  # rendering says what is wrong with the input file
    found: dict[str, bytes] = {}
    for path in wanted:
        if _is_plain(root, path):
            try:
                found[path] = read_file(str(root / path))
            except UnreadableError:
                continue
    return References(contents=found, shown={path: _shown(root / path) for path in wanted})


def _is_plain(root: Path, path: str) -> bool:
    """Whether no folder on the way is a link, which a commit would not follow either."""
    return not any((root / folder).is_symlink() for folder in Path(path).parents)


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)
