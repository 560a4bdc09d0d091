"""Carries the events of our models onto the default bus of ministack's EventBridge."""

from __future__ import annotations

import json
import logging

from gitmoxi_local import ministack_seams
from gitmoxi_local.aws_model.base import AwsEvent

_log = logging.getLogger("gitmoxi_local.events")


def publish(event: AwsEvent) -> None:
    """Put one event on the default bus of its account and region, as the AWS service itself would.

    Only this way may a source begin with ``aws.``: PutEvents refuses it to everybody else.
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    """
    entry = {
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": json.dumps(event.detail, default=str),
        "Resources": list(event.resources),
        "EventBusName": "default",
    }
    try:
        ministack_seams.put_events(event.account, event.region, [entry])
    except Exception:  # noqa: BLE001  # a failing target must not fail the call that caused the event
        _log.exception("an event could not be delivered: %s", event.detail_type)
