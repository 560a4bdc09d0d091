"""Putting a message off: it is sent to the own queue again, so that an outage uses up no receives."""

from __future__ import annotations

from faststream_sqs import SQSMessage
from gitmoxi.contracts.messages import EVENT_SOURCE
from gitmoxi.errors import RetryableError
from gitmoxi.runtime.service import Shell

ATTEMPT = "attempt"
"""The header that counts how often a message was put off."""


def attempt_of(message: SQSMessage) -> int:
    """How often the message was put off; whatever a stranger wrote there counts as never."""
    said = str(message.headers.get(ATTEMPT, ""))
    return int(said) if said.isascii() and said.isdigit() else 0


async def put_off(
    shell: Shell,
    body: object,
    message: SQSMessage,
    error: RetryableError,
    *,
    detail_type: str,
    delay_seconds: int,
) -> None:
    """Send ``body`` to the service's own queue for later, counted once more, and note why."""
    await shell.broker.publish(
        body,
        shell.queue,
        delay_seconds=delay_seconds,
        detail_type=detail_type,
        source=EVENT_SOURCE,
        headers={ATTEMPT: str(attempt_of(message) + 1)},
    )
    shell.observer.note(message, outcome="put off", because=str(error), retry_seconds=delay_seconds)
