"""What changes in a function's concurrency."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.planning.lambda_concurrency import ConcurrencyPlan, kept_concurrency, plan_concurrency
from gitmoxi.ports.aws_lambda import ProvisionedConcurrency
from tests.unit.planning.samples import desired_lambda, live_lambda


def wanting(reserved=None, provisioned=None):
    settings = {"alias": "live", "reservedConcurrency": reserved, "provisionedConcurrency": provisioned}
    return replace(desired_lambda(), settings={k: v for k, v in settings.items() if v is not None})


def live(reserved=None):
    return replace(live_lambda(), reserved_concurrency=reserved)


def ready(requested, status="READY"):
    return ProvisionedConcurrency(requested=requested, allocated=requested, status=status)


@pytest.mark.parametrize(
    ("wanted", "function", "provisioned", "reserves", "provisions", "last"),
    [
        pytest.param(wanting(), live(5), ready(2), None, None, False, id="left out: left alone"),
        pytest.param(wanting(5, 2), live(5), ready(2), None, None, False, id="as wanted"),
        pytest.param(wanting(5, 2), live(), None, 5, 2, False, id="new"),
        pytest.param(wanting(5, 2), None, None, 5, 2, False, id="of a function that is created"),
        pytest.param(wanting(0), live(), None, 0, None, False, id="0 stops all invocations"),
        pytest.param(wanting("none", "none"), live(5), ready(2), "none", "none", False, id="taken away"),
        pytest.param(wanting("none", "none"), live(), None, None, None, False, id="nothing to take away"),
        pytest.param(wanting(3, 1), live(5), ready(4), 3, 1, True, id="the provisioned shrink first"),
        pytest.param(wanting(9, 8), live(5), ready(4), 9, 8, False, id="the reservation grows first"),
        pytest.param(wanting(5, 2), live(5), ready(2, "FAILED"), None, 2, False, id="failed: once more"),
    ],
)
def test_what_is_set(wanted, function, provisioned, reserves, provisions, last):
    plan = plan_concurrency(wanted, function, provisioned, alias_name="live")
    assert (plan.reserved, plan.provisioned, plan.reserved_last) == (reserves, provisions, last)


def test_the_differences_name_both_sides():
    plan = plan_concurrency(wanting(7, "none"), live(5), ready(2, "FAILED"), alias_name="live")
    assert [str(difference) for difference in plan.differences] == [
        "reservedConcurrency: 5 → 7",
        "live.provisionedConcurrency: 2 (FAILED) → (none)",
    ]


def test_a_setting_that_leaves_the_file_changes_nothing_and_says_so():
    (warning,) = kept_concurrency(
        wanting(),
        {"reservedConcurrency": 5, "provisionedConcurrency": 2},
        {"reservedConcurrency": 5, "provisionedConcurrency": None},
    )
    assert warning == (
        'reservedConcurrency was taken out of the settings, and 5 stays: write "none" to take it away'
    )
    assert plan_concurrency(wanting(), live(5), None, alias_name="live") == ConcurrencyPlan()
