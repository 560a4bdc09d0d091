"""Tests that prove a row of a page, found by their names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from docs.tables import literal

ROOT: Final = Path(__file__).parent.parent


def tests_named(beginning: str) -> Iterator[tuple[str, Path]]:
    """Every test whose name begins so, with its file relative to the project, by file."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if beginning not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(beginning):
                yield node.name, path.relative_to(ROOT)


def link_to(claim: str, file: Path) -> str:
    """A Markdown link from a page of ``docs`` to a test, whose name says ``claim``."""
    return f"[{literal(claim.replace('_', ' '))}](../{file})"
