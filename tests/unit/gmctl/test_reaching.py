"""Where the API is, and what is said when it is not there."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from gitmoxi.domain.states import State
from gitmoxi.errors import UnavailableError
from gitmoxi_gmctl.exits import code_of
from tests.unit.api.stage import URL


@pytest.fixture
def nowhere():
    """An address at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("repo", "get"), id="reading"),
        pytest.param(("repo", "add", "-r", URL, "-b", "main"), id="writing"),
        pytest.param(("commit", "deploy", "-r", URL, "-b", "main", "--wait"), id="waiting"),
        pytest.param(("deployment", "get", "d-1"), id="looking"),
    ],
)
def test_an_api_out_of_reach_is_code_4_and_says_what_to_do(run, nowhere, command):
    done = run("-e", nowhere, *command)
    assert done.code == 4
    assert done.err.startswith(f"gmctl: The API at {nowhere} cannot be reached (")
    assert done.err.endswith("): start it with gmctl up, or name it with -e or GITMOXI_ENDPOINT_URL.\n")
    assert done.out == ""


def test_the_environment_says_where_the_api_is_and_the_option_wins(run, endpoint, nowhere, monkeypatch):
    monkeypatch.setenv("GITMOXI_ENDPOINT_URL", endpoint)
    assert run("repo", "get").code == 0
    assert run("-e", nowhere, "repo", "get").code == 4


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "127.0.0.1:8080", "http://", "http://[::1"])
def test_an_address_that_is_none_is_a_usage_error(run, address):
    done = run("-e", address, "repo", "get")
    assert done.code == 2
    assert "is no address" in done.err


def test_a_proxy_is_not_asked_for_this_machine(run, endpoint, nowhere, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", nowhere)
    monkeypatch.setenv("ALL_PROXY", nowhere)
    assert run("-e", endpoint, "repo", "get").code == 0


def test_a_store_that_is_away_is_code_4(gmctl, world):
    world.ledger.fault = UnavailableError("DynamoDB is away")
    done = gmctl("repo", "get", "-r", URL)
    assert done.code == 4
    assert "try again shortly" in done.err


class HangingUp(BaseHTTPRequestHandler):
    """Hangs up instead of answering, as a process does that is being stopped."""

    def handle(self):
        self.rfile.readline()


@pytest.fixture
def hanging_up():
    """The address of a server that hangs up."""
    with HTTPServer(("127.0.0.1", 0), HangingUp) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_api_that_hangs_up_is_told_in_one_sentence(run, hanging_up):
    done = run("-e", hanging_up, "repo", "get")
    assert done.code == 4
    assert done.err.startswith(f"gmctl: The API at {hanging_up} cannot be reached (")
    assert ".)" not in done.err
    assert ".." not in done.err


def test_an_api_that_hangs_up_while_it_is_asked_again_is_said_to_be_asked_again(run, hanging_up):
    done = run("-e", hanging_up, "deployment", "watch", "d-1", "--timeout", "0.2")
    assert done.code == 4
    assert done.out.startswith(f"  The API at {hanging_up} cannot be reached (")
    assert done.out.endswith("); trying again.\n")
    assert "gmctl up" not in done.out


class Stranger(BaseHTTPRequestHandler):
    """Something else that speaks HTTP."""

    def do_GET(self):
        status, body = self.server.reply
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param((200, b"<html>welcome</html>"), id="a web page"),
        pytest.param((200, b'{"repositories": [{"id": 1}]}'), id="another version"),
        pytest.param((502, b"bad gateway"), id="a proxy in between"),
        pytest.param((404, b"[]"), id="other JSON"),
    ],
)
def test_a_stranger_in_the_apis_place_is_noticed(run, reply):
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        server.reply = reply
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        done = run("-e", address, "repo", "get")
        server.shutdown()
        thread.join()
    assert done.code == 4
    assert (
        f"What answers at {address} is not this version's API (HTTP {reply[0]} at /v1/repositories)"
        in done.err
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("repo", "add", "-r", URL), id="an option is missing"),
        pytest.param(("repo", "frobnicate"), id="no such command"),
        pytest.param(("deployment", "get", "-st", "DONE"), id="no such status"),
        pytest.param(("commit", "get", "-r", URL, "-b", "main", "-n", "0"), id="too few"),
        pytest.param(("up", "--scale", "api=2"), id="no such scale"),
        pytest.param(("up", "--port", "70000"), id="no such port"),
        pytest.param(("up", "--template", "/nonexistent.yaml"), id="no such template"),
    ],
)
def test_wrong_usage_is_code_2(run, arguments):
    done = run(*arguments)
    assert (done.code, done.err != "") == (2, True)


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        pytest.param("file", "File exists", id="a file"),
        pytest.param("file/below", "Not a directory", id="below a file"),
    ],
)
def test_a_state_folder_that_cannot_be_is_told_in_one_sentence(run, tmp_path, folder, reason):
    (tmp_path / "file").touch()
    stated = tmp_path / folder
    done = run("up", "--state-dir", str(stated))
    assert done.code == 2
    assert done.err == (
        f"gmctl: {stated} cannot be the state folder ({reason}): choose another with --state-dir\n"
    )


def test_help_names_the_commands_and_exit_codes(run):
    done = run("--help")
    assert done.code == 0
    for word in ("repo", "commit", "deployment", "event", "up", "GITMOXI_ENDPOINT_URL", "superseded"):
        assert word in done.out


def test_it_runs_as_a_module_too():
    done = subprocess.run(
        [sys.executable, "-m", "gitmoxi_gmctl", "--help"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "gmctl [OPTIONS] COMMAND" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([State.SUCCEEDED, State.NO_CHANGE], 0, id="success"),
        pytest.param([State.SUPERSEDED, State.SUCCEEDED], 3, id="superseded"),
        pytest.param([State.SUPERSEDED, State.CANCELLED], 1, id="error first"),
    ],
)
def test_codes(states, code):
    assert code_of(states) == code


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("deployment", "get", "d-none"), id="a deployment"),
        pytest.param(("watch", "d-none"), id="a deployment to be watched"),
        pytest.param(("deployment", "retry", "d-none"), id="a deployment to be repeated"),
        pytest.param(("deployment", "abort", "nothing"), id="a target to be aborted"),
        pytest.param(("watch", "nothing"), id="a target"),
        pytest.param(("rollback", "nothing", "--yes"), id="a target to go back"),
        pytest.param(("orphan", "delete", "nothing", "--yes"), id="an orphan"),
        pytest.param(("repo", "get", "-r", URL), id="a repository"),
        pytest.param(("commit", "files", "-c", "4f1c0de"), id="a commit"),
    ],
)
def test_what_does_not_exist_is_code_1_and_says_what_to_type(gmctl, arguments):
    done = gmctl(*arguments)
    assert done.code == 1
    assert "gmctl " in done.err.removeprefix("gmctl: ")
