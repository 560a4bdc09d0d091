"""Embedded metrics are read as CloudWatch reads them, and what breaks the format is dropped."""

from __future__ import annotations

import json

import pytest

from gitmoxi_local.emf import metrics_of

TIME_MS = 1_795_324_354_000


def event(*, directives=None, timestamp_ms=TIME_MS, **members):
    directive = {
        "Namespace": "Gitmoxi",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "ticks", "Unit": "Count"}],
    }
    metadata = {"Timestamp": timestamp_ms, "CloudWatchMetrics": directives or [directive]}
    return {"timestamp": 1, "message": json.dumps({"_aws": metadata, "service": "planner", **members})}


def test_a_number_becomes_a_datum():
    assert metrics_of([event(ticks=3)]) == {
        "Gitmoxi": [
            {
                "MetricName": "ticks",
                "Unit": "Count",
                "Dimensions": [{"Name": "service", "Value": "planner"}],
                "Value": 3,
                "Timestamp": 1_795_324_354.0,
            }
        ]
    }


def test_an_array_becomes_values():
    [datum] = metrics_of([event(ticks=[1, 2.5])])["Gitmoxi"]

    assert datum["Values"] == [1, 2.5]
    assert "Value" not in datum


def test_each_dimension_set_is_a_metric_of_its_own():
    directive = {
        "Namespace": "N",
        "Dimensions": [["service"], ["service", "target"], []],
        "Metrics": [{"Name": "n"}],
    }

    data = metrics_of([event(directives=[directive], n=1, target="t")])["N"]

    assert [[d["Name"] for d in datum["Dimensions"]] for datum in data] == [
        ["service"],
        ["service", "target"],
        [],
    ]


@pytest.mark.parametrize(
    "made",
    [
        pytest.param({"timestamp": 1, "message": "plain text"}, id="plain text"),
        pytest.param({"timestamp": 1, "message": '{"_aws": '}, id="broken JSON"),
        pytest.param({"timestamp": 1, "message": '["_aws"]'}, id="a list"),
        pytest.param({"timestamp": 1, "message": '{"_aws": 1}'}, id="metadata that is no object"),
        pytest.param({"timestamp": 1}, id="no message"),
        pytest.param(event(), id="a metric without a value"),
        pytest.param(event(ticks="3"), id="a value that is text"),
        pytest.param(event(ticks=True), id="a value that is a truth"),
        pytest.param(event(ticks=[]), id="no values"),
        pytest.param(event(ticks=1, service=7), id="a dimension that is no text"),
        pytest.param(event(directives=[{"Metrics": [{"Name": "ticks"}]}], ticks=1), id="no namespace"),
        pytest.param(event(directives={"Namespace": "N"}, ticks=1), id="directives that are no list"),
    ],
)
def test_what_breaks_the_format_embeds_nothing(made):
    assert not any(metrics_of([made]).values())
