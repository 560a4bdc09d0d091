"""What a dry run's object comes to, and the sum of many."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.deployments import ObjectChange, PlanRecord, Verb
from gitmoxi.domain.dryruns import DryRunObject, DryRunState, Outcome, tally
from gitmoxi.domain.targets import TargetKind


def an_object(verb: Verb | None, **changes: Any) -> DryRunObject:
    plan = None
    if verb is not None:
        plan = PlanRecord(
            deployment_id="dr-1/prod/web",
            verb=verb,
            strategy="rolling update",
            differences=(),
            steps=(),
            calls=(),
            warnings=(),
        )
    values: dict[str, Any] = {
        "prefix": "prod/web",
        "kind": TargetKind.ECS,
        "change": ObjectChange.MODIFIED,
        "plan": plan,
    }
    return DryRunObject(**values | changes)


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        pytest.param(an_object(Verb.CREATE), Outcome.CREATE, id="create"),
        pytest.param(an_object(Verb.UPDATE), Outcome.UPDATE, id="update"),
        pytest.param(an_object(Verb.DELETE), Outcome.DELETE, id="delete"),
        pytest.param(an_object(Verb.NOTHING), Outcome.NOTHING, id="nothing"),
        pytest.param(an_object(None), Outcome.NOTHING, id="no plan is needed"),
        pytest.param(an_object(None, failure="no"), Outcome.REFUSED, id="no plan can be made"),
        pytest.param(an_object(Verb.REPLACE, failure="no"), Outcome.REPLACE, id="not in place"),
    ],
)
def test_the_outcome_is_that_of_the_plan_unless_it_is_refused(item, outcome):
    assert item.outcome is outcome


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        pytest.param([], "no service object would be deployed", id="none"),
        pytest.param([Outcome.NOTHING], "1 unchanged", id="one"),
        pytest.param(
            [Outcome.REFUSED, Outcome.UPDATE, Outcome.NOTHING, Outcome.UPDATE, Outcome.CREATE],
            "1 to create, 2 to update, 1 unchanged, 1 refused",
            id="several, in one order always",
        ),
        pytest.param(
            [Outcome.REPLACE, Outcome.DELETE], "1 to replace (refused), 1 to delete", id="dangerous"
        ),
    ],
)
def test_the_sum(outcomes, told):
    assert tally(outcomes) == told


def test_a_dry_run_ends_planned_or_failed():
    assert {state for state in DryRunState if state.terminal} == {DryRunState.PLANNED, DryRunState.FAILED}
