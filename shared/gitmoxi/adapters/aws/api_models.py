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

_ENDPOINTS = "endpoints"
"""The file of all services' addresses in all regions: megabytes, of which we need some lines."""

_CALLED = frozenset(
    {
        "dynamodb",
        "ecs",
        "elasticloadbalancing",
        "events",
        "lambda",
        "logs",
        "monitoring",
        "s3",
        "sqs",
        "ssm",
        "sts",
    }
)
"""Endpoint prefixes of the services that we call; any other would get the address that its rules say."""


class LeanFiles(JSONFileLoader):
    """Reads JSON files, plain or compressed, into plain dicts without documentation."""

    def load_file(self, file_path: str) -> Any:
        """The file ``file_path``, which is named without its ending; None if there is none."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            data = plain.read_bytes()
        elif packed.is_file():
            data = gzip.decompress(packed.read_bytes())
        else:
            return None
        hook = _of_called_services if plain.stem == _ENDPOINTS else _without_texts
        return json.loads(data, object_pairs_hook=hook)


@functools.cache
def api_models() -> Loader:
    """The loader of all sessions: each further one would parse megabytes of JSON again."""
    return Loader(file_loader=LeanFiles())


def _without_texts(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Texts become empty, for botocore itself adds to some of them.

    A member of AWS's may be called ``documentation`` too, but it is described by more than a text.
    """
    return {
        sys.intern(name): "" if name == _DOCUMENTATION and isinstance(value, str) else value
        for name, value in pairs
    }


def _of_called_services(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of the addresses; a partition keeps the services that we call, and knows all its regions."""
    kept = _without_texts(pairs)
    if "services" in kept:
        kept["services"] = {name: one for name, one in kept["services"].items() if name in _CALLED}
    return kept
