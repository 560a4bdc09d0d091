"""How a plan looks on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gitmoxi_gmctl.plans import print_plan
from gitmoxi_gmctl.replies import Plan, PlannedCall, PlannedDifference, PlannedWarning


def difference(path, before, after, document="service"):
    return PlannedDifference(document=document, path=path, before=before, after=after)


def plan(*differences, verb="update", **members):
    values = {"strategy": "rolling", "steps": (), "calls": (), "warnings": ()} | members
    return Plan(verb=verb, differences=differences, **values)


def shown(found, *, colours=False, **options):
    out = io.StringIO()
    print_plan(Console(file=out, force_terminal=colours, width=60, highlight=False), found, **options)
    return out.getvalue()


CREATED = plan(
    difference("family", None, "web", "task definition"),
    difference("containerDefinitions[web].cpu", None, "10", "task definition"),
    difference("containerDefinitions[web].image", None, "web:1", "task definition"),
    difference("desiredCount", None, "2"),
    difference("networkConfiguration.awsvpcConfiguration.subnets", None, '["subnet-1"]'),
    verb="create",
)


def test_an_update_is_shown_document_by_document():
    changes = plan(
        difference("containerDefinitions[web].image", "web:1", "web:2", "task definition"),
        difference("desiredCount", "2", "3"),
        difference("loadBalancers", "[]", None),
        difference("platformVersion", None, "1.4.0"),
    )
    assert shown(changes) == (
        "Plan: update, rolling\n"
        "  task definition\n"
        "    ~ containerDefinitions[web].image: web:1 → web:2\n"
        "  service\n"
        "    ~ desiredCount: 2 → 3\n"
        "    - loadBalancers: []\n"
        "    + platformVersion: 1.4.0\n"
    )


def test_steps_calls_and_risks_follow():
    told = plan(
        steps=("update the service", "follow it"),
        calls=(PlannedCall(api="ecs:UpdateService", summary="desiredCount"),),
        warnings=(
            PlannedWarning(text="it is adopted", risk=None),
            PlannedWarning(text="nothing serves", risk="downtime"),
        ),
    )
    assert shown(told).splitlines()[1:] == [
        "  1. update the service",
        "  2. follow it",
        "  ecs:UpdateService  desiredCount",
        "  warning: it is adopted",
        "  downtime risk: nothing serves",
    ]


def test_what_is_made_anew_is_shown_in_outline():
    assert shown(CREATED).splitlines()[1:] == [
        "  task definition",
        "    + family: web",
        "    + containerDefinitions[web].image: web:1",
        "    and more: 1 (-v shows all)",
        "  service",
        "    + desiredCount: 2",
        "    and more: 1 (-v shows all)",
    ]


def test_or_whole_if_that_is_wanted():
    whole = shown(CREATED, verbose=True)
    assert all(one.path in whole for one in CREATED.differences)
    assert "and more" not in whole


@pytest.mark.parametrize(
    ("found", "colour"),
    [
        pytest.param(difference("a", None, "1"), "\x1b[32m    + a: 1", id="added: green"),
        pytest.param(difference("a", "1", None), "\x1b[31m    - a: 1", id="removed: red"),
        pytest.param(difference("a", "1", "2"), "\x1b[33m    ~ a: \x1b[0m\x1b[31m1", id="changed: from red"),
    ],
)
def test_colours_tell_what_happens(found, colour):
    assert colour in shown(plan(found), colours=True)


def test_what_stands_in_a_file_cannot_steer_the_terminal():
    assert "\x1b" not in shown(plan(difference("a", "\x1b[2J", "x\x07")))
