"""Modules and functions stay small, and every module says in one sentence what it is."""

from __future__ import annotations

import ast

MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 50


def test_no_shipped_module_is_longer_than_a_reader_bears(root, sources):
    lengths = {str(path): len((root / path).read_text().splitlines()) for path in sources}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES_OF_A_MODULE} == {}


def test_no_shipped_function_is_longer_than_a_screen(root, sources):
    long = []
    for path in sources:
        for node in ast.walk(ast.parse((root / path).read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_LINES_OF_A_FUNCTION:
                    long.append(f"{path}:{node.lineno} {node.name}: {lines} lines")
    assert long == []


def test_every_module_says_what_it_is(root, files):
    modules = [path for path in files if path.suffix == ".py"]
    silent = [str(path) for path in modules if not ast.get_docstring(ast.parse((root / path).read_text()))]
    assert silent == []


def test_no_module_is_named_after_nothing(files):
    nameless = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [str(path) for path in files if nameless & {part.removesuffix(".py") for part in path.parts}] == []


def test_nothing_is_left_to_be_done(root, sources):
    marks = tuple(f"# {word}" for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X"))
    left = [
        f"{path}:{number}"
        for path in sources
        for number, line in enumerate((root / path).read_text().splitlines(), 1)
        if any(mark in line for mark in marks)
    ]
    assert left == []
