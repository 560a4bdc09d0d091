"""Handlers' parameters that FastStream injects by their annotation."""

from typing import Annotated

from faststream_sqs._compat import Context
from faststream_sqs.broker import SQSBroker
from faststream_sqs.message import SQSMessage as _SQSMessage

__all__ = ("Broker", "SQSMessage")

SQSMessage = Annotated[_SQSMessage, Context("message")]
"""The message being handled."""

Broker = Annotated[SQSBroker, Context("broker")]
"""The broker that received it."""
