"""The local cloud's base as a process, and AWS in memory: the same questions go to both."""

import os
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import pytest
from aiobotocore.session import AioSession

from faststream_sqs.clients import session_clients
from tests.unit.faststream_sqs.fake_aws import DLQ_URL, QUEUE_URL, FakeAws
from tests.unit.faststream_sqs.fake_clock import FakeClock

REGION = "eu-west-1"


@dataclass(frozen=True)
class Endpoint:
    """Where the emulator listens, and keys made for this run."""

    url: str
    access_key: str
    secret_key: str

    def session(self) -> AioSession:
        session = AioSession()
        session.set_credentials(self.access_key, self.secret_key)
        return session


@dataclass(frozen=True)
class Service:
    """Clients of one implementation, and two empty queues."""

    sqs: Any
    events: Any
    queue_url: str
    dlq_url: str


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(port: int, process: subprocess.Popen[bytes], within_seconds: float = 30) -> None:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the process ended before it listened"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port} after {within_seconds} s")


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        cwd=tmp_path_factory.mktemp("emulator"),
        env=os.environ | {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "PERSIST_STATE": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process)
        yield Endpoint(f"http://127.0.0.1:{port}", secrets.token_hex(10).upper(), secrets.token_hex(20))
    finally:
        process.terminate()
        process.wait(timeout=10)


async def create_queues(sqs: Any) -> tuple[str, str]:
    name = f"work-{secrets.token_hex(4)}"
    created = [await sqs.create_queue(QueueName=name), await sqs.create_queue(QueueName=f"{name}-dlq")]
    return created[0]["QueueUrl"], created[1]["QueueUrl"]


@pytest.fixture(params=["memory", "emulator"])
async def service(request):
    if request.param == "memory":
        aws = FakeAws(FakeClock())
        yield Service(aws.sqs, aws.events, QUEUE_URL, DLQ_URL)
        return
    endpoint = request.getfixturevalue("emulator")
    clients = session_clients(session=endpoint.session(), region=REGION, endpoint_url=endpoint.url)
    async with clients("sqs") as sqs, clients("events") as events:
        yield Service(sqs, events, *await create_queues(sqs))
