"""The streams that gmctl writes to: any terminal, pipe or file, or nothing at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO


def without_colour(value: bool) -> bool:  # noqa: FBT001 - typer's way to call back for an option
    """Obey ``--no-color`` as everything obeys ``NO_COLOR``, help and usage errors too."""
    if value:
        os.environ["NO_COLOR"] = "1"
    return value


def prepare_streams() -> None:
    """Make output possible whatever the caller closed, and whatever the terminal cannot show."""
    sys.stdout = _usable(sys.stdout)
    sys.stderr = _usable(sys.stderr)


def stop_writing() -> None:
    """Let nothing be written any more, not even what Python flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = _nowhere()
    finally:
        os.close(nowhere)


def _usable(stream: TextIO | None) -> TextIO:
    if stream is None:  # the caller closed it: Python then has none
        return _nowhere()
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return stream


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
