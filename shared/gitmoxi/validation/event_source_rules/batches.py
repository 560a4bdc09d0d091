"""Rules on how a mapping batches, filters and forwards records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.event_source_rules.subject import PullSource, SourceKind
from gitmoxi.validation.function_rules.pages import api, guide
from gitmoxi.validation.reading import list_at, number_at, objects_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.sources import shown

_BATCH_AT_ONCE: Final = 10
_LEAST_AGE: Final = 60
_MOST_FILTERS: Final = 10
_SQS: Final = guide("services-sqs-configure")


@rule(
    "event-source.batch-window",
    summary="A batch of more than 10 messages of SQS has a batching window of at least a second.",
    source=_SQS,
)
def _batch_has_time_to_fill(pull: PullSource) -> Iterator[Problem]:
    size = number_at(pull.document, "BatchSize") or 0
    window = number_at(pull.document, "MaximumBatchingWindowInSeconds") or 0
    if (
        pull.kind is SourceKind.SQS
        and not pull.arn.endswith(".fifo")
        and size > _BATCH_AT_ONCE
        and window < 1
    ):
        yield Problem(
            at=("BatchSize",),
            message=f"BatchSize is {size}, and MaximumBatchingWindowInSeconds is {window}",
            advice="add MaximumBatchingWindowInSeconds of 1 or more, or write a BatchSize of at most 10",
        )


@rule(
    "event-source.fifo",
    summary="From a FIFO queue at most 10 messages are taken at once, without a batching window.",
    source=_SQS,
)
def _fifo_is_taken_in_order(pull: PullSource) -> Iterator[Problem]:
    if pull.kind is not SourceKind.SQS or not pull.arn.endswith(".fifo"):
        return
    size = number_at(pull.document, "BatchSize") or 0
    if size > _BATCH_AT_ONCE:
        yield Problem(
            at=("BatchSize",),
            message=f"BatchSize is {size}; from a FIFO queue Lambda takes at most {_BATCH_AT_ONCE} at once",
            advice=f"write {_BATCH_AT_ONCE} or less",
        )
    if number_at(pull.document, "MaximumBatchingWindowInSeconds"):
        yield Problem(
            at=("MaximumBatchingWindowInSeconds",),
            message="a FIFO queue has no batching window",
            advice="remove it",
        )


@rule(
    "event-source.record-age",
    summary="MaximumRecordAgeInSeconds is -1, which is for ever, or at least 60.",
    source=api("CreateEventSourceMapping"),
    advice="write 60 or more, or -1 to keep records until they expire in the source",
)
def _records_may_grow_old(pull: PullSource) -> Iterator[Problem]:
    age = number_at(pull.document, "MaximumRecordAgeInSeconds")
    if age is not None and 0 <= age < _LEAST_AGE:
        yield Problem(
            at=("MaximumRecordAgeInSeconds",),
            message=f"MaximumRecordAgeInSeconds is {age}, and AWS takes -1 or at least {_LEAST_AGE}",
            found=str(age),
            expected=f"-1 or at least {_LEAST_AGE}",
        )


@rule(
    "event-source.scaling-twice",
    summary="A queue is scaled by ScalingConfig or by ProvisionedPollerConfig, not by both.",
    source=guide("services-sqs-scaling"),
    advice="keep one of them",
)
def _is_scaled_in_one_way(pull: PullSource) -> Iterator[Problem]:
    if pull.has("ScalingConfig") and pull.has("ProvisionedPollerConfig"):
        yield Problem(
            at=("ScalingConfig",), message="ScalingConfig and ProvisionedPollerConfig exclude each other"
        )


@rule(
    "event-source.filters-too-many",
    summary="A mapping has at most 10 filters; AWS takes 5 until the account's quota is raised.",
    source=guide("invocation-eventfiltering"),
    advice="join some of them: a value in a pattern can be a list of all that match",
)
def _filters_are_few(pull: PullSource) -> Iterator[Problem]:
    count = len(list_at(pull.document, "FilterCriteria", "Filters"))
    if count > _MOST_FILTERS:
        yield Problem(
            at=("FilterCriteria", "Filters"),
            message=f"there are {count} filters, and AWS takes {_MOST_FILTERS} at most",
            found=str(count),
            expected=f"at most {_MOST_FILTERS}",
        )


@rule(
    "event-source.filter",
    summary="The Pattern of a filter is the text of a JSON object.",
    source=guide("invocation-eventfiltering"),
    advice='write it as text with its quotes escaped, such as "{\\"body\\": {\\"kind\\": [\\"a\\"]}}"',
)
def _filters_are_json(pull: PullSource) -> Iterator[Problem]:
    for path, _ in objects_at(pull.document, "FilterCriteria", "Filters"):
        text = text_at(pull.document, *path, "Pattern")
        if not text:
            continue
        try:
            pattern = json.loads(text)
        except (ValueError, RecursionError):
            yield Problem(at=(*path, "Pattern"), message=f"the pattern is no JSON: {shown(text)}")
        else:
            if not isinstance(pattern, dict):
                yield Problem(at=(*path, "Pattern"), message=f"the pattern is no object: {shown(text)}")


@rule(
    "event-source.on-success",
    summary="A mapping has a destination for failures only.",
    source=api("DestinationConfig"),
    advice="remove it; the function itself can send on what it made",
)
def _destination_is_for_failures(pull: PullSource) -> Iterator[Problem]:
    if pull.has("DestinationConfig", "OnSuccess"):
        yield Problem(at=("DestinationConfig", "OnSuccess"), message="AWS takes no OnSuccess for a mapping")


@rule(
    "event-source.pollers",
    summary="MinimumPollers is not more than MaximumPollers; a queue has at least 2 of each.",
    source=api("ProvisionedPollerConfig"),
)
def _pollers_fit(pull: PullSource) -> Iterator[Problem]:
    place = "ProvisionedPollerConfig"
    least = number_at(pull.document, place, "MinimumPollers")
    most = number_at(pull.document, place, "MaximumPollers")
    if least is not None and most is not None and least > most:
        yield Problem(
            at=(place, "MinimumPollers"),
            message=f"MinimumPollers {least} is more than MaximumPollers {most}",
            advice="swap them, or raise MaximumPollers",
        )
    for name, pollers in (("MinimumPollers", least), ("MaximumPollers", most)):
        if pull.kind is SourceKind.SQS and pollers == 1:
            yield Problem(at=(place, name), message=f"{name} is 1; a queue has at least 2", advice="write 2")


BATCH_RULES = (
    _batch_has_time_to_fill,
    _fifo_is_taken_in_order,
    _records_may_grow_old,
    _is_scaled_in_one_way,
    _filters_are_few,
    _filters_are_json,
    _destination_is_for_failures,
    _pollers_fit,
)
