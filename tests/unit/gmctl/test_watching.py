"""Following by the API's stream of events, and by looking again where there is none."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import structlog
import yaml

from gitmoxi.domain.states import State
from gitmoxi_gmctl import fleet, following, signals
from gitmoxi_gmctl.printing import print_step
from tests.unit.api.stage import URL, a_deployment
from tests.unit.gmctl.live import LiveApi, deploying


@pytest.fixture
def app(world):
    return world.app(max_streams=50)


@pytest.fixture
def endpoint(app):
    with structlog.testing.capture_logs(), LiveApi(app) as api:
        yield api.address


class Mover:
    """Moves a deployment one step further whenever a step of it is shown."""

    def __init__(self, world, steps):
        self._world = world
        self._left = [*(f"Task {number} runs." for number in range(2, steps)), None]
        self.head = a_deployment()
        self.before: dict[int, object] = {}

    def __call__(self, console, step, **options):
        print_step(console, step, **options)
        if self._left and step.version == self.head.version:
            because = self._left.pop(0)
            state = State.RUNNING if because else State.SUCCEEDED
            self.before.get(self.head.version, lambda: None)()
            self.head = asyncio.run(self._world.move(self.head, state, because or "All run."))


@pytest.fixture
def mover(world, given, monkeypatch):
    mover = Mover(world, 12)
    given(world.ingest(mover.head))
    monkeypatch.setattr(following, "print_step", mover)
    return mover


@pytest.fixture
def pauses(monkeypatch):
    counted = []
    monkeypatch.setattr(following, "pause", lambda: counted.append(1))
    return counted


def _reasons(out):
    return [line.partition("tick: ")[2].partition("  [")[0] for line in out.splitlines() if "tick: " in line]


EVERY_STEP_ONCE = [*(f"Task {number} runs." for number in range(2, 12)), "All run."]


def test_steps_are_shown_as_the_api_sends_them_without_asking_again(gmctl, mover, pauses):
    done = gmctl("deployment", "watch", "d-1")
    assert (done.code, _reasons(done.out)) == (0, EVERY_STEP_ONCE)
    assert pauses == []


def test_a_push_is_followed_by_the_stream_too(gmctl, world, pauses):
    world.tell(deploying(web=State.SUCCEEDED, job=State.ROLLED_BACK))
    done = gmctl("commit", "deploy", "-r", URL, "-b", "main", "--wait")
    assert done.code == 1
    assert done.out.count("web: one of two tasks runs.") == 1
    assert done.out.count("job ended as ROLLED_BACK.") == 1


def test_a_stream_that_is_cut_loses_and_doubles_nothing(gmctl, app, mover, pauses):
    mover.before[6] = app.state.parts.streams.close
    done = gmctl("deployment", "watch", "d-1")
    assert (done.code, _reasons(done.out)) == (0, EVERY_STEP_ONCE)
    assert len(pauses) > 1, "then it is asked again and again"


@contextmanager
def _proxy(endpoint, spoil):
    """Passes all on to the API; what is spoilt of streams ``spoil`` says."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if "/stream" in self.path:
                spoil(self)
                return
            reply = httpx.get(endpoint + self.path)
            self.send_response(reply.status_code)
            self.send_header("Content-Type", reply.headers["content-type"])
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        def log_message(self, *_):
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _headers(handler, kind="text/event-stream"):
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.end_headers()


def _swallowing(handler):
    _headers(handler)
    handler.rfile.read(1)  # until the client hangs up


def _hanging_up(handler):
    handler.close_connection = True


def _of_another_kind(handler):
    _headers(handler, "text/html")
    handler.wfile.write(b"<html>")


def _babbling(handler):
    _headers(handler)
    handler.wfile.write(b'event: live\ndata: {}\n\nevent: step\ndata: {"nonsense": 1}\n\n')


def _breaking_off(handler):
    _headers(handler)
    handler.wfile.write(b'event: live\ndata: {}\n\nevent: step\ndata: {"deployment": ')


@pytest.mark.parametrize("spoil", [_swallowing, _hanging_up, _of_another_kind, _babbling, _breaking_off])
def test_a_proxy_that_spoils_streams_costs_only_time(run, endpoint, mover, pauses, monkeypatch, spoil):
    monkeypatch.setattr(signals, "_SILENCE_SECONDS", 0.2)
    with _proxy(endpoint, spoil) as proxy:
        done = run("-e", proxy, "deployment", "watch", "d-1")
    assert (done.code, _reasons(done.out), done.err) == (0, EVERY_STEP_ONCE, "")
    assert len(pauses) >= 5


def test_the_time_limit_holds_while_a_stream_is_silent(gmctl, given, world, pauses):
    given(world.ingest(a_deployment()))
    done = gmctl("deployment", "watch", "d-1", "--timeout", "0.5")
    assert done.code == 4
    assert done.err.startswith("gmctl: Timed out after 0.5 s. Still under way, and going on: d-1 (prod/web)")


@contextmanager
def _watching(endpoint, *arguments):
    process = subprocess.Popen(
        (sys.executable, "-u", "-m", "gitmoxi_gmctl", "-e", endpoint, "watch", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _line_with(process, text):
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"it ended without {text}: {process.stderr.read()}")


@pytest.mark.parametrize("streams", [pytest.param(50, id="by stream"), pytest.param(0, id="by looking")])
def test_the_fleet_is_watched_live_until_a_key_ends_it(world, given, streams):
    running = a_deployment("d-run")
    given(world.ingest(running, a_deployment("d-over", state=State.FAILED)))
    with (
        structlog.testing.capture_logs(),
        LiveApi(world.app(max_streams=streams)) as api,
        _watching(api.address) as process,
    ):
        assert "Watching; Ctrl-C ends it" in process.stdout.readline()
        assert "under way  d-run prod/web  RUNNING  a newer image is wanted" in process.stdout.readline()
        running = given(world.move(running, State.RUNNING, "Half of it runs."))
        assert "d-run prod/web  RUNNING  tick: Half of it runs." in process.stdout.readline()
        given(world.ingest(a_deployment("d-new", prefix="prod/job"), seq=8, delivery_id="new"))
        assert "d-new prod/job  RUNNING  receive: " in process.stdout.readline()
        given(world.move(running, State.SUCCEEDED, "It runs."))
        assert "SUCCEEDED  tick: It runs." in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err == "gmctl: Interrupted; what was followed goes on: gmctl deployment get\n"


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_scripts_get_a_document_for_each_step(world, given, app, endpoint, output):
    head = a_deployment()
    given(world.ingest(head))
    with _watching(endpoint, "--output", output, "--timeout", "4") as process:
        assert "Watching" in process.stderr.readline()
        while not app.state.parts.streams.open_count:
            assert process.poll() is None
        head = given(world.move(head, State.RUNNING, "Half of it runs."))
        given(world.move(head, State.SUCCEEDED, "It runs."))
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    told = [json.loads(line) for line in out.splitlines()] if output == "json" else yaml.safe_load_all(out)
    assert [item["step"]["because"] for item in told] == ["Half of it runs.", "It runs."]


def test_the_fleet_is_narrowed(gmctl, given, world):
    given(world.ingest(a_deployment("d-main")))
    given(world.ingest(a_deployment("d-next", branch="next"), seq=8, branch="next", delivery_id="next"))
    out = gmctl("watch", "-b", "next", "--timeout", "0").out
    assert ("d-next" in out, "d-main" in out) == (True, False)


def test_a_name_is_followed_to_its_end(gmctl, given, world):
    given(world.ingest(a_deployment("d-over", state=State.SUPERSEDED)))
    assert gmctl("watch", "d-over").code == 3
    assert gmctl("deployment", "watch", "prod/web").out == (
        "Nothing is under way at ecs prod/web (111122223333, eu-west-1): there is nothing to watch.\n"
    )
    wrong = gmctl("watch", "d-over", "-b", "main")
    assert (wrong.code, wrong.err) == (
        2,
        "gmctl: -r and -b narrow the whole fleet: leave them out with a name.\n",
    )


def test_an_api_that_goes_away_while_the_fleet_is_watched_is_waited_for(run, endpoint, monkeypatch, world):
    looks = []

    def away(self, query):
        looks.append(query)
        if len(looks) > 3:
            raise following.UnreachableError("The API has gone")
        return real(self, query)

    real = fleet.ApiClient.deployments
    monkeypatch.setattr(fleet.ApiClient, "deployments", away)
    done = run("-e", endpoint, "watch", "--timeout", "2")
    assert done.code == 0
    assert done.out.count("The API has gone; trying again.") <= 1
