"""The alarm on rollbacks that failed looks at what the rollback worker counts."""

from __future__ import annotations

import json

from gitmoxi.domain.states import State, Worker
from gitmoxi.runtime.metrics import EmfMetrics


def test_scenario_36_a_rollback_that_failed_sets_off_the_alarm(template):
    lines: list[str] = []
    metrics = EmfMetrics(service=Worker.ROLLBACK, emit=lines.append, now_ms=lambda: 0)
    metrics.count("Deployments", outcome=State.ROLLBACK_FAILED.value, deployment="d-1")
    [counted] = map(json.loads, lines)
    [directive] = counted["_aws"]["CloudWatchMetrics"]
    alarm = template.properties("CloudWatch::Alarm")["RollbackFailedAlarm"]

    watched = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}

    assert alarm["Namespace"] == directive["Namespace"]
    assert alarm["MetricName"] in counted
    assert list(watched) in directive["Dimensions"]
    assert watched == {name: counted[name] for name in watched}
    assert counted[alarm["MetricName"]] >= alarm["Threshold"]


def test_no_rollbacks_is_no_alarm(template):
    alarm = template.properties("CloudWatch::Alarm")["RollbackFailedAlarm"]
    assert alarm["TreatMissingData"] == "notBreaching"
