"""SQS and EventBridge in memory, behind clients that check every request against botocore's models."""

import asyncio
import functools
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import validate_parameters

from faststream_sqs.engine.clock import first_of
from tests.unit.faststream_sqs.fake_clock import START, FakeClock

QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/work"
DLQ_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/work-dlq"
MAX_MESSAGE_BYTES = 1024 * 1024


@functools.cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def client_error(operation: str, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} by the fake"}}, operation)


@dataclass
class StoredMessage:
    message_id: str
    body: str
    attributes: Mapping[str, Any]
    sent_at: float
    visible_at: float
    receives: int = 0

    @property
    def handle(self) -> str:
        return f"{self.message_id}/{self.receives}"


@dataclass
class Fault:
    """What goes wrong with one call: an error, failed entries, or a gate to wait at."""

    error: Exception | None = None
    entry_code: str | None = None
    sender_fault: bool = False
    entries: Callable[[int], bool] = field(default=lambda index: True)
    gate: asyncio.Event | None = None


class FakeClient:
    """Validation, a journal and faults for both services."""

    def __init__(self, service: str) -> None:
        self._service = service
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)

    def fail(self, operation: str, fault: Fault, *, times: int = 1) -> None:
        self.faults[operation].extend([fault] * times)

    def requests(self, operation: str) -> list[dict[str, Any]]:
        return [request for name, request in self.calls if name == operation]

    async def _enter(self, operation: str, request: dict[str, Any]) -> Fault:
        validate_parameters(request, _model(self._service).operation_model(operation).input_shape)
        self.calls.append((operation, request))
        fault = self.faults[operation].popleft() if self.faults[operation] else Fault()
        if fault.gate:
            await fault.gate.wait()
        if fault.error:
            raise fault.error
        return fault

    def _leave(self, operation: str, response: dict[str, Any]) -> dict[str, Any]:
        validate_parameters(response, _model(self._service).operation_model(operation).output_shape)
        return response


class FakeSQS(FakeClient):
    """Standard queues with visibility timeouts, delays, receipt handles and batch results."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__("sqs")
        self._clock = clock
        self._queues: dict[str, list[StoredMessage]] = {QUEUE_URL: [], DLQ_URL: []}
        self._arrived = asyncio.Event()
        self._sequence = 0

    def put(self, body: str, *, url: str = QUEUE_URL, receives: int = 0, attributes: Any = None) -> str:
        message = self._store(url, body, attributes or {}, delay=0)
        message.receives = receives
        return message.message_id

    def messages(self, url: str = QUEUE_URL) -> list[StoredMessage]:
        return self._queues[url]

    def find(self, message_id: str) -> StoredMessage:
        return next(m for queue in self._queues.values() for m in queue if m.message_id == message_id)

    def visible(self, url: str = QUEUE_URL) -> list[StoredMessage]:
        return [m for m in self._queues[url] if m.visible_at <= self._clock.monotonic()]

    async def receive_message(self, **request: Any) -> dict[str, Any]:
        await self._enter("ReceiveMessage", request)
        deadline = self._clock.monotonic() + request["WaitTimeSeconds"]
        while True:
            found = self.visible(request["QueueUrl"])[: request["MaxNumberOfMessages"]]
            if found or self._clock.monotonic() >= deadline:
                break
            await self._arrival_or(deadline, request["QueueUrl"])
        received = [self._receive(message, request["VisibilityTimeout"]) for message in found]
        return self._leave("ReceiveMessage", {"Messages": received} if received else {})

    async def delete_message_batch(self, **request: Any) -> dict[str, Any]:
        fault = await self._enter("DeleteMessageBatch", request)
        queue = self._queues[request["QueueUrl"]]

        def delete(entry: dict[str, Any]) -> str | None:
            for message in queue:
                if message.handle == entry["ReceiptHandle"]:
                    queue.remove(message)
            # An old handle succeeds without deleting, as on AWS.
            return None

        return self._batch("DeleteMessageBatch", request["Entries"], fault, delete)

    async def change_message_visibility_batch(self, **request: Any) -> dict[str, Any]:
        fault = await self._enter("ChangeMessageVisibilityBatch", request)
        now = self._clock.monotonic()

        def change(entry: dict[str, Any]) -> str | None:
            for message in self._queues[request["QueueUrl"]]:
                if message.handle == entry["ReceiptHandle"] and message.visible_at > now:
                    message.visible_at = now + entry["VisibilityTimeout"]
                    self._arrived.set()
                    return None
            return "InvalidParameterValue"

        return self._batch("ChangeMessageVisibilityBatch", request["Entries"], fault, change)

    async def send_message(self, **request: Any) -> dict[str, Any]:
        await self._enter("SendMessage", request)
        attributes = request.get("MessageAttributes", {})
        if len(attributes) > 10 or not request["MessageBody"]:
            raise client_error("SendMessage", "InvalidParameterValue")
        size = len(request["MessageBody"].encode()) + sum(
            len(name) + len(value.get("StringValue", "")) + len(value["DataType"])
            for name, value in attributes.items()
        )
        if size > MAX_MESSAGE_BYTES or request.get("DelaySeconds", 0) > 900:
            raise client_error("SendMessage", "InvalidParameterValue")
        stored = self._store(
            request["QueueUrl"], request["MessageBody"], attributes, delay=request.get("DelaySeconds", 0)
        )
        return self._leave("SendMessage", {"MessageId": stored.message_id})

    def _store(self, url: str, body: str, attributes: Mapping[str, Any], *, delay: float) -> StoredMessage:
        self._sequence += 1
        now = self._clock.monotonic()
        message = StoredMessage(f"message-{self._sequence}", body, attributes, now, now + delay)
        self._queues[url].append(message)
        self._arrived.set()
        return message

    def _receive(self, message: StoredMessage, visibility: int) -> dict[str, Any]:
        message.receives += 1
        message.visible_at = self._clock.monotonic() + visibility
        return {
            "MessageId": message.message_id,
            "ReceiptHandle": message.handle,
            "Body": message.body,
            "Attributes": {
                "ApproximateReceiveCount": str(message.receives),
                "SentTimestamp": str(int((START.timestamp() + message.sent_at) * 1000)),
            },
            "MessageAttributes": dict(message.attributes),
        }

    async def _arrival_or(self, deadline: float, url: str) -> None:
        now = self._clock.monotonic()
        wake_at = min([deadline, *(m.visible_at for m in self._queues[url] if m.visible_at > now)])
        self._arrived.clear()
        await first_of(self._arrived.wait(), self._clock.sleep(wake_at - now))

    def _batch(
        self,
        operation: str,
        entries: Sequence[dict[str, Any]],
        fault: Fault,
        act: Callable[[dict[str, Any]], str | None],
    ) -> dict[str, Any]:
        if len(entries) > 10 or len({entry["Id"] for entry in entries}) < len(entries) or not entries:
            raise client_error(operation, "TooManyEntriesInBatchRequest")
        failed, successful = [], []
        for index, entry in enumerate(entries):
            injected = fault.entry_code if fault.entry_code and fault.entries(index) else None
            code = injected or act(entry)
            if code is None:
                successful.append({"Id": entry["Id"]})
            else:
                sender_fault = fault.sender_fault if injected else True
                failed.append({"Id": entry["Id"], "Code": code, "SenderFault": sender_fault})
        return self._leave(operation, {"Successful": successful, "Failed": failed})


class FakeEvents(FakeClient):
    """An event bus that remembers; the faults' `entries` choose by index within the call."""

    def __init__(self) -> None:
        super().__init__("events")
        self.taken: list[dict[str, Any]] = []

    async def put_events(self, **request: Any) -> dict[str, Any]:
        fault = await self._enter("PutEvents", request)
        if len(request["Entries"]) > 10:
            raise client_error("PutEvents", "ValidationException")
        results: list[dict[str, Any]] = []
        for index, entry in enumerate(request["Entries"]):
            if fault.entry_code and fault.entries(index):
                results.append({"ErrorCode": fault.entry_code, "ErrorMessage": "by the fake"})
            else:
                self.taken.append(entry)
                results.append({"EventId": f"event-{len(self.taken)}"})
        failed = sum("ErrorCode" in result for result in results)
        return self._leave("PutEvents", {"FailedEntryCount": failed, "Entries": results})


class FakeAws:
    """Both services and the factory that hands their clients to a broker."""

    def __init__(self, clock: FakeClock) -> None:
        self.sqs = FakeSQS(clock)
        self.events = FakeEvents()
        self.opened: list[str] = []
        self.closed: list[str] = []

    @asynccontextmanager
    async def client(self, service: str):
        self.opened.append(service)
        yield {"sqs": self.sqs, "events": self.events}[service]
        self.closed.append(service)
