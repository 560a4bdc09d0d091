"""What a wake looks like on a worker's queue."""

from __future__ import annotations

import json
import math

from gitmoxi.contracts.messages import EVENT_SOURCE, Tick

MAX_DELAY_SECONDS = 900
"""The longest ``DelaySeconds`` that SQS takes; a longer wait is armed again when the wake arrives."""


def queue_delay(seconds: float) -> int:
    """Whole seconds for SQS: never earlier than asked for, except that it is cut at the maximum."""
    return math.ceil(max(0, min(MAX_DELAY_SECONDS, seconds)))


def tick_envelope(tick: Tick) -> str:
    """The tick as JSON in the envelope that EventBridge gives to events, so that one parser reads both."""
    envelope = {
        "detail-type": Tick.DETAIL_TYPE,
        "source": EVENT_SOURCE,
        "detail": tick.model_dump(mode="json"),
    }
    return json.dumps(envelope, separators=(",", ":"))
