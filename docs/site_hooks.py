"""What the site needs beside MkDocs: links to files outside of the documentation become plain text there."""

from __future__ import annotations

import posixpath
import re
from typing import Any

_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<path>(?:\.\./)+[^)\s#]+)(?:#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """MkDocs calls it for each page; in the repository's own viewer the links lead to the files."""
    folder = posixpath.dirname(page.file.src_uri)

    def inside(link: re.Match[str]) -> str:
        leaves = posixpath.normpath(posixpath.join(folder, link["path"])).startswith("..")
        return link["text"] if leaves else link[0]

    return _LINK.sub(inside, markdown)
