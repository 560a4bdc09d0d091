"""What is attached to a message on its way to a dead-letter queue, and goes no further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

_OUR_BROKERS = "DeadLetter"
_EVENTBRIDGES = frozenset(
    {
        "ERROR_CODE",
        "ERROR_MESSAGE",
        "EXHAUSTED_RETRY_CONDITION",
        "RETRY_ATTEMPTS",
        "RULE_ARN",
        "TARGET_ARN",
    }
)
"""EventBridge user guide, "Using dead-letter queues to process undelivered events"."""

Value = TypeVar("Value")


def own_attributes(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """The attributes that the message had before it was given up."""
    return {
        name: value
        for name, value in attributes.items()
        if not name.startswith(_OUR_BROKERS) and name not in _EVENTBRIDGES
    }
