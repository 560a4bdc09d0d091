"""The HTTP server as a part of the process: it opens its port first, and leaves signals to the process."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from gitmoxi.errors import PermanentError
from gitmoxi_api.streaming.streams import Streams

_GRACE_SECONDS = 5
"""Requests under way get so long at a stop; none of ours takes longer."""


class PortTakenError(PermanentError):
    """The address cannot be listened on; the text says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """An open port; 0 takes a free one.

    Raises:
        PortTakenError: it cannot be opened.
    """
    address = "127.0.0.1" if host.lower() == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # The protocol is named because asyncio turns Nagle off only where it is; replies would wait 40 ms else.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"{host}:{port} cannot be listened on: {error.strerror or error}. If another program has it, "
            "stop that, or choose another port with GITMOXI_API_PORT (gmctl up: --api-port); 0: any free one."
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The URL that a listener is reached by."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if isinstance(ipaddress.ip_address(host), ipaddress.IPv6Address) else host
    return f"http://{shown}:{port}"


class ApiServer:
    """Serves ``app`` on ``listener``; ``when_ready`` is called once requests are answered.

    Streams, which would last for ever, are ended as soon as the process is to stop.
    """

    name = "http"

    def __init__(self, app: FastAPI, listener: socket.socket, when_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(config, when_ready)
        self._streams: Streams = app.state.parts.streams
        self._listener = listener

    async def run(self, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._stop())
        try:
            await self._server.serve(sockets=[self._listener])
        finally:
            stopping.cancel()

    def _stop(self) -> None:
        self._streams.close()
        self._server.ask_to_exit()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    def ask_to_exit(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._when_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's."""
        yield
