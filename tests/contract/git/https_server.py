"""A Git server on loopback: TLS with its own authority, Git's CGI behind it, and faults at will."""

from __future__ import annotations

import base64
import os
import ssl
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Behaviour:
    """What the server does with the next requests."""

    password: str | None = None
    status: int | None = None
    location: str | None = None
    drip_seconds: float | None = None
    stop_dripping: threading.Event = field(default_factory=threading.Event)
    authorizations: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


class GitHttpsServer:
    """Serves the repositories in a folder; ``url`` ends without a slash."""

    def __init__(self, folder: Path, certificate: Path, key: Path):
        self.behaviour = Behaviour()
        handler = type("Handler", (_Handler,), {"folder": folder, "behaviour": self.behaviour})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self.behaviour.stop_dripping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
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
        if behaviour.location is not None:
            return self._refuse(302, Location=behaviour.location + self.path)
        if behaviour.drip_seconds is not None:
            return self._drip(behaviour.drip_seconds)
        if behaviour.status is not None:
            return self._refuse(behaviour.status)
        if behaviour.password is not None and not _carries(given, behaviour.password):
            return self._refuse(401, **{"WWW-Authenticate": 'Basic realm="git"'})
        return self._run_git()

    def _refuse(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self, seconds):
        """Announce a large packet, and send it byte by byte until the client leaves."""
        self.send_response(200)
        self.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(b"001e# service=git-upload-pack\n0000fff0")
            while not self.behaviour.stop_dripping.wait(seconds):
                self.wfile.write(b"1")

    def _run_git(self):
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
        }
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        finished = subprocess.run(
            ["git", "http-backend"], check=True, input=body, capture_output=True, env=environment
        )
        head, _, content = finished.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments):
        """Keep the tests' output clean."""


def _carries(authorization, password):
    scheme, _, encoded = authorization.partition(" ")
    return scheme == "Basic" and base64.b64decode(encoded).decode().partition(":")[2] == password


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A fresh certificate for loopback that is its own authority, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += [
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
    ]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key
