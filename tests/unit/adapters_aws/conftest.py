"""A server on the loopback that answers AWS's clients with what a test scripts."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import pytest

from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.adapters.aws.sessions import AwsClients, AwsClientSettings
from gitmoxi.adapters.memory.clock import FakeClock

OWN_ACCOUNT = "1" * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def operation(self) -> str:
        return self.headers.get("x-amz-target", "").rpartition(".")[2]


class Silence(Enum):
    """What takes the place of an answer."""

    HANG_UP = auto()
    STALL = auto()


@dataclass(slots=True)
class CannedAws:
    """Gives its answers in turn: a document, an error, or no answer at all."""

    endpoint: str = ""
    received: list[Received] = field(default_factory=list)
    _answers: list[tuple[int, str] | Silence] = field(default_factory=list)

    def answer(self, document: Mapping[str, Any] | str, *, status: int = 200) -> CannedAws:
        text = document if isinstance(document, str) else json.dumps(document)
        self._answers.append((status, text))
        return self

    def refuse(self, code: str, message: str = "", *, status: int = 400) -> CannedAws:
        return self.answer({"__type": code, "message": message, "Type": "User"}, status=status)

    def hang_up(self) -> CannedAws:
        """Take the next request and close the connection."""
        self._answers.append(Silence.HANG_UP)
        return self

    def stall(self) -> CannedAws:
        """Take the next request and say nothing until the caller gives up."""
        self._answers.append(Silence.STALL)
        return self

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await _head(reader):
                line, *fields = head.splitlines()
                headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in fields)}
                if headers.get("expect") == "100-continue":  # as S3's clients ask before they send
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, path, _ = line.split()
                self.received.append(Received(method=method, path=path, headers=headers, body=body.decode()))
                answer = self._answers.pop(0)
                if isinstance(answer, Silence):
                    if answer is Silence.STALL:
                        await reader.read()
                    return
                writer.write(_response(*answer))
                await writer.drain()
        finally:
            writer.close()


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode().strip()
    except asyncio.IncompleteReadError:
        return ""


def _response(status: int, text: str) -> bytes:
    code = json.loads(text).get("__type", "") if text.startswith("{") else ""
    head = [
        f"HTTP/1.1 {status} -",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
        *([f"x-amzn-errortype: {code}"] if code else []),
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + text).encode()


@pytest.fixture
async def aws(monkeypatch, tmp_path) -> AsyncIterator[CannedAws]:
    canned = CannedAws()
    server = await asyncio.start_server(canned.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    canned.endpoint = f"http://{host}:{port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", canned.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", secrets.token_hex(8))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secrets.token_hex(8))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    yield canned
    server.close()


@pytest.fixture
async def clients(aws: CannedAws) -> AsyncIterator[AwsClients]:
    async with AwsClients(AwsClientSettings(region="eu-central-1", account=OWN_ACCOUNT)) as clients:
        yield clients


@pytest.fixture
def limits() -> RateLimits:
    return RateLimits(FakeClock())
