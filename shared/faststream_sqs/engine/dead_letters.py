"""What a message looks like in the dead-letter queue: its body untouched, the reason beside it."""

import re
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from faststream_sqs.engine.delivery import Delivery

if TYPE_CHECKING:
    from types_aiobotocore_sqs.type_defs import MessageAttributeValueTypeDef

REASON_ATTRIBUTE = "DeadLetterReason"
MAX_REASON_LENGTH = 1024
"""Long enough for every finding of a validation a person would read."""

MAX_ATTRIBUTES = 10
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html"""

_NOT_IN_ATTRIBUTES = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""SendMessage rejects these, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html."""


def dead_letter_attributes(delivery: Delivery, reason: str) -> "dict[str, MessageAttributeValueTypeDef]":
    """The reason, the message's own attributes, where it came from: in this order as many as SQS allows."""
    own = islice(_copyable(delivery.message_attributes), MAX_ATTRIBUTES - 1)
    attributes = {REASON_ATTRIBUTE: _string(_printable(reason)), **dict(own)}
    details = {
        "DeadLetterMessageId": _string(delivery.message_id),
        "DeadLetterQueueUrl": _string(delivery.queue_url),
        "DeadLetterReceiveCount": _string(str(delivery.receive_count)),
    }
    return {**attributes, **dict(islice(details.items(), MAX_ATTRIBUTES - len(attributes)))}


def _copyable(
    attributes: Mapping[str, "MessageAttributeValueTypeDef"],
) -> "list[tuple[str, MessageAttributeValueTypeDef]]":
    """The attributes without earlier reasons: a message redriven from its dead-letter queue may fail anew."""
    return [(name, value) for name, value in attributes.items() if not name.startswith("DeadLetter")]


def _printable(reason: str) -> str:
    return (
        _NOT_IN_ATTRIBUTES.sub("\N{REPLACEMENT CHARACTER}", reason)[:MAX_REASON_LENGTH] or "no reason given"
    )


def _string(value: str) -> "MessageAttributeValueTypeDef":
    return {"DataType": "String", "StringValue": value}
