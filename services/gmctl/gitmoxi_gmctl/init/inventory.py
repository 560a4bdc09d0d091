"""What there is to be written: targets, which of them are meant, and the folder of each."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from gitmoxi.domain.targets import TargetKind

FUNCTIONS = "functions"
"""The folder of all functions; a cluster that is called so gives way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A target to be written; ``cluster`` is None for a function."""

    kind: TargetKind
    cluster: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.cluster or FUNCTIONS}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Globs over ``CLUSTER/SERVICE``, ``functions/FUNCTION``, or the last part alone; no include: all."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    def takes(self, item: Item) -> bool:
        """Whether the item is meant."""
        wanted = not self.include or any(_matches(item, glob) for glob in self.include)
        return wanted and not any(_matches(item, glob) for glob in self.exclude)


ALL = Choice()
"""No target is left out."""


def _matches(item: Item, glob: str) -> bool:
    return fnmatchcase(str(item), glob) or fnmatchcase(item.name, glob)


def folders(items: Iterable[Item]) -> dict[Item, Path]:
    """``CLUSTER/SERVICE`` or ``functions/FUNCTION`` for each, different on every file system.

    Names that differ in case alone would be one folder on a laptop: all but the one in small letters get a
    digest of the name behind them.
    """
    wanted = list(items)
    clusters = {item.cluster for item in wanted if item.cluster is not None}
    cluster_folders = _apart(clusters, taken={FUNCTIONS})
    found: dict[Item, Path] = {}
    for cluster in [*sorted(clusters), None]:
        inside = [item for item in wanted if item.cluster == cluster]
        parent = Path(FUNCTIONS if cluster is None else cluster_folders[cluster])
        names = _apart({item.name for item in inside}, taken=set())
        found |= {item: parent / names[item.name] for item in inside}
    return found


def _apart(names: set[str], *, taken: set[str]) -> dict[str, str]:
    alike = Counter(name.casefold() for name in names) + Counter(taken)
    return {name: _with_digest(name) if _gives_way(name, alike, taken) else name for name in names}


def _gives_way(name: str, alike: Counter[str], taken: set[str]) -> bool:
    small = name.casefold()
    return alike[small] > 1 and (name != small or small in taken)


def _with_digest(name: str) -> str:
    return f"{name}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
