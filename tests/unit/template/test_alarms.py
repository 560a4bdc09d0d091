"""The alarm on rollbacks that failed looks at what every worker counts that meets one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitmoxi.domain.states import State, Worker
from gitmoxi.runtime.metrics import EmfMetrics
from gitmoxi.runtime.moving import report_end
from tests.contract.stores.records import a_deployment


def counted(worker: Worker, state: State) -> list[dict[str, Any]]:
    """What a worker reports of a deployment that ended."""
    lines: list[str] = []
    metrics = EmfMetrics(service=worker, emit=lines.append, now_ms=lambda: 0)
    report_end(metrics, a_deployment(state=state, next_at=None))
    return list(map(json.loads, lines))


def sets_off(alarm: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether CloudWatch makes of the document the metric that the alarm looks at."""
    [directive] = document["_aws"]["CloudWatchMetrics"]
    watched = {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions", ())}
    return (
        alarm["Namespace"] == directive["Namespace"]
        and list(watched) in directive["Dimensions"]
        and watched == {name: document[name] for name in watched}
        and document.get(alarm["MetricName"], 0) >= alarm["Threshold"]
    )


@pytest.mark.parametrize(
    ("worker", "state", "alarms"),
    [
        pytest.param(Worker.ROLLBACK, State.ROLLBACK_FAILED, True, id="our own rollback"),
        pytest.param(Worker.ECS_DEPLOYER, State.ROLLBACK_FAILED, True, id="one of ECS's that we followed"),
        pytest.param(Worker.ROLLBACK, State.ROLLED_BACK, False, id="a rollback that succeeded"),
        pytest.param(Worker.ECS_DEPLOYER, State.FAILED, False, id="another failure"),
    ],
)
def test_scenario_36_a_rollback_that_failed_sets_off_the_alarm(template, worker, state, alarms):
    alarm = template.properties("CloudWatch::Alarm")["RollbackFailedAlarm"]
    assert any(sets_off(alarm, document) for document in counted(worker, state)) is alarms


def test_no_rollbacks_is_no_alarm(template):
    alarm = template.properties("CloudWatch::Alarm")["RollbackFailedAlarm"]
    assert alarm["TreatMissingData"] == "notBreaching"
