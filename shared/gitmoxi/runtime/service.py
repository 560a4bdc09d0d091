"""The shell of a worker service: broker, health endpoint, log shipper, from start to clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from faststream.asgi import AsgiFastStream

from faststream_sqs import Backoff, SQSBroker, SQSQueue, health_routes
from gitmoxi.adapters.aws.sessions import lean_session
from gitmoxi.domain.states import Worker
from gitmoxi.errors import GitmoxiError, RetryableError
from gitmoxi.runtime.canonical import CanonicalObserver
from gitmoxi.runtime.foundation import Foundation, open_foundation
from gitmoxi.runtime.lifecycle import ExitCode, StartStop, run_until_signal
from gitmoxi.runtime.logging import get_logger
from gitmoxi.runtime.settings import Settings, SettingsError, load_settings

USAGE_ERROR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What a service's bootstrap fills: handlers on ``queue`` of ``broker``."""

    foundation: Foundation
    broker: SQSBroker
    queue: SQSQueue
    observer: CanonicalObserver


Bootstrap = Callable[[Shell], contextlib.AbstractAsyncContextManager[Callable[[], Awaitable[object]]]]
"""Registers the handlers; the context gives what is to be done once messages flow."""


def main(worker: Worker, bootstrap: Bootstrap) -> None:
    """Run the service until a signal, and exit with its code."""
    try:
        settings = load_settings()
        sys.exit(asyncio.run(_run(worker, settings, bootstrap)))
    except SettingsError as error:
        sys.stderr.write(f"{worker}: {error}\n")
        sys.exit(USAGE_ERROR)
    except GitmoxiError as error:
        sys.stderr.write(f"{worker} cannot start: {error}\n")
        sys.exit(ExitCode.FAILED)


async def _run(worker: Worker, settings: Settings, bootstrap: Bootstrap) -> int:
    async with open_foundation(worker, settings) as foundation:
        observer = CanonicalObserver(foundation.metrics)
        shell = Shell(
            foundation=foundation,
            broker=SQSBroker(
                session=lean_session(),
                region=settings.aws_region,
                endpoint_url=settings.aws_endpoint_url,
                observer=observer,
                logger=None,
            ),
            queue=SQSQueue(
                url=foundation.outputs.queue_url(worker),
                dlq_url=foundation.outputs.dlq_url(worker),
                visibility_seconds=settings.visibility_seconds,
                backoff=Backoff(first_seconds=1),
            ),
            observer=observer,
        )
        async with bootstrap(shell) as when_started:
            health = HealthServer(shell.broker, settings.health_port, settings.health_file)

            async def start() -> None:
                await shell.broker.start()
                await first_look(when_started)
                get_logger().info("service.ready", instance=foundation.instance, health=health.address)

            consumer = StartStop(name="consumer", start=start, stop=shell.broker.stop)
            return await run_until_signal([foundation.shipper, health, consumer])


async def first_look(look: Callable[[], Awaitable[object]]) -> None:
    """What is done once messages flow; a store that does not answer just then must not end the service.

    Nothing is lost by it: the schedule asks for the same a minute later.
    """
    try:
        await look()
    except RetryableError as error:
        get_logger().warning("service.first_look_failed", because=str(error))


class HealthServer:
    """``/healthz`` and ``/readyz`` on 127.0.0.1; without a port there is none.

    ``file`` gets the address: containers that share a host's network cannot all have the same port.
    """

    name = "health"

    def __init__(self, broker: SQSBroker, port: int | None, file: Path | None = None) -> None:
        self._broker = broker
        self._port = port
        self._file = file
        self.address: str | None = None

    def _told(self, address: str) -> None:
        self.address = address
        if self._file is not None:
            self._file.write_text(address, encoding="utf-8")

    async def run(self, stop: asyncio.Event) -> None:
        if self._port is None:
            await stop.wait()
            return
        app = AsgiFastStream(self._broker, asgi_routes=health_routes(self._broker))
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self._port, lifespan="off", log_config=None, access_log=False
        )
        server = _SignallessServer(config, self._told)
        stopping = asyncio.create_task(stop.wait())
        serving = asyncio.create_task(server.serve())
        stopping.add_done_callback(lambda _: server.ask_to_exit())
        try:
            await serving
        finally:
            stopping.cancel()


class _SignallessServer(uvicorn.Server):
    """Signals are the process's, not the server's; the address is told as soon as it is known."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[str], None]) -> None:
        super().__init__(config)
        self._tell = tell

    def ask_to_exit(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            host, port = server.sockets[0].getsockname()[:2]
            self._tell(f"http://{host}:{port}")

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
