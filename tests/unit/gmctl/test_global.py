"""What holds for every command: forms of output, colours, widths, completion, and no traceback ever."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from gitmoxi.domain.states import State
from gitmoxi_gmctl import following, repo
from gitmoxi_gmctl.printing import cell, make_console, print_table
from tests.unit.api.stage import URL, a_deployment

GMCTL = (sys.executable, "-m", "gitmoxi_gmctl")


def test_yaml_says_what_json_says_in_the_same_order(gmctl, given, world):
    given(world.ingest(a_deployment(state=State.SUCCEEDED, prefix="prød/wéb")))
    said = gmctl("deployment", "get", "--output", "yaml")
    assert said.code == 0
    expected = gmctl("deployment", "get", "--output", "json").json
    found = yaml.safe_load(said.out)
    assert found == expected
    assert list(found["deployments"][0]) == list(expected["deployments"][0])
    assert "prød/wéb" in said.out


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_a_terminal_that_is_not_utf_8_gets_scripts_output_whole(endpoint, given, world, output):
    given(world.ingest(a_deployment(state=State.SUCCEEDED, prefix="prød/→")))
    command = (*GMCTL, "-e", endpoint, "deployment", "get", "--output", output)
    done = subprocess.run(
        command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert yaml.safe_load(done.stdout)["deployments"][0]["prefix"] == "prød/→"


def test_a_terminal_that_is_not_utf_8_gets_tables_with_what_it_can_show(endpoint, given, world):
    given(world.ingest(a_deployment(state=State.SUCCEEDED, prefix="prød/→")))
    command = (*GMCTL, "-e", endpoint, "deployment", "get")
    done = subprocess.run(
        command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert b"pr?d/?" in done.stdout


@pytest.mark.parametrize(
    ("options", "environment", "coloured"),
    [
        pytest.param((), {"FORCE_COLOR": "1"}, True, id="a terminal"),
        pytest.param(("--no-color",), {"FORCE_COLOR": "1"}, False, id="--no-color"),
        pytest.param((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param((), {}, False, id="no terminal"),
    ],
)
def test_colours(run, endpoint, given, world, monkeypatch, options, environment, coloured):
    given(world.ingest(a_deployment(state=State.SUCCEEDED)))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    out = run("-e", endpoint, *options, "deployment", "get").out
    assert ("\x1b[32m" in out) == coloured
    assert "SUCCEEDED" in out


ROWS = [(f"d-{'0' * 20}", "PROCESSED_SUCCESS", "prod/checkout-service", "x" * 90, "2026-11-22 10:00:00")] * 2
HEADINGS = ("ID", "STATUS", "SERVICE OBJECT", "BECAUSE", "UPDATED")


def _table(width):
    out = io.StringIO()
    _print(Console(file=out, width=width, force_terminal=True, color_system=None))
    return out.getvalue()


def _print(console):
    rows = ([cell(text) for text in row] for row in ROWS)
    print_table(console, HEADINGS, rows, empty="", least=("UPDATED", "STATUS"))


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120, 200, 300])
def test_tables_fit_the_terminal(width):
    shown = _table(width)
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= width
    assert shown.count(f"d-{'0' * 20}") == 2, "ids stay whole"
    assert shown.replace("\n", "").count("x") == 180, "nothing is cut"


def test_columns_go_by_priority_and_it_is_said():
    assert "No room for UPDATED: widen the terminal, or add --output json." in _table(110)
    assert "No room for STATUS, UPDATED: " in _table(80)
    assert "No room" not in _table(200)


def test_a_table_in_a_pipe_is_whole(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    _print(make_console())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all("x" * 90 in line and "2026-11-22" in line for line in lines[1:])


def test_the_version_is_told(run):
    done = run("--version")
    assert (done.code, done.out.split()[0]) == (0, "gmctl")


def test_a_fault_is_a_sentence_and_its_details_a_file(run, endpoint, monkeypatch, tmp_path):
    def broken(*_):
        raise ZeroDivisionError("never seen by anybody")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(repo, "print_repositories", broken)
    done = run("-e", endpoint, "repo", "get")
    [details] = tmp_path.iterdir()
    assert done.code == 1
    assert done.err == (
        f"gmctl: This is a fault of gmctl's (ZeroDivisionError): report it with {details}, which has the "
        "details.\n"
    )
    assert "never seen by anybody" in details.read_text()
    assert details.stat().st_mode & 0o077 == 0, "others do not read it"


def test_a_key_that_interrupts_is_code_130(gmctl, given, world, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "pause", interrupted)
    given(world.ingest(a_deployment()))
    done = gmctl("deployment", "watch", "d-1")
    assert (done.code, "Traceback" in done.err) == (130, False)
    assert "what was followed goes on" in done.err


@pytest.mark.parametrize("command", [("--help",), ("repo", "get", "--output", "json"), ("repo", "get")])
@pytest.mark.parametrize(
    ("redirection", "codes"),
    [
        pytest.param("| true", {0}, id="a reader that goes"),
        pytest.param(">&-", {0}, id="closed"),
        pytest.param("2>&-", {0}, id="no standard error"),
        pytest.param("> /dev/full", {1}, id="a full disk"),
    ],
)
def test_output_that_cannot_be_written_is_no_traceback(endpoint, command, redirection, codes):
    line = f'"$@" {redirection}'
    done = subprocess.run(
        ("sh", "-c", line, "sh", *GMCTL, "-e", endpoint, *command),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in codes
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_reader_that_goes_ends_it_as_shells_expect(endpoint):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        (*GMCTL, "-e", endpoint, "repo", "get"), stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"HTTPS_PROXY": "nonsense://x"}, id="an unknown scheme"),
        pytest.param({"ALL_PROXY": "socks5://127.0.0.1:1"}, id="a scheme without its package"),
    ],
)
def test_a_proxy_that_cannot_be_is_told_in_a_sentence(run, monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = run("-e", "https://gitmoxi.invalid", "repo", "get")
    assert done.code == 2
    assert done.err.startswith("gmctl: The proxy or certificate variables of the environment (HTTP_PROXY, ")


@pytest.mark.parametrize("address", ["http://a..b", f"http://{'a' * 70}.invalid", "http://127.0.0.1:99999"])
def test_an_address_that_cannot_be_is_no_traceback(run, address):
    done = run("-e", address, "repo", "get")
    assert done.code in {2, 4}
    assert "fault" not in done.err


def test_bytes_that_are_no_text_are_a_usage_error():
    done = subprocess.run((*GMCTL, "repo", "get", "-r", b"\xff"), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (2, b"gmctl: Argument 4 is not UTF-8 text.\n")


def _completed(endpoint, *words):
    return subprocess.run(
        GMCTL,
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "GITMOXI_ENDPOINT_URL": endpoint,
            "_GMCTL_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(("gmctl", *words)),
            "COMP_CWORD": str(len(words)),
        },
    ).stdout.split()


def test_names_are_completed_from_the_api(endpoint, given, world):
    given(world.register(branches=("main", "maintenance", "next")))
    given(world.ingest(a_deployment("d-web")))
    assert _completed(endpoint, "comm") == ["commit"]
    assert _completed(endpoint, "repo", "get", "-r", "") == [URL]
    assert _completed(endpoint, "commit", "get", "-b", "main") == ["main", "maintenance"]
    assert _completed(endpoint, "deployment", "watch", "d-") == ["d-web"]


def test_an_api_out_of_reach_completes_nothing_and_says_nothing():
    assert _completed("http://127.0.0.1:9", "repo", "get", "-r", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_for_shells(run, shell):
    done = run("completion", shell)
    assert done.code == 0
    assert f"_GMCTL_COMPLETE=complete_{shell}" in done.out


def test_only_one_module_obeys_output():
    sources = Path(repo.__file__).parent
    others = [path for path in sources.rglob("*.py") if path.name not in {"presenting.py", "printing.py"}]
    found = [path.name for path in others if " is Output.JSON" in path.read_text()]
    assert found == [], "call gitmoxi_gmctl.presenting.present(output, reply, show) instead"


def test_json_is_json(gmctl, given, world):
    given(world.register())
    assert json.loads(gmctl("repo", "get", "--output", "JSON").out)["repositories"][0]["url"] == URL
