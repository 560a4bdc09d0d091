"""`faststream run` with real clients: work arrives, probes answer, and SIGTERM drains."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from faststream_sqs.clients import session_clients
from tests.contract.faststream_sqs.conftest import REGION, create_queues, free_port, wait_for_port

pytestmark = pytest.mark.e2e


class Application:
    """The process, its queues, and what it reports."""

    def __init__(self, process: subprocess.Popen[bytes], sqs: Any, work_url: str, report_url: str, port: int):
        self.process, self.sqs = process, sqs
        self.work_url, self.report_url, self.port = work_url, report_url, port

    async def send(self, body: str) -> str:
        response = await self.sqs.send_message(QueueUrl=self.work_url, MessageBody=body)
        return response["MessageId"]

    async def report(self) -> dict[str, Any]:
        """The next message of the report queue."""
        for _ in range(3):
            response = await self.sqs.receive_message(
                QueueUrl=self.report_url,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=20,
                MessageAttributeNames=["All"],
            )
            for message in response.get("Messages", []):
                await self.sqs.delete_message(
                    QueueUrl=self.report_url, ReceiptHandle=message["ReceiptHandle"]
                )
                return message
        raise AssertionError("nothing was reported")

    async def left(self) -> tuple[int, int]:
        """How many messages are visible, and how many in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        response = await self.sqs.get_queue_attributes(QueueUrl=self.work_url, AttributeNames=names)
        visible, in_flight = (int(response["Attributes"][name]) for name in names)
        return visible, in_flight

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def run(name: str, port: int, **environment: str) -> subprocess.Popen[bytes]:
    serve = ["--host", "127.0.0.1", "--port", str(port)] if name == "asgi_app" else []
    return subprocess.Popen(
        [sys.executable, "-m", "faststream", "run", f"run_app:{name}", *serve],
        cwd=Path(__file__).parent,
        env=os.environ | environment,
    )


@pytest.fixture
async def start(emulator):
    clients = session_clients(session=emulator.session(), region=REGION, endpoint_url=emulator.url)
    started: list[subprocess.Popen[bytes]] = []
    async with clients("sqs") as sqs:

        async def start(name: str) -> Application:
            work_url, report_url = await create_queues(sqs)
            port = free_port()
            process = run(
                name,
                port,
                WORK_URL=work_url,
                REPORT_URL=report_url,
                ENDPOINT_URL=emulator.url,
                ACCESS_KEY=emulator.access_key,
                SECRET_KEY=emulator.secret_key,
            )
            started.append(process)
            return Application(process, sqs, work_url, report_url, port)

        yield start
    for process in started:
        process.kill()
        process.wait()


def work(seconds: float) -> str:
    return json.dumps({"detail-type": "work.v1", "source": "shop", "detail": {"seconds": seconds}})


@pytest.mark.parametrize("name", ["app", "asgi_app"])
async def test_scenario_44_running_work_ends_before_the_process_does(start, name):
    application = await start(name)
    message_id = await application.send(work(seconds=1.5))
    assert json.loads((await application.report())["Body"]) == {"started": message_id}

    # uvicorn raises the signal again once it has shut down.
    assert application.terminate() in {0, -signal.SIGTERM}

    assert json.loads((await application.report())["Body"]) == {"ended": message_id}
    assert await application.left() == (0, 0)


async def test_scenario_17_poison_is_dead_lettered_and_the_queue_flows_on(start):
    application = await start("app")
    await application.send("not json")
    buried = await application.report()
    message_id = await application.send(work(seconds=0))

    assert buried["Body"] == "not json"
    assert buried["MessageAttributes"]["DeadLetterReason"]["StringValue"].startswith("the body is not JSON")
    assert json.loads((await application.report())["Body"]) == {"started": message_id}


async def test_probes_answer(start):
    application = await start("asgi_app")
    await application.send(work(seconds=0))
    await application.report()
    wait_for_port(application.port, application.process)

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{application.port}") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
