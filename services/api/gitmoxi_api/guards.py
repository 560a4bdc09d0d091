"""What stands before every endpoint: who may ask from where, with what; and what no error gets past."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.runtime.logging import get_logger, log_canonical, message_context
from gitmoxi.runtime.metrics import Metrics
from gitmoxi_api.problems import problem_response
from gitmoxi_api.streaming.response import MEDIA_TYPE

MAX_BODY_BYTES = 64 * 1024
"""The largest request has some URLs and branch names."""

MAX_WEBHOOK_BYTES = 5 * 1024 * 1024
"""GitHub lists up to 2,048 commits in a push, with about 1.5 KiB each, and GitLab 20. GitHub would send up to
25 MB; of what is refused, the poller finds the commit."""

WEBHOOKS = "/v1/webhooks/"
"""The paths that take larger bodies, and prove themselves who may ask."""

_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PROBES = frozenset({"/healthz", "/readyz"})
_SAME_SITE = frozenset({"same-origin", "none"})
"""Fetch Metadata: sent by our own page, or by nobody's page at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request goes no further."""

    status: HTTPStatus
    detail: str


def is_loopback(host: str) -> bool:
    """Whether a host's name or address means this machine, whatever a name server says."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Gatekeeper:
    """Refuses what a browser may have been tricked into sending, and bodies that are not ours to parse.

    ``loopback_only``: the ``Host`` must name this machine. A name server of an attacker may let a page's own
    name point to 127.0.0.1, and then the page's origin is no other than ours: only ``Host`` gives it away.
    ``webhook_hosts`` are further names, in lower case, under which webhooks alone are taken: a tunnel that
    forwards them must open nothing else.
    """

    def __init__(self, app: ASGIApp, *, loopback_only: bool, webhook_hosts: Collection[str] = ()) -> None:
        self._app = app
        self._loopback_only = loopback_only
        self._webhook_hosts = webhook_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_webhook = scope["path"].startswith(WEBHOOKS)
        refusal = self._refusal(scope["method"], Headers(scope=scope), is_webhook=is_webhook)
        if refusal is None:
            limit = MAX_WEBHOOK_BYTES if is_webhook else MAX_BODY_BYTES
            await self._app(scope, _bounded(receive, limit), send)
            return
        response = problem_response(refusal.status, refusal.detail, instance=scope["path"])
        await response(scope, receive, send)

    def _refusal(self, method: str, headers: Headers, *, is_webhook: bool) -> Refusal | None:
        host = headers.get("host", "")
        if self._loopback_only and not self._is_ours(_hostname(f"//{host}"), is_webhook=is_webhook):
            return Refusal(
                status=HTTPStatus.MISDIRECTED_REQUEST,
                detail=f"This API serves the machine it runs on, by 127.0.0.1 or localhost, not {host!r}.",
            )
        if method in _SAFE:
            return None
        return _foreign(headers, host) or _wrong_body(headers, is_webhook=is_webhook)

    def _is_ours(self, name: str, *, is_webhook: bool) -> bool:
        return is_loopback(name) or (is_webhook and name in self._webhook_hosts)


def _foreign(headers: Headers, host: str) -> Refusal | None:
    """A page of another origin made a browser send this (CSRF)."""
    origin = headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
    if elsewhere or headers.get("sec-fetch-site", "none") not in _SAME_SITE:
        return Refusal(
            status=HTTPStatus.FORBIDDEN,
            detail="Requests that change something are not taken from pages of another origin.",
        )
    return None


def _wrong_body(headers: Headers, *, is_webhook: bool) -> Refusal | None:
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and kind != "application/json":
        advice = _CHOOSE_JSON if is_webhook else ""
        return Refusal(
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            detail=f"Send JSON, with Content-Type: application/json, not {kind or 'nothing'}.{advice}",
        )
    limit = MAX_WEBHOOK_BYTES if is_webhook else MAX_BODY_BYTES
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        return Refusal(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail=_too_large(limit))
    return None


_CHOOSE_JSON = " In GitHub's form for the webhook, choose the content type application/json."


def _too_large(limit: int) -> str:
    return f"This takes at most {limit} bytes."


def _bounded(receive: Receive, limit: int) -> Receive:
    """Cuts a body that is longer than it said, or did not say how long it is."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(limit))
        return message

    return bounded


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class Containment:
    """The outermost layer: a line and a metric for each request, and a plain 500 for what nobody expected."""

    def __init__(self, app: ASGIApp, *, clock: Clock, ids: Ids, metrics: Metrics) -> None:
        self._app = app
        self._clock = clock
        self._ids = ids
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._ids.ulid()
        reply = _Reply(send, request_id)
        begun = self._clock.monotonic()
        with message_context(request_id=request_id):
            try:
                await self._app(scope, receive, reply)
            except Exception:  # noqa: BLE001 - the last line of defence: whatever it is, it is not shown
                get_logger().exception("request.failed", path=scope["path"])
                await self._apologise(scope, receive, reply, request_id)
            self._report(scope, reply, self._clock.monotonic() - begun)

    async def _apologise(self, scope: Scope, receive: Receive, reply: _Reply, request_id: str) -> None:
        if reply.status is not None:
            return  # too late: the client sees that the body is cut
        detail = f"This is a fault of Gitmoxi's. Its log has the details, under request_id {request_id}."
        response = problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail, instance=scope["path"])
        await response(scope, receive, reply)

    def _report(self, scope: Scope, reply: _Reply, seconds: float) -> None:
        if scope["path"] in _PROBES:
            return
        code = reply.status or int(HTTPStatus.INTERNAL_SERVER_ERROR)
        log_canonical(
            "request.handled",
            method=scope["method"],
            path=scope["path"],
            status=code,
            handled_ms=round(seconds * 1000, 1),
        )
        if not reply.is_stream:  # which lasts as long as the client wants, and says nothing of our speed
            self._metrics.duration("Requests", seconds, outcome=f"{code // 100}xx")


class _Reply:
    """Sends on, notes the status and adds the headers that every response carries."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status: int | None = None
        self.is_stream = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers["X-Request-Id"] = self._request_id
            self.is_stream = headers.get("content-type", "").startswith(MEDIA_TYPE)
        await self._send(message)
