"""Processes are started together, restarted when they die, and stopped with all that they started."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gitmoxi_gmctl.up.supervisor import Patience, StartError, Supervisor, describe_exit
from tests.unit.runner.stage import DEAF, DYING, SERVICE, SWIFT, Notebook, a_spec, is_alive, until


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
async def supervise(tmp_path, notebook) -> AsyncIterator:
    """Makes supervisors, whose processes are gone after the test whatever happens in it."""
    made: list[Supervisor] = []

    def make(patience: Patience = SWIFT) -> Supervisor:
        made.append(
            Supervisor(
                log_folder=tmp_path / "logs", listener=notebook, changed=lambda: None, patience=patience
            )
        )
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.kill()
        await supervisor.stop()


async def test_all_are_ready_once_they_are_started_and_told_about_themselves(supervise):
    supervisor = supervise()
    await supervisor.start([a_spec("a"), a_spec("b")])
    pids = [each.child.pid for each in supervisor.supervised]
    assert [each.told["pid"] for each in supervisor.supervised] == pids
    assert all(is_alive(pid) for pid in pids)
    await supervisor.stop()
    assert not any(is_alive(pid) for pid in pids)


async def test_output_goes_to_the_log_as_it_is_and_to_the_listener_line_by_line(
    supervise, notebook, tmp_path
):
    noisy = (
        "import sys; sys.stderr.write('careful\\n'); sys.stderr.flush();"
        "sys.stdout.buffer.write(b'caf\\xc3\\xa9 \\xff\\n'); sys.stdout.flush()\n" + SERVICE
    )
    supervisor = supervise()
    await supervisor.start([a_spec(code=noisy)])
    await supervisor.stop()
    raw = (tmp_path / "logs" / "worker.log").read_bytes()
    assert raw.startswith(b"careful\ncaf\xc3\xa9 \xff\n{")
    assert notebook.lines[:2] == [("worker", "careful"), ("worker", "caf\u00e9 \N{REPLACEMENT CHARACTER}")]
    assert notebook.lines[-1] == ("worker", "told to stop")


async def test_a_line_without_end_does_not_stop_the_reading(supervise, notebook):
    supervisor = supervise()
    await supervisor.start([a_spec(code="print('x' * 3_000_000, flush=True)\n" + SERVICE)])
    assert ("worker", "(a line of more than 1 MiB was dropped)") in notebook.lines


async def test_one_that_ends_before_it_is_ready_fails_the_start_with_its_words(supervise):
    supervisor = supervise()
    with pytest.raises(
        StartError, match=r"(?s)bad ended with code 3 before it was ready;.*    port 80 is taken"
    ):
        await supervisor.start(
            [a_spec("good"), a_spec("bad", "print('port 80 is taken'); raise SystemExit(3)")]
        )
    good = supervisor.supervised[0].child
    await supervisor.stop()
    assert good is None or not is_alive(good.pid)


async def test_one_that_never_gets_ready_fails_the_start(supervise):
    supervisor = supervise(replace(SWIFT, ready=0.3))
    with pytest.raises(StartError, match=r"(?s)slow was not ready after 0\.3 s.*\(it wrote nothing\)"):
        await supervisor.start([a_spec("slow", "import signal; signal.pause()")])
    pid = supervisor.supervised[0].child.pid
    await supervisor.stop()
    assert not is_alive(pid)


async def test_a_program_that_is_not_there_fails_the_start(supervise):
    spec = replace(a_spec(), command=("/nonexistent/program",))
    with pytest.raises(StartError, match=r"(?s)ended with code 1 before it was ready.*No such file"):
        await supervise().start([spec])


async def test_one_that_is_killed_is_started_again_and_counted(supervise, notebook):
    supervisor = supervise()
    await supervisor.start([a_spec("a"), a_spec("b")])
    a, b = supervisor.supervised
    first = a.child.pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: a.child.pid != first and len([1 for name, _ in notebook.lines if name == "a"]) == 2)
    assert (a.restarts, b.restarts) == (1, 0)
    assert notebook.deaths == [("a", -9, 1, 0.01)]
    await supervisor.stop()
    assert notebook.deaths == [("a", -9, 1, 0.01)], "a requested end is no death"


async def test_one_that_dies_again_and_again_is_started_ever_more_slowly(supervise, notebook):
    supervisor = supervise()
    await supervisor.start([a_spec(code=DYING)])
    await until(lambda: len(notebook.deaths) >= 5)
    assert [wait for _, _, _, wait in notebook.deaths[:5]] == [0.01, 0.02, 0.04, 0.04, 0.04]
    assert {code for _, code, _, _ in notebook.deaths} == {7}


async def test_one_that_ran_steadily_begins_again_with_a_short_wait(supervise, notebook):
    supervisor = supervise(replace(SWIFT, steady=0.0))
    await supervisor.start([a_spec(code=DYING)])
    await until(lambda: len(notebook.deaths) >= 3)
    assert {wait for _, _, _, wait in notebook.deaths} == {0.01}


async def test_what_the_first_start_gets_a_restart_does_not(supervise, notebook):
    showing = "import os; print('failpoint', os.environ.get('POINT'), flush=True)\n" + SERVICE
    supervisor = supervise()
    await supervisor.start([replace(a_spec(code=showing), first_environment={"POINT": "x=kill:1"})])
    os.kill(supervisor.supervised[0].child.pid, signal.SIGKILL)
    await until(lambda: len([line for _, line in notebook.lines if line.startswith("failpoint")]) == 2)
    shown = [line for _, line in notebook.lines if line.startswith("failpoint")]
    assert shown == ["failpoint x=kill:1", "failpoint None"]


async def test_one_that_does_not_listen_is_killed_in_the_end(supervise, notebook):
    supervisor = supervise(replace(SWIFT, stop=0.2))
    await supervisor.start([a_spec(code=DEAF)])
    pid = supervisor.supervised[0].child.pid
    await supervisor.stop()
    assert not is_alive(pid)
    assert ("worker", "did not stop within 0.2 s: killed") in notebook.lines


async def test_what_a_process_started_ends_with_it(supervise, notebook):
    parent = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-S', '-c', 'import signal; signal.pause()'])\n"
        "print('child', child.pid, flush=True)\n" + SERVICE
    )
    supervisor = supervise()
    await supervisor.start([a_spec(code=parent)])
    grandchild = next(int(line.split()[1]) for _, line in notebook.lines if line.startswith("child "))
    assert is_alive(grandchild)
    os.kill(supervisor.supervised[0].child.pid, signal.SIGKILL)
    await until(lambda: not is_alive(grandchild))


async def test_what_was_started_last_is_stopped_first(supervise, notebook):
    supervisor = supervise()
    await supervisor.start([a_spec("cloud")])
    await supervisor.start([a_spec("service")])
    await supervisor.stop()
    assert [name for name, line in notebook.lines if line == "told to stop"] == ["service", "cloud"]


async def test_a_stop_during_the_wait_before_a_restart_starts_nothing(supervise, notebook):
    supervisor = supervise(replace(SWIFT, first_restart=3600.0))
    await supervisor.start([a_spec()])
    os.kill(supervisor.supervised[0].child.pid, signal.SIGKILL)
    await until(lambda: notebook.deaths)
    await supervisor.stop()
    assert len([line for _, line in notebook.lines if "service.ready" in line]) == 1


RUNNER = """
import asyncio, pathlib, sys
from gitmoxi_gmctl.up.supervisor import Supervisor
from tests.unit.runner.stage import Notebook, a_spec
async def main():
    supervisor = Supervisor(log_folder=pathlib.Path(sys.argv[1]), listener=Notebook(), changed=lambda: None)
    await supervisor.start([a_spec("a")])
    print(supervisor.supervised[0].child.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_nothing_outlives_a_runner_that_was_killed(tmp_path):
    command = (sys.executable, "-c", RUNNER, str(tmp_path))
    runner = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    child = int(await runner.stdout.readline())
    assert is_alive(child)
    runner.kill()
    await runner.wait()
    await until(lambda: not is_alive(child))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        pytest.param(0, "ended with code 0", id="of its own will"),
        pytest.param(-9, "was killed by SIGKILL", id="by a signal"),
    ],
)
def test_ends_are_told_in_words(code, text):
    assert describe_exit(code) == text
