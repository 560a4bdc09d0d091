"""A failpoint kills the process at the stated place, in local mode only."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from gitmoxi.runtime.failpoints import Failpoints, load_failpoints, no_failpoints, parse_failpoints
from gitmoxi.runtime.settings import Mode, Settings, SettingsError


def settings(mode, failpoints):
    return Settings(mode=mode, failpoints=failpoints, aws_region="eu-west-1")


def test_the_nth_reach_of_a_named_point_kills_and_others_do_not():
    killed = []
    reach = Failpoints({"tick.after_commit": 2}, kill=lambda: killed.append(True))
    reach("tick.after_commit")
    reach("tick.after_act")
    assert killed == []
    reach("tick.after_commit")
    assert killed == [True]


def test_several_points_are_parsed():
    assert parse_failpoints("a.b=kill:2; c=kill:1;") == {"a.b": 2, "c": 1}


@pytest.mark.parametrize("text", ["tick", "tick=die:1", "tick=kill:0", "tick=kill:x", "=kill:1"])
def test_nonsense_is_named(text):
    with pytest.raises(SettingsError, match=r"GITMOXI_FAILPOINTS: .* is not POINT=kill:N"):
        load_failpoints(settings(Mode.LOCAL, text))


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        pytest.param(Mode.AWS, "tick=kill:1", id="never on AWS"),
        pytest.param(Mode.LOCAL, "", id="nothing named"),
    ],
)
def test_without_failpoints_nothing_is_even_counted(mode, text):
    assert load_failpoints(settings(mode, text)) is no_failpoints


def test_the_process_dies_as_by_kill_9():
    program = """
import os
os.environ.update(GITMOXI_MODE="local", GITMOXI_FAILPOINTS="here=kill:1", AWS_REGION="eu-west-1")
from gitmoxi.runtime.failpoints import load_failpoints
from gitmoxi.runtime.settings import load_settings
try:
    load_failpoints(load_settings())("here")
finally:
    print("never printed", flush=True)
"""
    finished = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, timeout=60)
    assert finished.returncode == -signal.SIGKILL
    assert finished.stdout == b""
