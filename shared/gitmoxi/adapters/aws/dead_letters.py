"""Dead-letter queues in SQS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.dead_letter_attributes import own_attributes
from gitmoxi.domain.states import Worker
from gitmoxi.ports.dead_letters import DeadLetter, QueueDepth

if TYPE_CHECKING:
    from types_aiobotocore_sqs import SQSClient
    from types_aiobotocore_sqs.type_defs import MessageTypeDef

MOST_AT_ONCE = 10
"""The most messages of one ``ReceiveMessage`` or ``ChangeMessageVisibilityBatch``."""

_WAIT_SECONDS = 1
"""Short polling asks some of SQS's servers only and may miss a message; waiting at all asks every one."""

_TEXT = "String"


class SqsDeadLetters:
    """Queues by the URLs that ``queue_url`` and ``dlq_url`` tell for a worker."""

    def __init__(
        self, client: SQSClient, *, queue_url: Callable[[Worker], str], dlq_url: Callable[[Worker], str]
    ) -> None:
        self._client = client
        self._queue_url = queue_url
        self._dlq_url = dlq_url

    async def depth(self, worker: Worker) -> QueueDepth:
        return await self._depth(self._dlq_url(worker))

    async def work_depth(self, worker: Worker) -> QueueDepth:
        return await self._depth(self._queue_url(worker))

    async def receive(self, worker: Worker, *, hold_seconds: int) -> list[DeadLetter]:
        async with aws_errors("sqs:ReceiveMessage", mutation=False):
            answer = await self._client.receive_message(
                QueueUrl=self._dlq_url(worker),
                MaxNumberOfMessages=MOST_AT_ONCE,
                VisibilityTimeout=hold_seconds,
                WaitTimeSeconds=_WAIT_SECONDS,
                MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
                MessageAttributeNames=["All"],
            )
        return [_letter(message) for message in answer.get("Messages", [])]

    async def release(self, worker: Worker, letters: Sequence[DeadLetter]) -> None:
        # Entries that fail are those whose hold has ended, and they are shown already.
        async with aws_errors("sqs:ChangeMessageVisibility", mutation=False):
            await self._client.change_message_visibility_batch(
                QueueUrl=self._dlq_url(worker),
                Entries=[
                    {"Id": str(number), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                    for number, letter in enumerate(letters)
                ],
            )

    async def send_back(self, worker: Worker, letter: DeadLetter) -> None:
        own = own_attributes(letter.attributes)
        async with aws_errors("sqs:SendMessage", mutation=False):
            await self._client.send_message(
                QueueUrl=self._queue_url(worker),
                MessageBody=letter.body,
                MessageAttributes={
                    name: {"DataType": _TEXT, "StringValue": value} for name, value in own.items()
                },
            )

    async def delete(self, worker: Worker, letter: DeadLetter) -> None:
        async with aws_errors("sqs:DeleteMessage", mutation=False):
            await self._client.delete_message(QueueUrl=self._dlq_url(worker), ReceiptHandle=letter.receipt)

    async def _depth(self, url: str) -> QueueDepth:
        async with aws_errors("sqs:GetQueueAttributes", mutation=False):
            answer = await self._client.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                    "ApproximateNumberOfMessagesDelayed",
                ],
            )
        told = answer["Attributes"]
        return QueueDepth(
            waiting=int(told["ApproximateNumberOfMessages"]),
            in_flight=int(told["ApproximateNumberOfMessagesNotVisible"]),
            delayed=int(told["ApproximateNumberOfMessagesDelayed"]),
        )


def _letter(message: MessageTypeDef) -> DeadLetter:
    system = message["Attributes"]
    return DeadLetter(
        id=message["MessageId"],
        body=message["Body"],
        attributes={
            name: value["StringValue"]
            for name, value in message.get("MessageAttributes", {}).items()
            if "StringValue" in value
        },
        sent_at=datetime.fromtimestamp(int(system["SentTimestamp"]) / 1000, UTC),
        receive_count=int(system["ApproximateReceiveCount"]),
        receipt=message["ReceiptHandle"],
    )
