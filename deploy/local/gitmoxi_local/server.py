"""One local cloud's life: take the port, put the pieces together, serve, keep the state, stop cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import random
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import uvicorn

from gitmoxi_local import ministack_seams, service_events, stacks
from gitmoxi_local.alarm_watch import AlarmWatch, CloudWatchStates
from gitmoxi_local.autosave import Autosave
from gitmoxi_local.autoscaling_front import AutoscalingFront
from gitmoxi_local.aws_model.base import AwsEvent
from gitmoxi_local.aws_model.ecs import EcsModel
from gitmoxi_local.aws_model.functions import FunctionChanged, FunctionsModel
from gitmoxi_local.aws_model.scalable_targets import ScalableTargets
from gitmoxi_local.container_logs import ContainerLogs
from gitmoxi_local.control import ControlApi
from gitmoxi_local.ecs_front import EcsFront
from gitmoxi_local.elb_front import ElbFront
from gitmoxi_local.faults import Faults, load_plan
from gitmoxi_local.gateway import Gateway
from gitmoxi_local.journal import Journal
from gitmoxi_local.lambda_front.code import MinistackPackages
from gitmoxi_local.lambda_front.front import LambdaFront
from gitmoxi_local.lambda_front.mirror import Mirror
from gitmoxi_local.logs_front import LogsFront
from gitmoxi_local.model_host import ModelHost, WallClock
from gitmoxi_local.settings import CloudSettings

_log = logging.getLogger("gitmoxi_local")

# Open long polls are cut after this: SQS clients simply poll again.
_GRACE_SECONDS = 1


class PortTakenError(RuntimeError):
    """Another program listens on the port; the text says what to do."""


class _Server(uvicorn.Server):
    """Uvicorn that takes its signals from the loop and ends without raising them once more."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


class LocalCloud:
    """One local cloud, from the open port to the saved state."""

    def __init__(self, settings: CloudSettings) -> None:
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        settings.ready_file.unlink(missing_ok=True)
        self._settings = settings
        self._socket = _listen(settings.port)
        self.endpoint = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        shutil.rmtree(settings.scratch_dir, ignore_errors=True)
        settings.scratch_dir.mkdir()
        self._prepare_ministack()
        self._faults = Faults()
        if settings.faults_file is not None:
            self._faults.add(load_plan(settings.faults_file))
        self._journal = Journal(settings.journal_file, detail=settings.journal_detail)
        self._ecs = self._ecs_host()
        self._functions = self._functions_host()
        self._load_models()
        self._control = ControlApi(
            journal=self._journal, faults=self._faults, health=self._health, forget_past=self._forget_past
        )
        self._autosave = Autosave(save_models=self._save_models)
        self._alarms = AlarmWatch(publish=service_events.publish, fired=self._alarm_fired)
        self._alarms.attach()
        self._server = self._uvicorn()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; announces itself once the templates are installed.

        Raises:
            StackError: if a template cannot be installed; the server is stopped then.
        """
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        background: list[asyncio.Task[None]] = []
        try:
            await self._started(serving)
            # Not before ministack has read its saved state: what our models do is written over it.
            background += [
                asyncio.create_task(worker.run())
                for worker in (self._ecs, self._functions, self._alarms, self._autosave)
            ]
            await self._install()
            self._announce()
            await serving
        finally:
            self._settings.ready_file.unlink(missing_ok=True)
            self._server.should_exit = True
            await asyncio.gather(serving, return_exceptions=True)
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            self._save_models()
            self._journal.close()
            shutil.rmtree(self._settings.scratch_dir, ignore_errors=True)

    def _ecs_host(self) -> ModelHost[EcsModel, AwsEvent]:
        logs = ContainerLogs(
            lambda event: self._ecs.ask(
                lambda model: model.last_words(event.account, event.region, event.resources[0])
            )
        )

        def carry(event: AwsEvent) -> None:
            logs.follow(event)  # first, for whoever hears of the crash may look for its log at once
            service_events.publish(event)

        return ModelHost(
            service="ECS",
            create=partial(
                EcsModel,
                faults=self._faults.images,
                alarms=CloudWatchStates(),
                capacity=self._faults.capacity,
                limits=self._faults.limits,
            ),
            clock=WallClock(),
            publish=carry,
        )

    def _functions_host(self) -> ModelHost[FunctionsModel, FunctionChanged]:
        packages = MinistackPackages(self._settings.packages_dir)
        mirror = Mirror(
            packages,
            lambda change: self._functions.ask(
                lambda model: model.function(account=change.account, region=change.region, name=change.name)
            ),
        )
        return ModelHost(
            service="Lambda",
            create=partial(
                FunctionsModel,
                packages=packages,
                faults=self._faults.functions,
                request_limits=self._faults.function_limits,
            ),
            clock=WallClock(),
            publish=mirror.follow,
        )

    def _load_models(self) -> None:
        self._ecs.load(self._settings.ecs_file)
        self._functions.load(self._settings.functions_file)

    def _save_models(self) -> None:
        self._ecs.save(self._settings.ecs_file)
        self._functions.save(self._settings.functions_file)

    def _forget_past(self) -> None:
        self._ecs.forget()
        self._functions.forget()

    def _alarm_fired(self, account: str, region: str, alarm: str) -> None:
        self._ecs.ask(lambda model: model.alarm_fired(account, region, alarm))

    async def _started(self, serving: asyncio.Task[None]) -> None:
        while not self._server.started:
            if serving.done():
                await serving
                raise RuntimeError("the server ended before it had started; its log says why")
            await asyncio.sleep(0.01)

    async def _install(self) -> None:
        outputs = await asyncio.to_thread(
            stacks.install,
            endpoint=self.endpoint,
            region=self._settings.region,
            templates=self._settings.templates,
            parameters=self._settings.parameters,
        )
        self._control.outputs.update(outputs)
        self._settings.outputs_file.write_text(
            json.dumps(outputs, indent=2, sort_keys=True), encoding="utf-8"
        )

    def _announce(self) -> None:
        ready = {
            "endpoint": self.endpoint,
            "pid": os.getpid(),
            "region": self._settings.region,
            "account": self._settings.account,
            "journal": str(self._settings.journal_file),
            "outputs": str(self._settings.outputs_file),
        }
        scratch = self._settings.ready_file.with_suffix(".tmp")
        scratch.write_text(json.dumps(ready), encoding="utf-8")
        scratch.replace(self._settings.ready_file)
        sys.stdout.write(
            f"The local cloud is ready at {self.endpoint} (state in {self._settings.state_dir})\n"
        )
        sys.stdout.flush()

    def _prepare_ministack(self) -> None:
        ministack_seams.configure(
            ministack_seams.MinistackSettings(
                port=int(self.endpoint.rpartition(":")[2]),
                state_dir=self._settings.state_dir,
                scratch_dir=self._settings.scratch_dir,
                region=self._settings.region,
                account=self._settings.account,
                log_level="DEBUG" if self._settings.verbose else "WARNING",
            )
        )
        ministack_seams.check()

    def _uvicorn(self) -> _Server:
        gateway = Gateway(
            ministack=ministack_seams.app(),
            fronts={
                "application-autoscaling": AutoscalingFront(ScalableTargets(WallClock())),
                "ecs": EcsFront(self._ecs, self._faults),
                "elbv2": ElbFront(self._ecs),
                "lambda": LambdaFront(
                    self._functions,
                    self._faults,
                    chance=random.Random(),  # noqa: S311  # spreads test traffic, nothing secret hangs on it
                ),
                "logs": LogsFront(),
            },
            control=self._control,
            faults=self._faults,
            journal=self._journal,
            account_of=ministack_seams.account_of,
            default_region=self._settings.region,
            touched=self._autosave.touched,
        )
        config = uvicorn.Config(
            gateway,
            access_log=False,
            log_level="warning",
            lifespan="on",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        return _Server(config)

    def _health(self) -> Mapping[str, Any]:
        return {
            "status": "degraded" if self._ecs.last_error or self._functions.last_error else "ok",
            "endpoint": self.endpoint,
            "pid": os.getpid(),
            "ecs_error": self._ecs.last_error,
            "lambda_error": self._functions.last_error,
            "faults": len(self._faults.active()),
            "journal_seq": self._journal.last_seq,
        }


def _listen(port: int) -> socket.socket:
    # The protocol is named because asyncio turns Nagle off only where it is; replies would wait 40 ms else.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"port {port} on 127.0.0.1 cannot be opened: {error.strerror}. Perhaps another local cloud or "
            "LocalStack is running: stop it, or choose another port with --port (0 takes a free one)."
        ) from error
    return listener
