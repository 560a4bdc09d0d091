"""The gateway passes on what is not ours, answers what is, and lets faults in between."""

from __future__ import annotations

import asyncio
import json

import pytest

from gitmoxi_local.calls import Reply
from gitmoxi_local.ecs_front import EcsFront
from gitmoxi_local.faults import CallFaultSpec, FaultPlan, Faults
from gitmoxi_local.gateway import Gateway
from gitmoxi_local.journal import Journal
from gitmoxi_local.logs_front import LogsFront
from gitmoxi_local.model_host import ModelHost
from tests.unit.local_cloud.standins import HandClock, Shelf


class Ministack:
    """Answers every request with 200 and remembers it."""

    def __init__(self):
        self.seen = []

    async def __call__(self, scope, receive, send):
        body = b""
        while (message := await receive()).get("body") or message.get("more_body"):
            body += message["body"]
            if not message.get("more_body"):
                break
        self.seen.append((scope, body))
        headers = [(b"date", b"now"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"from": "ministack"}'})

    def targets(self):
        return [dict(scope["headers"]).get(b"x-amz-target", b"").decode() for scope, _ in self.seen]


class Transport:
    """A connection that notes when it is cut."""

    def __init__(self):
        self.cut = False

    def abort(self):
        self.cut = True


class Client:
    """One request's channels, shaped like uvicorn's request cycle."""

    def __init__(self, body):
        self.transport = Transport()
        self.sent = []
        self._messages = [{"type": "http.request", "body": body}]

    async def receive(self):
        return self._messages.pop(0) if self._messages else {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    def reply(self):
        start, *rest = self.sent
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return Reply(status=start["status"], headers=headers, body=b"".join(part["body"] for part in rest))


class ControlStub:
    def answer(self, request):
        return Reply(status=200, headers={}, body=request.path.encode())


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def ministack():
    return Ministack()


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def gateway(tmp_path, faults, ministack, clock):
    host = ModelHost(service="shelf", create=Shelf, clock=clock, publish=lambda _event: None)
    journal = Journal(tmp_path / "journal.jsonl")
    yield Gateway(
        ministack=ministack,
        fronts={"ecs": EcsFront(host, faults), "logs": LogsFront()},
        control=ControlStub(),
        faults=faults,
        journal=journal,
        account_of=lambda _key: "000000000000",
        default_region="us-east-1",
        touched=asyncio.Event(),
    )
    journal.close()


async def ask(gateway, target, document=None, *, service=None, path="/"):
    body = json.dumps(document or {}).encode()
    service = service or {"AmazonEC2ContainerServiceV20141113": "ecs"}.get(target.partition(".")[0], "sqs")
    client = Client(body)
    signed = f"AWS4-HMAC-SHA256 Credential=deployer/20261122/eu-west-1/{service}/aws4_request"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [
            (b"x-amz-target", target.encode()),
            (b"authorization", signed.encode()),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    await gateway(scope, client.receive, client.send)
    return client


def ecs(gateway, operation, document=None):
    return ask(gateway, f"AmazonEC2ContainerServiceV20141113.{operation}", document)


def fault(faults, **spec):
    faults.add(FaultPlan(calls=(CallFaultSpec(**spec),)))


async def test_calls_of_other_services_stream_to_ministack(gateway, ministack):
    client = await ask(gateway, "AmazonSQS.SendMessage", {"QueueUrl": "q"})

    assert client.reply().json() == {"from": "ministack"}
    assert ministack.targets() == ["AmazonSQS.SendMessage"]
    assert gateway.journal.counters == {"sqs.SendMessage": 1}
    assert gateway.journal.entries() == []


async def test_ecs_is_answered_by_the_model(gateway, ministack):
    client = await ecs(gateway, "CreateCluster", {"clusterName": "a"})

    assert client.reply().json()["cluster"]["status"] == "PROVISIONING"
    assert ministack.seen == []


async def test_every_reply_of_ours_carries_a_date(gateway):
    assert (await ecs(gateway, "ListClusters")).reply().headers["date"].endswith("GMT")


async def test_refusals_of_the_model_are_aws_errors(gateway):
    reply = (await ecs(gateway, "DeleteCluster", {"cluster": "a"})).reply()

    assert (reply.status, reply.json()) == (
        400,
        {"__type": "ClientException", "message": "no DeleteCluster here"},
    )


async def test_an_operation_that_ecs_does_not_have_is_unknown(gateway):
    assert (await ecs(gateway, "Melt")).reply().json()["__type"] == "UnknownOperationException"


async def test_calls_in_detail_are_journaled_with_caller_place_and_outcome(gateway):
    await ecs(gateway, "CreateCluster", {"clusterName": "a"})
    await ecs(gateway, "DeleteCluster", {"cluster": "a"})
    await ecs(gateway, "ListClusters")

    first, second, third = gateway.journal.entries()
    assert (first.caller, first.region, first.action) == ("deployer", "eu-west-1", "CreateCluster")
    assert (first.mutation, first.params, first.error) == (True, {"clusterName": "a"}, None)
    assert (second.status, second.error) == (400, "ClientException")
    assert (third.mutation, third.params) == (False, None)


async def test_detail_can_be_switched_on_for_any_service(gateway, ministack):
    gateway.journal.detail = frozenset({"all"})

    client = await ask(gateway, "AmazonSQS.SendMessage", {"QueueUrl": "q"})

    assert client.reply().json() == {"from": "ministack"}
    assert [entry.params for entry in gateway.journal.entries()] == [{"QueueUrl": "q"}]
    assert ministack.seen[0][1] == b'{"QueueUrl": "q"}'


@pytest.mark.parametrize(
    ("kind", "code"),
    [("throttle", "ThrottlingException"), ("deny", "AccessDeniedException"), ("error500", "ServerException")],
)
async def test_a_refusing_fault_keeps_the_call_from_happening(gateway, faults, kind, code):
    fault(faults, service="ecs", action="CreateCluster", kind=kind, times=1)

    refused = (await ecs(gateway, "CreateCluster", {"clusterName": "a"})).reply()

    assert refused.json()["__type"] == code
    assert (await ecs(gateway, "ListClusters")).reply().json() == {"clusterArns": []}
    assert gateway.journal.entries()[0].fault == "fault-1"


async def test_a_refusing_fault_keeps_streaming_calls_from_happening_too(gateway, faults, ministack):
    fault(faults, service="sqs", kind="deny")

    reply = (await ask(gateway, "AmazonSQS.SendMessage")).reply()

    assert reply.json()["__type"] == "AccessDeniedException"
    assert ministack.seen == []
    assert gateway.journal.counters["sqs.SendMessage!403"] == 1


async def test_a_dropped_reply_leaves_the_call_applied(gateway, faults):
    fault(faults, service="ecs", action="CreateCluster", kind="drop_reply", times=1)

    client = await ecs(gateway, "CreateCluster", {"clusterName": "a"})

    assert client.transport.cut
    assert client.sent == []
    assert (await ecs(gateway, "ListClusters")).reply().json() == {"clusterArns": ["a"]}
    assert not gateway.journal.entries()[0].replied


async def test_a_dropped_reply_of_ministack_leaves_the_call_applied(gateway, faults, ministack):
    fault(faults, service="sqs", kind="drop_reply", times=1)

    client = await ask(gateway, "AmazonSQS.SendMessage")

    assert client.transport.cut
    assert client.sent == []
    assert ministack.targets() == ["AmazonSQS.SendMessage"]


async def test_a_slow_reply_comes_after_the_call_was_journaled(gateway, faults):
    fault(faults, service="ecs", kind="slow", seconds=30, times=1)

    asking = asyncio.create_task(ecs(gateway, "CreateCluster", {"clusterName": "a"}))
    async with asyncio.timeout(5):
        while not gateway.journal.entries():  # noqa: ASYNC110  # bounded; the journal has no event to wait on
            await asyncio.sleep(0)

    assert not asking.done()
    asking.cancel()


async def test_a_stale_read_shows_the_past(gateway, faults, clock):
    fault(faults, service="ecs", action="List*", kind="stale", seconds=30)
    await ecs(gateway, "CreateCluster", {"clusterName": "a"})
    clock.forward(10)
    assert (await ecs(gateway, "ListClusters")).reply().json() == {"clusterArns": []}

    clock.forward(30)
    assert (await ecs(gateway, "ListClusters")).reply().json() == {"clusterArns": ["a"]}


async def test_embedded_metrics_become_metrics(gateway, ministack):
    directive = {"Namespace": "N", "Dimensions": [[]], "Metrics": [{"Name": "n"}]}
    message = json.dumps({"_aws": {"CloudWatchMetrics": [directive]}, "n": 1})

    await ask(
        gateway,
        "Logs_20140328.PutLogEvents",
        {"logEvents": [{"timestamp": 1, "message": message}]},
        service="logs",
    )

    assert ministack.targets() == [
        "Logs_20140328.PutLogEvents",
        "GraniteServiceVersion20100801.PutMetricData",
    ]
    scope, body = ministack.seen[1]
    assert json.loads(body)["MetricData"][0]["Value"] == 1
    assert b"/monitoring/" in dict(scope["headers"])[b"authorization"]


async def test_plain_log_events_make_no_metrics(gateway, ministack):
    await ask(gateway, "Logs_20140328.PutLogEvents", {"logEvents": [{"message": "hello"}]}, service="logs")

    assert ministack.targets() == ["Logs_20140328.PutLogEvents"]


async def test_the_control_api_is_reached_by_its_path(gateway, ministack):
    assert (await ask(gateway, "", path="/_gitmoxi/health")).reply().body == b"/_gitmoxi/health"
    assert ministack.seen == []


async def test_mutations_wake_the_autosave_and_reads_do_not(gateway):
    await ecs(gateway, "ListClusters")
    assert not gateway.touched.is_set()

    await ecs(gateway, "CreateCluster", {"clusterName": "a"})
    assert gateway.touched.is_set()
