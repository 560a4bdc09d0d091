"""Every report is one document in CloudWatch's embedded metric format."""

from __future__ import annotations

import json

import pytest

from gitmoxi.runtime.metrics import EmfMetrics


@pytest.fixture
def documents():
    return []


@pytest.fixture
def metrics(documents):
    return EmfMetrics(
        service="planner", emit=lambda line: documents.append(json.loads(line)), now_ms=lambda: 1234
    )


def test_a_count(metrics, documents):
    metrics.count("MessagesHandled", outcome="success", deployment_id="d1")
    assert documents == [
        {
            "_aws": {
                "Timestamp": 1234,
                "CloudWatchMetrics": [
                    {
                        "Namespace": "Gitmoxi",
                        "Dimensions": [["service"], ["service", "outcome"]],
                        "Metrics": [{"Name": "MessagesHandled", "Unit": "Count"}],
                    }
                ],
            },
            "service": "planner",
            "outcome": "success",
            "MessagesHandled": 1,
            "deployment_id": "d1",
        }
    ]


def test_an_alert_has_no_dimensions(metrics, documents):
    metrics.alert("RollbacksFailed", deployment="d1")
    (document,) = documents
    assert document["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
    assert (document["RollbacksFailed"], document["deployment"], document["service"]) == (1, "d1", "planner")


def test_a_duration_is_in_milliseconds(metrics, documents):
    metrics.duration("TickTime", 0.25, outcome="retried")
    (document,) = documents
    assert document["TickTime"] == 250
    assert document["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [
        {"Name": "TickTime", "Unit": "Milliseconds"}
    ]


def test_a_property_cannot_disguise_itself_as_a_dimension_or_the_value(metrics, documents):
    metrics.count("Deaths", 2, outcome="failure", Deaths="none", service="other")
    (document,) = documents
    assert (document["Deaths"], document["service"]) == (2, "planner")
