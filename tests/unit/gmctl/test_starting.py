"""A command waits for what it uses itself, and for nothing that others use."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("aiobotocore", "boto3", "botocore", "fastapi", "faststream", "pygit2", "asyncio", "yaml")
"""Each takes longer to import than the API to answer."""

CHILD = """\
import sys
from gitmoxi_gmctl.main import main
try:
    main(sys.argv[1:])
finally:
    print("IMPORTED", *sys.modules, file=sys.stderr)
"""


def _imported(*arguments):
    """The modules that a gmctl of its own ended with."""
    done = subprocess.run(
        (sys.executable, "-c", CHILD, *arguments), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("IMPORTED ")[2].split())


@pytest.mark.parametrize("options", [(), ("--failed",), ("--output", "json")], ids=" ".join)
def test_a_status_imports_nothing_heavy(endpoint, options):
    imported = _imported("-e", endpoint, "status", *options)
    assert "gitmoxi_gmctl.status.table" in imported
    assert imported.isdisjoint(HEAVY)
    assert "gitmoxi_gmctl.following" not in imported


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)], ids=" ".join)
def test_what_asks_no_api_imports_no_client_of_it(arguments):
    assert _imported(*arguments).isdisjoint({*HEAVY, "httpx", "pydantic", "gitmoxi_gmctl.repo"})


def test_a_command_that_is_not_there_is_answered_with_one_that_is(run):
    done = run("stauts")
    assert done.code == 2
    assert "'status'" in done.err
