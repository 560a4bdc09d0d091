"""The run of ``gmctl up``: the cloud, then the services, then waiting for Ctrl-C, then a clean stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from dataclasses import replace

from gitmoxi_gmctl.up.console import RunnerConsole
from gitmoxi_gmctl.up.plan import (
    API,
    Cloud,
    UpOptions,
    cloud_of,
    cloud_spec,
    playground_spec,
    service_specs,
)
from gitmoxi_gmctl.up.processes import ChildProcess
from gitmoxi_gmctl.up.state_file import UpState, sole_user
from gitmoxi_gmctl.up.supervisor import Patience, Supervised, Supervisor

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PLAYGROUND_SECONDS = 60.0


class Runner:
    """One run; ``inherited`` is the environment that it was started in."""

    def __init__(
        self,
        options: UpOptions,
        console: RunnerConsole,
        inherited: Mapping[str, str],
        patience: Patience | None = None,
    ) -> None:
        self._options = options
        self._console = console
        self._inherited = inherited
        self._state = UpState(folder=options.state_dir)
        self._supervisor = Supervisor(
            log_folder=options.state_dir / "logs",
            listener=console,
            changed=self._note,
            patience=patience,
        )
        self._told_to_stop = asyncio.Event()

    async def run(self) -> None:
        """Run everything until SIGINT or SIGTERM; afterwards nothing of it is left.

        Raises:
            StartError: something did not become ready.
            AlreadyRunningError: the state folder is in use.
            UnusableFolderError: the state folder cannot be made or written.
        """
        loop = asyncio.get_running_loop()
        with sole_user(self._options.state_dir):
            for number in _SIGNALS:
                loop.add_signal_handler(number, self._signalled)
            try:
                await self._start_unless_told()
                await self._told_to_stop.wait()
            finally:
                await self._stop()
                for number in _SIGNALS:
                    loop.remove_signal_handler(number)

    async def _start_unless_told(self) -> None:
        """Start everything; a signal cuts that short."""
        task = asyncio.create_task(self._start())
        told = asyncio.create_task(self._told_to_stop.wait())
        await asyncio.wait([task, told], return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        else:
            task.result()

    async def _start(self) -> None:
        self._console.say(f"starting; logs are in {self._options.state_dir / 'logs'}")
        cloud_process = cloud_spec(self._options, self._inherited)
        await self._supervisor.start([cloud_process])
        cloud = cloud_of(self._find(cloud_process.name).told)
        self._keep_cloud_port(cloud.endpoint)
        self._state.endpoint, self._state.region = cloud.endpoint, cloud.region
        self._state.account, self._state.stack_outputs = cloud.account, cloud.outputs
        self._note()
        await self._supervisor.start(service_specs(self._options, cloud, self._inherited))
        self._state.api = str(self._find(API).told["endpoint"])
        self._keep_api_port(self._state.api)
        self._state.ready = True
        self._note()
        self._announce()
        if self._options.playground:
            await self._open_playground(cloud)

    async def _open_playground(self, cloud: Cloud) -> None:
        """Nobody depends on it: what is wrong with it is said, and everything else goes on."""
        spec = playground_spec(self._options, cloud, str(self._state.api), self._inherited)
        child = await ChildProcess.start(
            spec, first=True, log_folder=self._options.state_dir / "logs", on_line=lambda _name, _line: None
        )
        try:
            told = await child.until_ready(_PLAYGROUND_SECONDS)
        except TimeoutError:
            told = None
        finally:
            child.kill()
            await child.wait()
        if told is None:
            why = " ".join(child.last_lines) or f"nothing after {_PLAYGROUND_SECONDS:g} s"
            self._console.say(f"no playground: {why}", style="yellow")
            return
        self._state.playground = str(told["folder"])
        self._note()
        self._console.say(f"playground   {self._state.playground}")
        self._console.say("edit a file there and git commit: gmctl watch shows the deployment")

    def _announce(self) -> None:
        count = len(self._supervisor.supervised)
        self._console.say(f"all {count} processes are ready", style="bold green")
        self._console.say(f"API          {self._state.api}")
        self._console.say(
            f"local cloud  {self._state.endpoint}  (AWS_ENDPOINT_URL, region {self._state.region})"
        )
        self._console.say("Ctrl-C stops everything")

    async def _stop(self) -> None:
        self._console.say("stopping")
        await self._supervisor.stop()
        self._state.remove()
        restarts = sum(each.restarts for each in self._supervisor.supervised)
        self._console.say(f"stopped; {restarts} restarts that nobody asked for" if restarts else "stopped")

    def _signalled(self) -> None:
        """The first signal stops in order, the second at once."""
        if self._told_to_stop.is_set():
            self._supervisor.kill()
        self._told_to_stop.set()

    def _keep_cloud_port(self, endpoint: str) -> None:
        """A restarted cloud must be where everybody looks for it."""
        each = self._find("cloud")
        port = endpoint.rpartition(":")[2]
        command = list(each.spec.command)
        command[command.index("--port") + 1] = port
        each.spec = replace(each.spec, command=tuple(command))

    def _keep_api_port(self, endpoint: str) -> None:
        each = self._find(API)
        environment = {**each.spec.environment, "GITMOXI_API_PORT": endpoint.rpartition(":")[2]}
        each.spec = replace(each.spec, environment=environment)

    def _find(self, name: str) -> Supervised:
        return next(each for each in self._supervisor.supervised if each.spec.name == name)

    def _note(self) -> None:
        self._state.write(self._supervisor.supervised)
