"""Whatever is wanted: a plan's requests make it, an equal file changes nothing, an edit never goes unseen."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import assume, event, given, note, settings
from hypothesis import strategies as st

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.findings import Severity
from gitmoxi.domain.targets import TargetKind
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.errors import PlanningError
from gitmoxi.planning.task_definition_change import diff_task_definitions
from gitmoxi.ports.ecs import EcsTaskDefinition
from gitmoxi.rendering.objects import render_object
from gitmoxi.validation.ecs_service import check_ecs
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.documents import Doc, DocumentMaker
from tests.simulation.planning_hands import PlanningHands, described

MANY = settings(max_examples=300, deadline=None)
SEEDS = st.integers(0, 2**32)


def wanted(seed: int) -> DesiredEcs:
    make = DocumentMaker(seed)
    return DesiredEcs(target=ECS_TARGET, service=make.service(), task_definition=make.task_definition())


@MANY
@given(SEEDS, SEEDS)
def test_a_plan_makes_what_is_wanted_with_the_calls_that_it_names(before: int, after: int) -> None:
    # What launch type a service has that was made with capacity providers, AWS does not say.
    assume("launchType" in wanted(before).service or "launchType" not in wanted(after).service)
    note(f"{wanted(before)} becomes {wanted(after)}")
    asyncio.run(_made_and_changed(wanted(before), wanted(after)))


async def _made_and_changed(before: DesiredEcs, after: DesiredEcs) -> None:
    hands = PlanningHands()
    await hands.carry_out(before, await hands.plan(before))
    assert (await hands.plan(before, previous=before)).differences == ()
    hands.aws.journal.clear()

    plan = await hands.plan(after, previous=before)
    await hands.carry_out(after, plan)

    assert [f"ecs:{name}" for name in hands.aws.mutations] == [call.api for call in described(plan).calls]
    for previous in (None, after):
        again = await hands.plan(after, previous=previous)
        assert (again.verb, again.differences) == (Verb.NOTHING, ())


@MANY
@given(SEEDS)
def test_an_edit_of_a_task_definition_is_no_change_or_shown_or_a_finding(seed: int) -> None:
    make = DocumentMaker(seed)
    original = make.task_definition()
    changed = make.edited(original)
    note(f"{original} becomes {changed}")
    cleaned = _validated(changed)
    if cleaned is None:
        event("a finding")
        return
    hands = PlanningHands()
    before = _registered(hands, original)
    try:
        differences = diff_task_definitions(cleaned, before, previous=original)
    except PlanningError:
        event("refused")
        return
    if differences:
        event("shown")
    else:
        event("no change")
        assert _meaning(_registered(hands, cleaned).document) == _meaning(before.document)


def _validated(task_definition: Doc) -> Doc | None:
    """The task definition as it would be registered; None where validation has errors."""
    rendered = render_object(
        prefix="a",
        kind=TargetKind.ECS,
        files={"a_taskdef.json": json.dumps(task_definition).encode()},
        references={},
    )
    check = check_ecs(rendered)
    assert check.task_definition is not None
    refused = any(finding.severity is Severity.ERROR for finding in check.findings)
    return None if refused else check.task_definition.document


def _registered(hands: PlanningHands, document: Doc) -> EcsTaskDefinition:
    """What ECS answers for it."""
    answer = hands.call("RegisterTaskDefinition", **document)
    tags = {tag["key"]: tag.get("value", "") for tag in answer.get("tags", [])}
    return EcsTaskDefinition(document=answer["taskDefinition"] | {"tags": tags}, tags=tags)


def _meaning(value: Any) -> Any:
    """ECS's answer without what differs from revision to revision and what it takes for granted.

    Lists of objects, and of launch types, have no order.
    """
    if isinstance(value, dict):
        members = {name: _meaning(member) for name, member in value.items() if name not in _OF_A_REVISION}
        return {n: m for n, m in members.items() if (n, m) not in _GRANTED and m not in (None, [], {})}
    if isinstance(value, list):
        items = [_meaning(item) for item in value]
        orderless = all(isinstance(item, dict) for item in value) or {*value} <= {
            "EC2",
            "FARGATE",
            "EXTERNAL",
        }
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if orderless else items
    return value


_OF_A_REVISION = {"taskDefinitionArn", "revision", "registeredAt", "registeredBy"}
_GRANTED = [
    ("cpuArchitecture", "X86_64"),
    ("enableFaultInjection", False),
    ("initProcessEnabled", False),
    ("interval", 30),
    ("readOnly", False),
    ("readonlyRootFilesystem", False),
    ("retries", 3),
    ("timeout", 5),
]
"""Members that mean the same when they are left out (API_RegisterTaskDefinition and its data types)."""
