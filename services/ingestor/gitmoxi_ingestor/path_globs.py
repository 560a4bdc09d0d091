"""Path globs of a registration: ``*`` stays within a directory, ``**`` does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def selects(globs: Sequence[str]) -> Callable[[str], bool]:
    """Whether a repository path matches one of ``globs``; without globs every path does."""
    if not globs:
        return lambda _: True
    patterns = [re.compile(_pattern(glob)) for glob in globs]
    return lambda path: any(pattern.fullmatch(path) for pattern in patterns)


def _pattern(glob: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meaning.get(part, re.escape(part)) for part in parts)
