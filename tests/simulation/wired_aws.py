"""The modelled ECS of a simulation behind a real wire and a scripted STS, for the real clients."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError
from botocore.session import get_session

from gitmoxi_local.json_wire import parse_input, serialised
from tests.simulation.in_process_aws import InProcessAws

STS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'


@dataclass(slots=True)
class WiredAws:
    """A server on the loopback: ``AssumeRole`` is answered here, ECS by ``models``.

    Attributes:
        lasts: how long the next sessions live.
        sessions: access key ids of the sessions that were given out, in order.
        signers: the access key id of each call of ECS that was carried out.
        expires: calls of ECS (from 1) that are refused as signed by an expired session.
    """

    models: InProcessAws
    lasts: timedelta = timedelta(minutes=1)
    sessions: list[str] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)
    expires: frozenset[int] = frozenset()
    asked: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until the client closes it."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().strip()
                headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:])
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status, text = await self._answer(headers, body, head)
                writer.write(f"HTTP/1.1 {status} -\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
                await writer.drain()
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()

    async def _answer(self, headers: Mapping[str, str], body: bytes, head: str) -> tuple[int, str]:
        if "x-amz-target" not in headers:
            return 200, self._assumed()
        self.asked += 1
        signer = head.partition("Credential=")[2].partition("/")[0]
        if self.asked in self.expires:
            return _refusal("ExpiredTokenException", "The security token included in the request is expired")
        operation = head.partition("AmazonEC2ContainerServiceV20141113.")[2].split()[0]
        model = get_session().get_service_model("ecs").operation_model(operation)
        try:
            answer = await self.models.call("ecs", operation, parse_input(model, body))
        except ClientError as error:
            return _refusal(error.response["Error"]["Code"], error.response["Error"]["Message"])
        self.signers.append(signer)
        return 200, json.dumps(serialised(model, answer))

    def _assumed(self) -> str:
        self.sessions.append(f"SESSION{len(self.sessions) + 1}")
        expires = (datetime.now(UTC) + self.lasts).isoformat()
        return (
            f"<AssumeRoleResponse {STS}><AssumeRoleResult><Credentials>"
            f"<AccessKeyId>{self.sessions[-1]}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
            f"<SessionToken>t</SessionToken><Expiration>{expires}</Expiration>"
            "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
        )


def _refusal(code: str, message: str) -> tuple[int, str]:
    return 400, json.dumps({"__type": code, "message": message})
