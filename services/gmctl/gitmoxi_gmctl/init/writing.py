"""Putting exported files into a folder, never over something else unasked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from gitmoxi.domain.files import FileKind
from gitmoxi.planning.export.files import ExportedFile
from gitmoxi_gmctl.exits import ExitCode, GmctlError


def write_files(folder: Path, name: str, files: Sequence[ExportedFile], *, force: bool) -> list[Path]:
    """The paths written: ``FOLDER/NAME_svcdef.json`` and so on.

    Each file is written whole or not at all.

    Raises:
        GmctlError: the prefix is in use, by files that ``force`` would replace or by those of another kind
            of target; or the folder cannot be written.
    """
    check_prefix(folder, name, files, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(folder / f"{name}{file.kind.suffix}", file.text) for file in files]
    except OSError as error:
        raise GmctlError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error


def check_prefix(folder: Path, name: str, files: Sequence[ExportedFile], *, force: bool) -> None:
    """Refuse a prefix that is in use.

    Raises:
        GmctlError: it is; the message names the files.
    """
    target_kind = files[0].kind.target_kind
    used = {kind: path for kind in FileKind if os.path.lexists(path := folder / f"{name}{kind.suffix}")}
    foreign = [path for kind, path in used.items() if kind.target_kind is not target_kind]
    if foreign:
        raise GmctlError(
            f"{_listed(foreign)} would make one service object with the new files, and ECS and Lambda cannot "
            "share one: give another --name or --dir.",
            ExitCode.USAGE,
        )
    if used and not force:
        raise GmctlError(
            f"{_listed(used.values())} exist{'s' if len(used) == 1 else ''} already: give another --name or "
            "--dir, or --force to replace them.",
            ExitCode.USAGE,
        )
    written = {file.kind for file in files}
    stale = [path for kind, path in used.items() if kind not in written]
    if stale:
        raise GmctlError(
            f"{_listed(stale)} would be left beside the new files and change what they mean: delete "
            f"{'it' if len(stale) == 1 else 'them'} first.",
            ExitCode.USAGE,
        )


def _write(path: Path, text: str) -> Path:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(_plain_mode())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def _plain_mode() -> int:
    """What a new file gets: ``mkstemp`` makes its own for the owner alone."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(map(str, paths))
