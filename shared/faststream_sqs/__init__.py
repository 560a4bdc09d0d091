"""An Amazon SQS and EventBridge broker for FastStream."""

from faststream_sqs.annotations import Broker, SQSMessage
from faststream_sqs.broker import SQSBroker
from faststream_sqs.clients import ClientFactory, session_clients
from faststream_sqs.commands import Event
from faststream_sqs.engine.consumer import ConsumerHealth
from faststream_sqs.engine.delivery import Delivery
from faststream_sqs.engine.envelope import Envelope
from faststream_sqs.engine.observer import Observer, Outcome, Poll, Settlement
from faststream_sqs.engine.queue import Backoff, SQSQueue
from faststream_sqs.exceptions import DeadLetter, EventFailure, PutEventsError, UndecodableBodyError
from faststream_sqs.filters import detail_type
from faststream_sqs.health import health_routes
from faststream_sqs.testing import TestSQSBroker

__all__ = (
    "Backoff",
    "Broker",
    "ClientFactory",
    "ConsumerHealth",
    "DeadLetter",
    "Delivery",
    "Envelope",
    "Event",
    "EventFailure",
    "Observer",
    "Outcome",
    "Poll",
    "PutEventsError",
    "SQSBroker",
    "SQSMessage",
    "SQSQueue",
    "Settlement",
    "TestSQSBroker",
    "UndecodableBodyError",
    "detail_type",
    "health_routes",
    "session_clients",
)
