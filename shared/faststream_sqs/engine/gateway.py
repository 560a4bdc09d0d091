"""The SQS calls of one queue: one method per call, typed results, no decisions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from faststream_sqs.engine.clock import Clock
from faststream_sqs.engine.delivery import Delivery
from faststream_sqs.engine.envelope import unwrap

if TYPE_CHECKING:
    from types_aiobotocore_sqs import SQSClient
    from types_aiobotocore_sqs.type_defs import (
        BatchResultErrorEntryTypeDef,
        MessageAttributeValueTypeDef,
        MessageTypeDef,
    )

CALL_TIMEOUT_SECONDS = 10
"""More than a healthy call ever takes; a hung one must not silence the heartbeat for a visibility timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFailure:
    """One failed entry of a batch call.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html
    """

    code: str
    message: str
    is_final: bool
    """Repeating the entry unchanged cannot help (the sender's fault, throttling excepted)."""


class QueueGateway:
    """One queue's calls, each bounded in time.

    Every method lets botocore's errors and `TimeoutError` through.
    """

    def __init__(self, *, client: "SQSClient", queue_url: str, clock: Clock) -> None:
        self._client = client
        self._queue_url = queue_url
        self._clock = clock

    async def receive(
        self, *, max_messages: int, wait_seconds: int, visibility_seconds: int
    ) -> list[Delivery]:
        """Long-polls for 1 to 10 messages.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
        """
        async with asyncio.timeout(wait_seconds + CALL_TIMEOUT_SECONDS):
            response = await self._client.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=max_messages,
                WaitTimeSeconds=wait_seconds,
                VisibilityTimeout=visibility_seconds,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
        now = self._clock.now()
        return [self._delivery(message, now) for message in response.get("Messages", [])]

    async def delete(self, receipt_handles: Sequence[str]) -> dict[int, EntryFailure]:
        """Deletes up to ten messages; returns the failed ones by their index.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html
        """
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            response = await self._client.delete_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": handle}
                    for index, handle in enumerate(receipt_handles)
                ],
            )
        return _failures(response.get("Failed", []))

    async def change_visibility(
        self, receipt_handles: Sequence[str], seconds: int
    ) -> dict[int, EntryFailure]:
        """Sets the visibility timeout of up to ten messages, from now; returns the failed ones by index.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html
        """
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            response = await self._client.change_message_visibility_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
                    for index, handle in enumerate(receipt_handles)
                ],
            )
        return _failures(response.get("Failed", []))

    async def send(
        self, *, body: str, attributes: Mapping[str, "MessageAttributeValueTypeDef"], delay_seconds: int = 0
    ) -> str:
        """Sends one message and returns its id.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
        """
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            response = await self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=body,
                MessageAttributes=attributes,
                DelaySeconds=delay_seconds,
            )
        return response["MessageId"]

    def _delivery(self, message: "MessageTypeDef", now: datetime) -> Delivery:
        system = message.get("Attributes", {})
        attributes = message.get("MessageAttributes", {})
        body = message["Body"]
        return Delivery(
            queue_url=self._queue_url,
            message_id=message["MessageId"],
            receipt_handle=message["ReceiptHandle"],
            receive_count=int(system["ApproximateReceiveCount"]),
            sent_at=datetime.fromtimestamp(int(system["SentTimestamp"]) / 1000, UTC),
            received_at=now,
            body=body,
            message_attributes=attributes,
            envelope=unwrap(body, string_attributes(attributes)),
        )


def string_attributes(attributes: Mapping[str, Any]) -> dict[str, str]:
    """The values of those message attributes that are strings."""
    return {name: value["StringValue"] for name, value in attributes.items() if "StringValue" in value}


def _failures(entries: Sequence["BatchResultErrorEntryTypeDef"]) -> dict[int, EntryFailure]:
    return {
        int(entry["Id"]): EntryFailure(
            code=entry["Code"],
            message=entry.get("Message", ""),
            is_final=entry["SenderFault"] and "Throttl" not in entry["Code"],
        )
        for entry in entries
    }
