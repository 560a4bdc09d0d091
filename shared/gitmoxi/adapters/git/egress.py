"""The only way out for one conversation with a Git server: a CONNECT proxy of our own, on loopback.

libgit2 looks a host up by itself, follows redirects, and waits for every packet anew. Behind this proxy it
reaches the checked addresses of one host and port, for so many bytes and so many seconds (see ADR 17). TLS
goes through it unopened: no token is seen here.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
import socket
import threading
from contextlib import suppress
from typing import Self

from gitmoxi.adapters.git.faults import too_large, too_slow
from gitmoxi.adapters.git.hosts import Destination
from gitmoxi.adapters.git.limits import TransferLimits
from gitmoxi.errors import GitmoxiError
from gitmoxi.ports.git import RepositoryNotFoundError, RepositoryUnreachableError

_LOOPBACK = "127.0.0.1"
_USER = "gitmoxi"
_LONGEST_HEAD_BYTES = 8192
_LONGEST_TARGET = 300
_BUFFER_BYTES = 256 * 1024

_CONNECT = "CONNECT "
_ASK_WHO = (
    b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="gitmoxi"\r\n'
    b"Content-Length: 0\r\n\r\n"
)
_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
_REFUSE = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_FAIL = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Egress:
    """A context in which ``proxy_url`` leads to the destination, and nowhere else.

    It runs in a thread of its own. ``verdict`` says why it cut the conversation, if it did: it explains what
    the client saw only as a closed connection. ``distrusted`` says that the client asked for the cut.
    """

    def __init__(self, url: str, destination: Destination, limits: TransferLimits) -> None:
        self._url = url
        self._destination = destination
        self._limits = limits
        self._password = secrets.token_urlsafe(24)
        self._taken_bytes = 0
        self._listening = socket.create_server((_LOOPBACK, 0))
        self._listening.settimeout(0)
        self._port: int = self._listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name=f"git-egress-{destination.host}", daemon=True)
        self.verdict: GitmoxiError | None = None
        self.distrusted = False

    @property
    def proxy_url(self) -> str:
        """With a password of this conversation: no other process on this host can use the proxy."""
        return f"http://{_USER}:{self._password}@{_LOOPBACK}:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._close()

    def distrust(self) -> None:
        """The server's certificate is none that we trust: every connection is closed when this returns."""
        self.distrusted = True
        self._close()

    def stop(self) -> None:
        """Close every connection; may be called from any thread, and again."""
        with suppress(RuntimeError):  # the loop is closed: it is over already
            self._loop.call_soon_threadsafe(self._over.set)

    def _close(self) -> None:
        self.stop()
        self._thread.join()

    def _run(self) -> None:
        with self._listening, asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        accepting = asyncio.create_task(self._accept())
        accepting.add_done_callback(lambda _: self._over.set())
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._over.wait()
        except TimeoutError:
            self._judge(too_slow(self._url, self._limits))
        finally:
            accepting.cancel()
            with suppress(asyncio.CancelledError):
                await accepting

    async def _accept(self) -> None:
        async with asyncio.TaskGroup() as conversations:
            while True:
                client, _ = await self._loop.sock_accept(self._listening)
                conversations.create_task(self._converse(client))

    async def _converse(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(0)
            if not await self._is_welcome(client):
                return
            upstream = await self._connect()
            if upstream is None:
                await self._loop.sock_sendall(client, _FAIL)
                return
            with upstream:
                await self._loop.sock_sendall(client, _OPEN)
                await self._join(client, upstream)

    async def _is_welcome(self, client: socket.socket) -> bool:
        """Read requests until one carries the password, and let that through if it asks for our server."""
        for _ in range(2):
            request, *headers = (await self._head(client)).decode("latin-1").split("\r\n")
            given = dict(_header(line) for line in headers).get("proxy-authorization", "")
            if given:
                break
            await self._loop.sock_sendall(client, _ASK_WHO)
        if not hmac.compare_digest(given.encode(), self._authorization()):
            return False
        if request.startswith(_CONNECT) and _target(request) == self._destination.authority.lower():
            return True
        self._leads_elsewhere(request)
        await self._loop.sock_sendall(client, _REFUSE)
        return False

    def _leads_elsewhere(self, request: str) -> None:
        self._judge(
            RepositoryNotFoundError(
                f"{self._url} redirects to {_target(request)}: register the URL that it redirects to"
            )
        )

    async def _head(self, client: socket.socket) -> bytes:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            more = await self._loop.sock_recv(client, _LONGEST_HEAD_BYTES)
            if not more or len(head) > _LONGEST_HEAD_BYTES:
                raise ConnectionError("no request that we could answer")
            head += more
        return head

    def _authorization(self) -> bytes:
        return b"Basic " + base64.b64encode(f"{_USER}:{self._password}".encode())

    async def _connect(self) -> socket.socket | None:
        """To the first address that answers; None, with a verdict, if none does."""
        fault = ""
        for address in self._destination.addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            upstream = socket.socket(family, socket.SOCK_STREAM)
            upstream.settimeout(0)
            try:
                async with asyncio.timeout(self._limits.silence_seconds):
                    await self._loop.sock_connect(upstream, (address, self._destination.port))
            except OSError as error:  # TimeoutError is one
                upstream.close()
                fault = f"{address}: {error.strerror or 'no answer'}"
            except BaseException:
                upstream.close()
                raise
            else:
                return upstream
        self._judge(
            RepositoryUnreachableError(
                f"{self._url} cannot be read now: {self._destination.authority} takes no connection "
                f"({fault}); check that the server runs, and that our network reaches it"
            )
        )
        return None

    async def _join(self, client: socket.socket, upstream: socket.socket) -> None:
        """Carry bytes both ways until both sides have closed, or one fails."""
        ways = {
            asyncio.create_task(self._up(client, upstream)),
            asyncio.create_task(self._down(upstream, client)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self, client: socket.socket, upstream: socket.socket) -> None:
        buffer = memoryview(bytearray(_BUFFER_BYTES))
        while count := await self._loop.sock_recv_into(client, buffer):
            start = bytes(buffer[: min(count, _LONGEST_HEAD_BYTES)])
            if start.startswith(_CONNECT.encode()):
                # libgit2 asks inside the open tunnel, unencrypted: no part of TLS begins so.
                self._leads_elsewhere(start.decode("latin-1"))
                return
            await self._loop.sock_sendall(upstream, buffer[:count])
        upstream.shutdown(socket.SHUT_WR)

    async def _down(self, upstream: socket.socket, client: socket.socket) -> None:
        buffer = memoryview(bytearray(_BUFFER_BYTES))
        while count := await self._next(upstream, buffer):
            self._taken_bytes += count
            if self._taken_bytes > self._limits.total_bytes:
                self._judge(too_large(self._url, self._limits))
                return
            await self._loop.sock_sendall(client, buffer[:count])
        client.shutdown(socket.SHUT_WR)

    async def _next(self, upstream: socket.socket, buffer: memoryview) -> int:
        try:
            async with asyncio.timeout(self._limits.silence_seconds):
                return await self._loop.sock_recv_into(upstream, buffer)
        except TimeoutError:
            self._judge(
                RepositoryUnreachableError(
                    f"{self._url} cannot be read now: the server said nothing for "
                    f"{self._limits.silence_seconds:g} s; it is tried again"
                )
            )
            raise

    def _judge(self, verdict: GitmoxiError) -> None:
        """Keep the first verdict, and end everything."""
        if self.verdict is None:
            self.verdict = verdict
        self._over.set()


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _target(request: str) -> str:
    """What a CONNECT request asks for, fit to be shown."""
    return " ".join(request.split()[1:2])[:_LONGEST_TARGET].lower()
