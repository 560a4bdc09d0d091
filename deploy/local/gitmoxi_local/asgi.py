"""The bits of ASGI that the local cloud needs: read a request, send a reply, call an application within."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from gitmoxi_local.calls import Reply, Request

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class ClientGoneError(Exception):
    """The client hung up before its request was complete."""


def request_head(scope: Scope) -> Request:
    """The request without its body; the path as it was sent, percent signs and all."""
    raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return Request(
        method=scope["method"],
        path=raw_path.decode("latin-1"),
        query_string=scope.get("query_string", b"").decode("latin-1"),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
    )


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request.

    Raises:
        ClientGoneError: if the client hung up half-way.
    """
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def send_reply(send: Send, reply: Reply) -> None:
    """Send a complete reply, with the Date that callers take the server's time from."""
    headers = {
        "date": formatdate(usegmt=True),
        **{name.lower(): value for name, value in reply.headers.items()},
        "content-length": str(len(reply.body)),
    }
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": reply.body})


async def call_within(app: AsgiApp, request: Request, receive: Receive | None = None) -> Reply:
    """Let an application answer a request that we hold already, and collect its reply.

    ``receive`` is the channel of the client who waits for it, so that the application sees him
    leave; without one the request is ours, and we stay.
    """
    collector = _Collector()
    await app(_scope(request), _replayed(request.body, receive or _never), collector.take)
    return collector.reply()


def hang_up(receive: Receive) -> None:
    """Close the client's connection at once, without an answer.

    ASGI has no word for this, so it reaches for the transport of uvicorn's request cycle,
    whose bound method ``receive`` is.
    """
    transport: asyncio.Transport = receive.__self__.transport  # type: ignore[attr-defined]  # see above
    transport.abort()


def _scope(request: Request) -> Scope:
    headers = {**request.headers, "content-length": str(len(request.body))}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "client": ("127.0.0.1", 0),
        "method": request.method,
        "path": unquote(request.path),
        "raw_path": request.path.encode("latin-1"),
        "query_string": request.query_string.encode("latin-1"),
        "headers": _header_list(headers),
    }


async def _never() -> Message:
    disconnect: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await disconnect


def _header_list(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A receive channel that hands over ``body`` first and then waits for the client to leave."""
    pending = [body]

    async def receive_again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return receive_again


class _Collector:
    """Collects an application's reply."""

    def __init__(self) -> None:
        self._status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []

    async def take(self, message: Message) -> None:
        """The application's send channel."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]
            }
        elif message["type"] == "http.response.body":
            self._chunks.append(message.get("body", b""))

    def reply(self) -> Reply:
        return Reply(status=self._status, headers=self._headers, body=b"".join(self._chunks))
