"""Rules on what belongs to which kind of event source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.event_source_rules.subject import KINDS, PullSource, SourceKind
from gitmoxi.validation.function_rules.pages import api, guide
from gitmoxi.validation.reading import text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.sources import shown

_CREATE: Final = api("CreateEventSourceMapping")
_AT_TIME: Final = "AT_TIMESTAMP"

_STREAMS: Final = frozenset({SourceKind.KINESIS, SourceKind.DYNAMODB})
_KAFKA: Final = frozenset({SourceKind.MSK, SourceKind.SELF_MANAGED_KAFKA})
_POSITIONED: Final = _STREAMS | _KAFKA | {SourceKind.DOCUMENTDB}
"""Sources that keep their records, so that somebody has to say where reading begins."""

_ONLY_FOR: Final = {
    "AmazonManagedKafkaEventSourceConfig": frozenset({SourceKind.MSK}),
    "BisectBatchOnFunctionError": _STREAMS | _KAFKA,
    "DestinationConfig": _STREAMS | _KAFKA,
    "DocumentDBEventSourceConfig": frozenset({SourceKind.DOCUMENTDB}),
    "FunctionResponseTypes": _STREAMS | _KAFKA | {SourceKind.SQS},
    "LoggingConfig": _KAFKA,
    "MaximumRecordAgeInSeconds": _STREAMS | _KAFKA,
    "MaximumRetryAttempts": _STREAMS | _KAFKA,
    "ParallelizationFactor": _STREAMS,
    "ProvisionedPollerConfig": _KAFKA | {SourceKind.SQS},
    "Queues": frozenset({SourceKind.MQ}),
    "ScalingConfig": frozenset({SourceKind.SQS}),
    "SelfManagedKafkaEventSourceConfig": frozenset({SourceKind.SELF_MANAGED_KAFKA}),
    "SourceAccessConfigurations": _KAFKA | {SourceKind.MQ, SourceKind.DOCUMENTDB},
    "StartingPosition": _POSITIONED,
    "Topics": _KAFKA,
    "TumblingWindowInSeconds": _STREAMS,
}
_NEEDED: Final = {
    SourceKind.MSK: ("Topics",),
    SourceKind.SELF_MANAGED_KAFKA: ("Topics",),
    SourceKind.MQ: ("Queues", "SourceAccessConfigurations"),
    SourceKind.DOCUMENTDB: ("DocumentDBEventSourceConfig", "SourceAccessConfigurations"),
}
_EXAMPLES: Final = {
    "DocumentDBEventSourceConfig": '{"DatabaseName": "..."}',
    "Queues": '["NAME"], the queue of the broker',
    "SourceAccessConfigurations": '[{"Type": "BASIC_AUTH", "URI": "ARN of the secret with the credentials"}]',
    "Topics": '["NAME"]',
}
_PUSHING: Final = {
    "apigateway": "write it into PushEventSources",
    "elasticloadbalancing": "write it into PushEventSources",
    "events": "EventBridge pushes: give its rule the alias as target",
    "s3": "S3 pushes: configure the bucket's notifications",
    "sns": "SNS pushes: subscribe the alias to the topic",
}


@rule(
    "event-source.no-source",
    summary="A mapping names one source: by EventSourceArn, or by SelfManagedEventSource for Kafka.",
    source=_CREATE,
)
def _names_one_source(pull: PullSource) -> Iterator[Problem]:
    by_arn, own = pull.has("EventSourceArn"), pull.has("SelfManagedEventSource")
    if by_arn and own:
        yield Problem(
            at=("SelfManagedEventSource",),
            message="EventSourceArn and SelfManagedEventSource name two sources",
            advice="keep one of them",
        )
    elif not by_arn and not own:
        yield Problem(
            at=(),
            message="the mapping names no source",
            expected="EventSourceArn",
            advice="add EventSourceArn, the ARN of the queue, stream, cluster or broker",
        )


@rule(
    "event-source.not-polled",
    summary="The source is of a kind that Lambda polls.",
    source=guide("invocation-eventsourcemapping"),
    advice="Lambda polls SQS, Kinesis, DynamoDB streams, Kafka, Amazon MQ and DocumentDB",
)
def _is_polled(pull: PullSource) -> Iterator[Problem]:
    if pull.service and pull.service not in KINDS:
        yield Problem(
            at=("EventSourceArn",),
            message=f"Lambda does not poll {pull.service}",
            found=shown(pull.arn),
            advice=_PUSHING.get(pull.service, ""),
        )
    elif pull.kind is SourceKind.DYNAMODB and "/stream/" not in pull.arn:
        yield Problem(
            at=("EventSourceArn",),
            message="this is the ARN of a table, and Lambda polls its stream",
            found=shown(pull.arn),
            advice="write the ARN of the stream: it ends with /stream/ and a time",
        )


@rule(
    "event-source.not-for-this-source",
    summary="All settings of a mapping are for its kind of source.",
    source=_CREATE,
    advice="remove it",
)
def _settings_fit_the_source(pull: PullSource) -> Iterator[Problem]:
    if pull.kind is None:
        return
    for name, kinds in _ONLY_FOR.items():
        if pull.kind not in kinds and pull.has(name):
            yield Problem(at=(name,), message=f"{name} is not for {pull.kind.value}", found=name)


@rule(
    "event-source.missing",
    summary="Kafka has a topic, Amazon MQ a queue and credentials, DocumentDB a database and credentials.",
    source=_CREATE,
)
def _source_is_complete(pull: PullSource) -> Iterator[Problem]:
    if pull.kind is None:
        return
    for name in _NEEDED.get(pull.kind, ()):
        if not pull.has(name):
            yield Problem(
                at=(),
                message=f"{name} is missing, which {pull.kind.value} needs",
                expected=name,
                advice=f'add "{name}": {_EXAMPLES[name]}',
            )


@rule(
    "event-source.starting-position",
    summary="A mapping of a stream, of Kafka or of DocumentDB says where reading begins.",
    source=_CREATE,
)
def _reading_begins_somewhere(pull: PullSource) -> Iterator[Problem]:
    if pull.kind is None or pull.kind not in _POSITIONED:
        return
    position = text_at(pull.document, "StartingPosition")
    if "StartingPosition" not in pull.document:
        yield Problem(
            at=(),
            message=f"StartingPosition is missing, which {pull.kind.value} needs",
            expected="StartingPosition",
            advice='add "StartingPosition": "LATEST" for new records, or "TRIM_HORIZON" for all there are',
        )
    elif position == _AT_TIME and pull.kind is SourceKind.DYNAMODB:
        yield Problem(
            at=("StartingPosition",),
            message="a DynamoDB stream is not read from a time on",
            found=_AT_TIME,
            expected="TRIM_HORIZON or LATEST",
            advice="write TRIM_HORIZON or LATEST",
        )


@rule(
    "event-source.starting-time",
    summary="StartingPositionTimestamp is given with StartingPosition AT_TIMESTAMP, and only then.",
    source=_CREATE,
)
def _time_goes_with_position(pull: PullSource) -> Iterator[Problem]:
    from_time = text_at(pull.document, "StartingPosition") == _AT_TIME
    has_time = pull.has("StartingPositionTimestamp")
    if from_time and not has_time:
        yield Problem(
            at=("StartingPosition",),
            message=f"StartingPosition is {_AT_TIME}, and no time is given",
            expected="StartingPositionTimestamp",
            advice='add "StartingPositionTimestamp", such as "2026-01-31T12:00:00Z"',
        )
    elif has_time and not from_time:
        yield Problem(
            at=("StartingPositionTimestamp",),
            message=f"a time is given, and StartingPosition is not {_AT_TIME}",
            advice=f'write "StartingPosition": "{_AT_TIME}", or remove the time',
        )


KIND_RULES = (
    _names_one_source,
    _is_polled,
    _settings_fit_the_source,
    _source_is_complete,
    _reading_begins_somewhere,
    _time_goes_with_position,
)
