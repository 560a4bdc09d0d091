"""GitHub and GitLab on loopback HTTPS, as far as statuses and comments go, and misbehaving at will."""

from __future__ import annotations

import json
import re
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import trustme


@dataclass
class Refusal:
    """An answer that the next request gets, whatever it asks."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    waits_for: threading.Event | None = None


@dataclass
class Forge:
    """What the servers know, and what they were asked."""

    token: str
    project: str = "team/shop"
    statuses: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    _ids: int = 100

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def states(self, sha: str) -> list[str]:
        return [one["state"] for one in self.statuses if one["sha"] == sha]

    def wait_for_state(self, sha: str, state: str, seconds: float) -> None:
        with self.changed:
            came = self.changed.wait_for(lambda: state in self.states(sha), seconds)
        assert came, f"{sha} has {self.states(sha)}, never {state}; asked: {self.requests[-20:]}"

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        """Status and JSON document; a path of neither API is 404."""
        path = urlsplit(target).path
        if path.startswith("/api/v3/"):
            if headers.get("authorization") != f"Bearer {self.token}":
                return 401, {"message": "Bad credentials"}
            return self._github(method, path.removeprefix("/api/v3"), body, target)
        if path.startswith("/api/v4/"):
            if headers.get("private-token") != self.token:
                return 401, {"message": "401 Unauthorized"}
            return self._gitlab(method, path.removeprefix("/api/v4"), body, target)
        return 200, {"ok": True}

    def _github(self, method: str, path: str, body: bytes, target: str) -> tuple[int, Any]:
        base = f"/repos/{self.project}"
        if found := re.fullmatch(rf"{base}/statuses/([0-9a-f]{{40}})", path):
            told = json.loads(body)
            if len(told["description"]) > 140:
                return 422, {"message": "description is too long (maximum is 140 characters)"}
            return 201, self._status(found[1], told | {"name": told["context"]})
        if found := re.fullmatch(rf"{base}/issues/(\d+)/comments", path):
            return self._comments(method, int(found[1]), body, target)
        if method == "PATCH" and (found := re.fullmatch(rf"{base}/issues/comments/(\d+)", path)):
            return self._edit(int(found[1]), body)
        return 404, {"message": "Not Found"}

    def _gitlab(self, method: str, path: str, body: bytes, target: str) -> tuple[int, Any]:
        prefix, _, rest = path.removeprefix("/projects/").partition("/")
        if "/" in prefix or unquote(prefix) != self.project:
            return 404, {"message": "404 Project Not Found"}
        if found := re.fullmatch(r"statuses/([0-9a-f]{40})", rest):
            return self._gitlab_status(found[1], json.loads(body))
        if found := re.fullmatch(r"merge_requests/(\d+)/notes", rest):
            return self._comments(method, int(found[1]), body, target)
        if method == "PUT" and (found := re.fullmatch(r"merge_requests/\d+/notes/(\d+)", rest)):
            return self._edit(int(found[1]), body)
        return 404, {"message": "404 Not Found"}

    def _gitlab_status(self, sha: str, told: dict[str, Any]) -> tuple[int, Any]:
        mine = [one for one in self.statuses if (one["sha"], one["name"]) == (sha, told["name"])]
        if mine and mine[-1]["state"] == told["state"] == "running":
            return 400, {"message": "Cannot transition status via :run from :running"}
        return 201, self._status(sha, told)

    def _status(self, sha: str, told: dict[str, Any]) -> dict[str, Any]:
        with self.changed:
            self.statuses.append(told | {"sha": sha})
            self.changed.notify_all()
        return {"id": self.next_id(), "state": told["state"]}

    def _comments(self, method: str, number: int, body: bytes, target: str) -> tuple[int, Any]:
        existing = self.comments.setdefault(number, [])
        if method == "GET":
            query = parse_qs(urlsplit(target).query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, existing[(page - 1) * size : page * size]
        made = {"id": self.next_id(), "body": json.loads(body)["body"]}
        with self.changed:
            existing.append(made)
            self.changed.notify_all()
        return 201, made

    def _edit(self, comment_id: int, body: bytes) -> tuple[int, Any]:
        for comment in (one for many in self.comments.values() for one in many):
            if comment["id"] == comment_id:
                with self.changed:
                    comment["body"] = json.loads(body)["body"]
                    self.changed.notify_all()
                return 200, comment
        return 404, {"message": "Not Found"}


class ForgeServer:
    """Serves a forge; ``url`` ends without a slash. ``others``, if any, answers paths that are no API's."""

    def __init__(
        self, forge: Forge, authority: trustme.CA, others: type[BaseHTTPRequestHandler] | None = None
    ) -> None:
        base = others or BaseHTTPRequestHandler
        handler = type("Handler", (_ForgeHandler, base), {"forge": forge})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self._server.server_address[1]
        self.url = f"https://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _ForgeHandler(BaseHTTPRequestHandler):
    forge: Forge

    def do_GET(self):
        self._take("do_GET")

    def do_POST(self):
        self._take("do_POST")

    def do_PATCH(self):
        self._take("do_PATCH")

    def do_PUT(self):
        self._take("do_PUT")

    def _take(self, method):
        theirs = getattr(super(), method, None)
        if theirs is not None and not self.path.startswith(("/api/", "/hooks/")):
            return theirs()
        forge = self.forge
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        with forge.changed:
            forge.requests.append((self.command, self.path))
            forge.headers.append(headers)
            forge.bodies.append(body)
            forge.changed.notify_all()
        if forge.refusals:
            return self._refuse(forge.refusals.pop(0))
        status, document = forge.answer(self.command, self.path, headers, body)
        return self._send(status, {}, json.dumps(document).encode())

    def _refuse(self, refusal):
        if refusal.waits_for is not None:
            refusal.waits_for.wait(30)
        self._send(refusal.status, refusal.headers, refusal.body)

    def _send(self, status, headers, body):
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the client left, as it may

    def log_message(self, *_arguments):
        """Keep the tests' output clean."""
