"""Reads CloudWatch's embedded metric format out of log events.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MOST_DIMENSIONS = 30


def metrics_of(events: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The metric data that log events embed, by namespace, in the shape of PutMetricData's ``MetricData``.

    Events that are no JSON, or that do not keep to the format, embed nothing: CloudWatch
    drops their metrics without a word.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        document = _document(event.get("message", ""))
        metadata = document.get("_aws")
        if not isinstance(metadata, dict):
            continue
        timestamp = metadata.get("Timestamp", event.get("timestamp"))
        for directive in _mappings(metadata.get("CloudWatchMetrics")):
            namespace = directive.get("Namespace")
            if isinstance(namespace, str) and namespace:
                found.setdefault(namespace, []).extend(_data(document, directive, timestamp))
    return found


def _data(
    document: Mapping[str, Any], directive: Mapping[str, Any], timestamp_ms: Any
) -> Iterator[dict[str, Any]]:
    dimension_sets = directive.get("Dimensions") or [[]]
    for metric in _mappings(directive.get("Metrics")):
        measured = _measured(document.get(str(metric.get("Name"))))
        if measured is None:
            continue
        for names in dimension_sets:
            dimensions = _dimensions(document, names)
            if dimensions is None:
                continue
            datum: dict[str, Any] = {
                "MetricName": metric["Name"],
                "Unit": metric.get("Unit", "None"),
                "Dimensions": dimensions,
                **measured,
            }
            if isinstance(timestamp_ms, int | float):
                datum["Timestamp"] = timestamp_ms / 1000
            yield datum


def _measured(value: Any) -> dict[str, Any] | None:
    """The datum's values: a number alone, or an array of numbers; None if it is neither."""
    if _is_number(value):
        return {"Value": value}
    if isinstance(value, list) and value and all(_is_number(item) for item in value):
        return {"Values": value}
    return None


def _dimensions(document: Mapping[str, Any], names: Any) -> list[dict[str, str]] | None:
    """The dimensions by name; None if one has no value in the event, or there are too many."""
    if not isinstance(names, list) or len(names) > _MOST_DIMENSIONS:
        return None
    if any(not isinstance(document.get(str(name)), str) for name in names):
        return None
    return [{"Name": str(name), "Value": document[str(name)]} for name in names]


def _document(message: Any) -> Mapping[str, Any]:
    if not isinstance(message, str) or '"_aws"' not in message:
        return {}
    try:
        document = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
