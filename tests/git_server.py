"""A real Git server on loopback: TLS with an authority made at run time, Git's CGI behind it, faults at will.

Used by contract, security and end-to-end tests, and by the benchmarks::

    with GitHosting(folder) as hosting:
        commit = hosting.repository("acme/web").commit("main", {"a": b"1"})
        hosting.url("acme/web")      # https://127.0.0.1:PORT/acme/web.git
        hosting.ca_file              # for GITMOXI_GIT_CA_FILE
        hosting.behaviour.password = "..."
"""

from __future__ import annotations

import base64
import datetime as dt
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

from tests.git_cli import GitCli, environment

PACK = "/git-upload-pack"
"""How the path of the request that fetches a pack ends; the first one ends in ``/info/refs``."""


@dataclass
class Behaviour:
    """What the server does with the next requests, and what it was asked.

    Attributes:
        password: Basic authentication wants it, whatever the user's name; None: everybody may read.
        accepts: more passwords that are let in, or refused, decided when the request comes.
        status: every request is answered so.
        location: every request is redirected to this origin, its path kept.
        location_of: paths that were renamed: requests below the old one are redirected to the new one.
        say: the first line of references is this error, as ``git`` servers word theirs.
        slow_seconds: every answer is so late.
        drip_seconds: a byte each so many seconds, without end.
        endless: a pack without end.
        keep_bytes: of a pack's answer, only so many are sent before the connection is cut.
        hold: while it is not set, answers with packs wait.
        holding: set while an answer waits for ``hold``.
    """

    password: str | None = None
    accepts: Callable[[str], bool] | None = None
    status: int | None = None
    location: str | None = None
    location_of: dict[str, str] = field(default_factory=dict)
    say: Callable[[str], str] | None = None
    slow_seconds: float = 0.0
    drip_seconds: float | None = None
    endless: bool = False
    keep_bytes: int | None = None
    hold: threading.Event = field(default_factory=threading.Event)
    holding: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)
    authorizations: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hold.set()

    @property
    def fetches(self) -> int:
        """How many packs were asked for."""
        return sum(path.endswith(PACK) for path in self.paths)

    @property
    def listings(self) -> int:
        """How often the branches were asked for."""
        return sum("/info/refs" in path for path in self.paths)


class Authority:
    """A certificate authority of its own, and certificates by it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._authority = trustme.CA()
        self.ca_file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.ca_file))

    def context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """A server's TLS, with a certificate for the names (default: loopback's)."""
        yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        certificate = self._authority.issue_cert(
            *(names or ("127.0.0.1", "localhost", "::1")), not_after=yesterday if expired else None
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context


class GitHttpsServer:
    """Serves the bare repositories in a folder; ``origin`` ends without a slash."""

    def __init__(self, folder: Path, context: ssl.SSLContext) -> None:
        self.behaviour = Behaviour()
        handler = type("Handler", (_Handler,), {"folder": folder, "behaviour": self.behaviour})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port: int = self._server.server_address[1]
        self.origin = f"https://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self.behaviour.closing.set()
        self.behaviour.hold.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()


class GitHosting(GitHttpsServer):
    """A server with its own authority and repositories that are made on the spot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "hosting"
        self.folder.mkdir(parents=True)
        self.authority = Authority(folder / "authority")
        self.ca_file = self.authority.ca_file
        self._repositories: dict[str, GitCli] = {}
        super().__init__(self.folder, self.authority.context())

    def url(self, name: str) -> str:
        """As people register it."""
        return f"{self.origin}/{name}.git"

    def repository(self, name: str) -> GitCli:
        """Made when it is asked for first."""
        if name not in self._repositories:
            work = self.folder.with_name("work") / name
            self._repositories[name] = GitCli(work)
            served = self.folder / f"{name}.git"
            served.parent.mkdir(parents=True, exist_ok=True)
            served.symlink_to(work / ".git")
        return self._repositories[name]

    def remove(self, name: str) -> None:
        """As somebody deletes a repository."""
        (self.folder / f"{name}.git").unlink()
        shutil.rmtree(self._repositories.pop(name).folder)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Clients that leave, or trust us not, are what tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    behaviour: Behaviour

    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def _answer(self):
        behaviour = self.behaviour
        behaviour.paths.append(self.path)
        given = self.headers.get("Authorization", "")
        behaviour.authorizations.append(given)
        body = self._body()
        behaviour.closing.wait(behaviour.slow_seconds)
        if behaviour.location is not None:
            return self._refuse(302, Location=behaviour.location + self.path)
        for old, new in behaviour.location_of.items():
            if self.path.startswith(old):
                return self._refuse(301, Location=new + self.path.removeprefix(old))
        if behaviour.status is not None:
            return self._refuse(behaviour.status)
        if not self._lets_in(_password(given)):
            return self._refuse(401, **{"WWW-Authenticate": 'Basic realm="git"'})
        if behaviour.say is not None:
            return self._say(behaviour.say(given))
        if behaviour.drip_seconds is not None:
            return self._drip(behaviour.drip_seconds)
        return self._run_git(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _lets_in(self, password: str | None) -> bool:
        behaviour = self.behaviour
        if behaviour.accepts is not None:
            return password is not None and behaviour.accepts(password)
        return behaviour.password is None or password == behaviour.password

    def _refuse(self, status, **headers):
        self._head(status, {**headers, "Content-Length": "0"})

    def _head(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _say(self, message):
        line = f"ERR {message}\n".encode()
        body = b"001e# service=git-upload-pack\n0000" + b"%04x" % (len(line) + 4) + line
        self._head(
            200,
            {
                "Content-Type": "application/x-git-upload-pack-advertisement",
                "Content-Length": str(len(body)),
            },
        )
        self.wfile.write(body)

    def _drip(self, seconds):
        """Announce a large packet, and send it byte by byte until the client leaves."""
        self._head(
            200,
            {"Content-Type": "application/x-git-upload-pack-advertisement", "Content-Length": "100000"},
        )
        self.close_connection = True
        with suppress(OSError):
            self.wfile.write(b"001e# service=git-upload-pack\n0000fff0")
            while not self.behaviour.closing.wait(seconds):
                self.wfile.write(b"1")

    def _run_git(self, body):
        path, _, query = self.path.partition("?")
        finished = subprocess.run(
            ["git", "http-backend"],
            check=True,
            input=body,
            capture_output=True,
            env={
                **environment(),
                "GIT_PROJECT_ROOT": str(self.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            },
        )
        head, _, content = finished.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200").split()[0])
        if path.endswith(PACK):
            self._wait()
            return self._send_pack(status, headers, content)
        self._head(status, {**headers, "Content-Length": str(len(content))})
        return self.wfile.write(content)

    def _wait(self):
        if not self.behaviour.hold.is_set():
            self.behaviour.holding.set()
            self.behaviour.hold.wait()

    def _send_pack(self, status, headers, content):
        behaviour = self.behaviour
        if not behaviour.endless and behaviour.keep_bytes is None:
            self._head(status, {**headers, "Content-Length": str(len(content))})
            self.wfile.write(content)
            return
        self.close_connection = True
        self._head(status, {**headers, "Content-Length": str(1 << 40)})
        if behaviour.keep_bytes is not None:
            self.wfile.write(content[: behaviour.keep_bytes])
            return
        progress = b"0fff\x02" + b"." * (0x0FFF - 5)
        with suppress(OSError):
            self.wfile.write(b"0008NAK\n")
            while not behaviour.closing.is_set():
                self.wfile.write(progress * 64)

    def log_message(self, *_arguments):
        """Keep the tests' output clean."""


def _password(authorization):
    scheme, _, encoded = authorization.partition(" ")
    return base64.b64decode(encoded).decode().partition(":")[2] if scheme == "Basic" else None
