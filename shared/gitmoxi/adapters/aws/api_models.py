"""Botocore's models of AWS's APIs, read without what only people read: they are most of a worker's memory."""

from __future__ import annotations

import functools
import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader, Loader

_DOCUMENTATION = "documentation"


class LeanFiles(JSONFileLoader):
    """Reads JSON files, plain or compressed, into plain dicts without documentation."""

    def load_file(self, file_path: str) -> Any:
        """The file ``file_path``, which is named without its ending; None if there is none."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return _parsed(plain.read_bytes())
        return _parsed(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


@functools.cache
def api_models() -> Loader:
    """The loader of all sessions: each further one would parse megabytes of JSON again."""
    return Loader(file_loader=LeanFiles())


def _parsed(data: bytes) -> Any:
    return json.loads(data, object_pairs_hook=_emptied)


def _emptied(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Texts become empty, for botocore itself adds to some of them.

    A member of AWS's may be called ``documentation`` too, but it is described by more than a text.
    """
    return {
        sys.intern(name): "" if name == _DOCUMENTATION and isinstance(value, str) else value
        for name, value in pairs
    }
