"""What import-linter cannot say: which parts of botocore are data, and what a model of AWS may know."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

DATA = {"botocore.loaders", "botocore.model"}
"""The parts of botocore that read its JSON models; nothing in them opens a connection."""

MODELS = Path("deploy/local/gitmoxi_local/aws_model")


def imported(path):
    """The modules that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def test_validation_reads_botocores_models_and_makes_no_client(root):
    used = {
        name
        for path in (root / "shared/gitmoxi/validation").rglob("*.py")
        for name in imported(path)
        if name.split(".")[0] == "botocore"
    }
    assert used <= DATA


def test_models_of_aws_know_only_each_other(root):
    strangers = {
        f"{path.relative_to(root)}: {name}"
        for path in (root / MODELS).rglob("*.py")
        for name in imported(path)
        if name.startswith("gitmoxi") and not name.startswith("gitmoxi_local.aws_model")
    }
    assert strangers == set()


@pytest.mark.parametrize("folder", ["shared", "services"])
def test_no_service_imports_the_local_cloud(root, sources, folder):
    guests = {
        str(path)
        for path in sources
        if path.parts[0] == folder
        and any(name.split(".")[0] == "gitmoxi_local" for name in imported(root / path))
    }
    assert guests == set()


def test_typed_aws_is_for_the_checker_only(root, sources):
    """The stubs are a development dependency: an import at run time would fail at our users'."""
    outside = []
    for path in sources:
        tree = ast.parse((root / path).read_text())
        checked = {
            id(node)
            for block in ast.walk(tree)
            if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
            for node in ast.walk(block)
        }
        outside += [
            f"{path}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith(("types_aiobotocore", "mypy_boto3"))
            and id(node) not in checked
        ]
    assert outside == []
