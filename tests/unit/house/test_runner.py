"""``make test`` keeps together what shares a local cloud."""

from __future__ import annotations

import re
import subprocess
import sys

SUITE = """
import pytest

@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("number", range(8))
def test_of_a_group(number):
    pass
"""


def test_a_group_of_tests_runs_in_one_process(tmp_path):
    """pytest-xdist reaches into pytest for this: a new version of either may end it without a word."""
    (tmp_path / "test_suite.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", "-p", "no:randomly"]
    ran = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert len(re.findall(r"\[gw\d\] .*PASSED", ran.stdout)) == 8
    assert len(set(re.findall(r"\[(gw\d)\] .*PASSED", ran.stdout))) == 1
