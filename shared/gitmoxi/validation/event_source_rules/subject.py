"""What the rules on event sources look at: one mapping, and the kind of source that it polls."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from gitmoxi.domain.rendered import JsonValue
from gitmoxi.validation.function_rules.outputs import service_of
from gitmoxi.validation.reading import object_at, text_at, value_at


class SourceKind(Enum):
    """What Lambda can poll; the values are what people call it."""

    SQS = "an SQS queue"
    KINESIS = "a Kinesis stream"
    DYNAMODB = "a DynamoDB stream"
    MSK = "an MSK cluster"
    SELF_MANAGED_KAFKA = "a Kafka cluster of your own"
    MQ = "an Amazon MQ broker"
    DOCUMENTDB = "a DocumentDB cluster"


KINDS = {
    "sqs": SourceKind.SQS,
    "kinesis": SourceKind.KINESIS,
    "dynamodb": SourceKind.DYNAMODB,
    "kafka": SourceKind.MSK,
    "mq": SourceKind.MQ,
    "rds": SourceKind.DOCUMENTDB,
}
"""By the service that the source's ARN names; DocumentDB's ARNs are those of rds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullSource:
    """One mapping.

    Attributes:
        document: the ``CreateEventSourceMapping`` request, cleaned.
        function_name: the function that is to be invoked; None where it is not known.
        described_function: the ARN of the function that AWS says it invokes; None without a description.
        region: the region that the function is deployed to; None where the settings do not say it.
    """

    document: dict[str, JsonValue] = field(repr=False)
    function_name: JsonValue = None
    described_function: JsonValue = None
    region: JsonValue = None

    @property
    def arn(self) -> str:
        """The source's ARN; empty without one."""
        return text_at(self.document, "EventSourceArn") or ""

    @property
    def service(self) -> str:
        """The service that the source's ARN names; empty if it names none."""
        return service_of(self.arn)

    @property
    def kind(self) -> SourceKind | None:
        """The kind of source; None if it cannot be told."""
        if object_at(self.document, "SelfManagedEventSource"):
            return SourceKind.SELF_MANAGED_KAFKA
        return KINDS.get(self.service)

    def has(self, *path: str) -> bool:
        """Whether something is said at ``path``: False, -1 and what is empty say nothing."""
        value = value_at(self.document, *path)
        if isinstance(value, dict):
            return any(self.has(*path, name) for name in value)
        return value not in (None, "", [], False, -1)
