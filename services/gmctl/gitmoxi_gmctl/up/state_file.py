"""``up.json``: what runs, for people and tests who want to talk to it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from gitmoxi_gmctl.up.supervisor import Supervised

_FILE = "up.json"
_LOCK = "up.lock"


class AlreadyRunningError(Exception):
    """The state folder is in use; the text says by whom and what to do."""


class UnusableFolderError(Exception):
    """The state folder cannot be made or written; the text says why and what to do."""


@dataclass(slots=True, kw_only=True)
class UpState:
    """The file ``up.json`` in ``folder``; the addresses are None until they are known."""

    folder: Path
    ready: bool = False
    endpoint: str | None = None
    api: str | None = None
    region: str | None = None
    account: str | None = None
    stack_outputs: str | None = None
    playground: str | None = None

    @property
    def path(self) -> Path:
        return self.folder / _FILE

    def write(self, supervised: Sequence[Supervised]) -> None:
        """Replace the file; readers see the old one or the new one."""
        running = {each.spec.name: each for each in supervised}
        document = {
            "pid": os.getpid(),
            "ready": self.ready,
            "endpoint": self.endpoint,
            "api": self.api,
            "region": self.region,
            "account": self.account,
            "stack_outputs": self.stack_outputs,
            "playground": self.playground,
            "pids": {name: each.child.pid for name, each in running.items() if each.child is not None},
            "access_keys": {
                name: each.spec.access_key_id for name, each in running.items() if each.spec.access_key_id
            },
            "restarts": {name: each.restarts for name, each in running.items()},
        }
        scratch = self.path.with_suffix(".tmp")
        scratch.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        scratch.replace(self.path)

    def remove(self) -> None:
        """Nothing runs any more."""
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def sole_user(folder: Path) -> Iterator[None]:
    """Nobody else runs on this state folder in the meantime.

    Raises:
        AlreadyRunningError: another ``gmctl up`` does, or one was killed and left processes behind.
        UnusableFolderError: the folder cannot be made or written.
    """
    with _opened_lock(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunningError(
                f"another gmctl up runs on {folder}: stop it, or choose another folder with --state-dir"
            ) from None
        _refuse_leftovers(folder / _FILE)
        yield


def _opened_lock(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / _LOCK).open("a", encoding="utf-8")
    except OSError as error:
        raise UnusableFolderError(
            f"{folder} cannot be the state folder ({error.strerror}): choose another with --state-dir"
        ) from None


def _refuse_leftovers(path: Path) -> None:
    """A runner that was killed could not stop its processes; we do not end what we did not start."""
    try:
        pids = json.loads(path.read_text(encoding="utf-8"))["pids"]
    except (OSError, ValueError, KeyError):
        return
    left = {name: pid for name, pid in pids.items() if _is_alive(int(pid))}
    if left:
        named = ", ".join(f"{name} ({pid})" for name, pid in left.items())
        raise AlreadyRunningError(
            f"an earlier gmctl up was killed and left processes running: {named}. End them with: "
            f"kill {' '.join(map(str, left.values()))}; if they are others' by now, delete {path}"
        )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
