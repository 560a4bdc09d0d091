"""An alarm's state by its data points, as CloudWatch's guide to alarm evaluation has it."""

from __future__ import annotations

import pytest

from gitmoxi_local.alarm_rules import judge, periods


def alarm(**members):
    return {
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 5.0,
        "EvaluationPeriods": 3,
        "Period": 60,
        **members,
    }


def state(made, *values):
    verdict = judge(made, values)
    return verdict.state if verdict else "kept"


def test_periods_reach_back_from_now():
    assert periods(alarm(EvaluationPeriods=2), 1000.0) == [(940.0, 1000.0), (880.0, 940.0)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param((6, 6, 6), "ALARM", id="all breach"),
        pytest.param((6, 5, 6), "OK", id="one does not"),
        pytest.param((0, 0, 0), "OK", id="none does"),
    ],
)
def test_all_datapoints_must_breach_unless_told_otherwise(values, expected):
    assert state(alarm(), *values) == expected


def test_m_of_n_datapoints_are_enough():
    assert state(alarm(DatapointsToAlarm=2), 6, 0, 6) == "ALARM"
    assert state(alarm(DatapointsToAlarm=2), 6, 0, 0) == "OK"


@pytest.mark.parametrize(
    ("treatment", "none_at_all", "one_breach_of_two_needed"),
    [
        ("missing", "INSUFFICIENT_DATA", "OK"),
        ("ignore", "kept", "OK"),
        ("breaching", "ALARM", "ALARM"),
        ("notBreaching", "OK", "OK"),
        (None, "INSUFFICIENT_DATA", "OK"),
    ],
)
def test_missing_data_are_treated_as_the_alarm_says(treatment, none_at_all, one_breach_of_two_needed):
    made = alarm(TreatMissingData=treatment, DatapointsToAlarm=2)

    assert state(made, None, None, None) == none_at_all
    assert state(made, 6, None, None) == one_breach_of_two_needed


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("GreaterThanThreshold", "OK"),
        ("GreaterThanOrEqualToThreshold", "ALARM"),
        ("LessThanThreshold", "OK"),
        ("LessThanOrEqualToThreshold", "ALARM"),
        ("GreaterThanUpperThreshold", "kept"),
    ],
)
def test_comparisons_at_the_threshold(comparison, expected):
    assert state(alarm(ComparisonOperator=comparison, EvaluationPeriods=1), 5.0) == expected


def test_the_reason_counts_what_breached():
    verdict = judge(alarm(), (6.0, 7.0, 8.0))

    assert verdict is not None
    assert verdict.reason.startswith("Threshold Crossed: 3 out of the last 3 datapoints [6.0, 7.0, 8.0]")
