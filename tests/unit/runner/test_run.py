"""A run of ``gmctl up`` over stand-ins: addresses, up.json, signals, and nothing left at the end."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
from pathlib import Path

import pytest
from rich.console import Console

from gitmoxi_gmctl.up.console import RunnerConsole
from gitmoxi_gmctl.up.plan import UpOptions
from gitmoxi_gmctl.up.run import Runner
from gitmoxi_gmctl.up.state_file import AlreadyRunningError, sole_user
from gitmoxi_gmctl.up.supervisor import StartError
from tests.unit.runner.stage import DEAF, SERVICE, SWIFT, is_alive, stand_ins, until


class Run:
    """One run in a folder, with what it shows."""

    def __init__(
        self, folder: Path, *, patience=SWIFT, scale=None, environment=None, **programs: str
    ) -> None:
        self.folder = folder
        self.screen = io.StringIO()
        options = UpOptions(
            state_dir=folder,
            port=0,
            api_port=0,
            template=folder / "control-plane.yaml",
            scale=scale or {},
            programs=stand_ins(**programs),
        )
        console = RunnerConsole(Console(file=self.screen, width=200, force_terminal=False), width=16)
        inherited = {"PATH": os.defpath, **(environment or {})}
        self.task = asyncio.create_task(Runner(options, console, inherited, patience).run())

    @property
    def file(self) -> Path:
        return self.folder / "up.json"

    @property
    def up(self):
        return json.loads(self.file.read_text())

    @property
    def endpoints(self) -> list[str]:
        """What each start of the API told as its address."""
        lines = (self.folder / "logs" / "api.log").read_text().splitlines()
        return [json.loads(line)["endpoint"] for line in lines if line.startswith("{")]

    @property
    def cloud_ports(self) -> list[str]:
        """The port of each start of the cloud."""
        return [line.split()[-1] for line in (self.folder / "logs" / "cloud.log").read_text().splitlines()]

    async def ready(self):
        await until(lambda: self.task.done() or (self.file.exists() and self.up["ready"]))
        assert not self.task.done(), self.screen.getvalue()
        return self.up

    async def stop(self, number=signal.SIGTERM):
        os.kill(os.getpid(), number)
        await asyncio.wait_for(self.task, 30)


async def test_up_json_says_what_runs_where(tmp_path):
    run = Run(tmp_path, scale={"ecs-deployer": 2})
    up = await run.ready()
    assert up["pid"] == os.getpid()
    assert (up["endpoint"], up["api"]) == (f"http://127.0.0.1:{run.cloud_ports[0]}", run.endpoints[0])
    assert (up["region"], up["account"]) == ("us-east-1", "000000000000")
    assert up["stack_outputs"] == str(tmp_path / "cloud" / "stack-outputs.json")
    names = {
        "ingestor",
        "planner",
        "ecs-deployer",
        "ecs-deployer-2",
        "lambda-deployer",
        "rollback",
        "notifier",
        "api",
    }
    assert set(up["access_keys"]) == names
    assert set(up["pids"]) == set(up["restarts"]) == names | {"cloud"}
    assert len(set(up["access_keys"].values())) == len(names)
    assert all(is_alive(pid) for pid in up["pids"].values())
    await run.stop()
    assert not any(is_alive(pid) for pid in up["pids"].values())
    assert not run.file.exists()


async def test_addresses_are_shown_when_all_are_ready(tmp_path):
    run = Run(tmp_path)
    up = await run.ready()
    await run.stop(signal.SIGINT)
    screen = run.screen.getvalue()
    assert "all 8 processes are ready" in screen
    assert f"API          {up['api']}" in screen
    assert f"local cloud  {up['endpoint']}" in screen
    assert screen.rstrip().endswith("stopped")


async def test_the_playground_is_shown_when_it_is_made(tmp_path):
    run = Run(tmp_path)
    await run.ready()
    await until(lambda: run.up["playground"] is not None)
    await run.stop()
    assert f"playground   {tmp_path / 'playground'}" in run.screen.getvalue()


async def test_a_playground_that_cannot_be_made_is_said_and_harms_nobody(tmp_path):
    run = Run(tmp_path, playground="raise SystemExit('git cannot be run: No such file or directory')")
    await run.ready()
    await until(lambda: "no playground: git cannot be run" in run.screen.getvalue())
    assert not run.task.done()
    await run.stop()


async def test_raw_logs_lie_in_the_state_folder(tmp_path):
    run = Run(tmp_path)
    await run.ready()
    await run.stop()
    logs = {path.name for path in (tmp_path / "logs").iterdir()}
    assert {"cloud.log", "ingestor.log", "api.log"} <= logs
    assert json.loads((tmp_path / "logs" / "api.log").read_text().splitlines()[0])["event"] == "service.ready"


async def test_a_death_is_counted_in_up_json_and_told_at_the_end(tmp_path):
    run = Run(tmp_path)
    up = await run.ready()
    os.kill(up["pids"]["planner"], signal.SIGKILL)
    await until(
        lambda: run.up["restarts"]["planner"] == 1 and run.up["pids"]["planner"] != up["pids"]["planner"]
    )
    assert run.up["access_keys"] == up["access_keys"]
    await run.stop()
    assert "planner          | was killed by SIGKILL: restart 1 in" in run.screen.getvalue()
    assert "1 restarts that nobody asked for" in run.screen.getvalue()


async def test_restarted_cloud_and_api_keep_their_ports(tmp_path):
    run = Run(tmp_path)
    up = await run.ready()
    for name in ("cloud", "api"):
        os.kill(up["pids"][name], signal.SIGKILL)
    await until(lambda: len(run.endpoints) == 2 and len(run.cloud_ports) == 2)
    await run.stop()
    assert run.endpoints == [up["api"]] * 2
    assert run.cloud_ports == [up["endpoint"].rpartition(":")[2]] * 2


async def test_failpoints_reach_the_first_start_of_one_service(tmp_path):
    dying = SERVICE.replace(
        "signal.sigwait(", "os.environ.get('GITMOXI_FAILPOINTS') and os.kill(os.getpid(), 9)\nsignal.sigwait("
    )
    run = Run(tmp_path, environment={"GITMOXI_FAILPOINTS_PLANNER": "p=kill:1"}, planner=dying, rollback=dying)
    await run.ready()
    await until(lambda: run.up["restarts"]["planner"] == 1)
    await run.stop()
    assert run.screen.getvalue().count("was killed by SIGKILL") == 1


async def test_a_service_that_cannot_start_ends_the_run_with_its_words(tmp_path):
    run = Run(tmp_path, api="print('api: port 8080 is taken'); raise SystemExit(1)")
    with pytest.raises(StartError, match=r"(?s)api ended with code 1.*api: port 8080 is taken"):
        await asyncio.wait_for(run.task, 30)
    assert not run.file.exists()


async def test_a_cloud_that_cannot_start_ends_the_run_before_any_service_is_started(tmp_path):
    run = Run(tmp_path, cloud="print('gitmoxi_local: port 4566 cannot be opened'); raise SystemExit(2)")
    with pytest.raises(StartError, match=r"(?s)cloud ended with code 2.*port 4566 cannot be opened"):
        await asyncio.wait_for(run.task, 30)
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["cloud.log"]


async def test_a_signal_while_services_start_stops_what_was_started(tmp_path):
    run = Run(tmp_path, planner="import signal; print('begun', flush=True); signal.pause()")
    await until(lambda: run.file.exists() and len(run.up["pids"]) == 8)
    pids = run.up["pids"].values()
    await run.stop()
    assert not any(is_alive(pid) for pid in pids)


async def test_a_second_signal_waits_for_nobody(tmp_path):
    run = Run(tmp_path, planner=DEAF)
    up = await run.ready()
    os.kill(os.getpid(), signal.SIGINT)
    await until(lambda: not is_alive(up["pids"]["api"]))
    await run.stop(signal.SIGINT)
    assert not any(is_alive(pid) for pid in up["pids"].values())


async def test_two_runs_cannot_share_a_folder(tmp_path):
    with sole_user(tmp_path):
        run = Run(tmp_path)
        with pytest.raises(AlreadyRunningError, match=r"another gmctl up runs on .*--state-dir"):
            await asyncio.wait_for(run.task, 30)


async def test_what_a_killed_run_left_behind_is_named(tmp_path):
    (tmp_path / "up.json").write_text(json.dumps({"pids": {"api": os.getpid(), "planner": 2**22 - 1}}))
    run = Run(tmp_path)
    with pytest.raises(
        AlreadyRunningError, match=rf"api \({os.getpid()}\)\. End them with: kill {os.getpid()};"
    ):
        await asyncio.wait_for(run.task, 30)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"pids": {}}', id="nothing ran"),
        pytest.param('{"pids": {"api": 4194303}}', id="nothing runs any more"),
        pytest.param("{", id="cut off"),
    ],
)
def test_an_old_file_is_no_obstacle(tmp_path, content):
    (tmp_path / "up.json").write_text(content)
    with sole_user(tmp_path):
        pass
