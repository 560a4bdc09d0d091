"""Whatever commits, people, faults and crashes come together: each deployment ends, and ends in the truth."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gitmoxi.domain.deployments import CommandKind
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import Target
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.decision import Decision
from gitmoxi.workflow import ecs_conductors
from gitmoxi_local.aws_model.base import AwsError, ImageFault
from tests.simulation.cloud import ECS_TARGET, LAMBDA_TARGET
from tests.simulation.ecs_scenarios import NATIVE_BREAKER, web
from tests.simulation.lambda_scenarios import greet
from tests.simulation.stories import (
    Story,
    Told,
    Turn,
    check_journal,
    check_records,
    ended_last,
    play,
    stories,
)
from tests.simulation.world import World

EXAMPLES = 300
"""For each engine."""

STORIES = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

BREAKERS: tuple[dict[str, Any], ...] = (
    {},
    {"gmDeploymentCircuitBreaker": {"failureThreshold": 3}},
    {"gmDeploymentCircuitBreaker": {"failureThreshold": 3, "rollback": False}},
    {"stabilityCheck": {"timeout": 90}},
)
wishes = st.builds(
    web,
    st.sampled_from(["web:1", "web:2", "web:3", "web:bad", "web:slow"]),
    st.sampled_from(BREAKERS),
    desiredCount=st.sampled_from([1, 2]),
).flatmap(lambda wish: st.sampled_from([wish, replace(wish, service={**wish.service, **NATIVE_BREAKER})]))
OPERATIONS = ("RegisterTaskDefinition", "CreateService", "UpdateService", "DeleteService", "DescribeServices")


def bad_images(world: World) -> None:
    world.faults.entries += [
        ImageFault(match="bad", kind="crash"),
        ImageFault(match="slow", kind="slow_start", after_seconds=7200),
    ]


def image_of(wish: Any) -> str:
    return str(wish.task_definition["containerDefinitions"][0]["image"])


async def good_wish(told: Told, target: Target) -> Any:
    """What the last good deployment of the story wanted; None if none was good."""
    good = (await told.world.ledger.target(target)).last_good
    return told.wishes[good.deployment_id] if good is not None else None


async def check_service(told: Told) -> None:
    """What runs is what the last deployment's end says."""
    last = await ended_last(told)
    if last is None:
        return
    service = told.world.service()
    images = told.world.images() if service is not None and service["status"] == "ACTIVE" else []
    if last.id not in told.wishes:
        if last.state is State.SUCCEEDED:
            assert service is None or service["status"] != "ACTIVE", "deleted, and still there"
        return
    wish = told.wishes[last.id]
    if last.state in {State.SUCCEEDED, State.NO_CHANGE}:
        assert images == [image_of(wish)] * wish.service["desiredCount"], f"{last.state}: {last.because}"
    if last.state is State.ROLLED_BACK:
        before = await good_wish(told, ECS_TARGET)
        assert set(images) == ({image_of(before)} if before is not None else set()), last.because


def coloured(colour: str, broken: bool, concurrency: Any) -> Any:
    """A function that can be told by its variables."""
    variables = {"COLOUR": colour} | ({"BROKEN": "yes"} if broken else {})
    return greet(f"{colour}.zip", concurrency, Environment={"Variables": variables})


CONCURRENCY: tuple[dict[str, Any], ...] = (
    {},
    {"reservedConcurrency": 20},
    {"reservedConcurrency": "none", "provisionedConcurrency": "none"},
    {"reservedConcurrency": 9, "provisionedConcurrency": 2},
)
functions = st.builds(
    coloured,
    st.sampled_from(["blue", "green"]),
    st.sampled_from([False, False, True]),
    st.sampled_from(CONCURRENCY),
)
FUNCTION_OPERATIONS = (
    "CreateFunction",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "PublishVersion",
    "CreateAlias",
    "UpdateAlias",
    "PutFunctionConcurrency",
    "PutProvisionedConcurrencyConfig",
    "GetFunction",
)


def served(world: World) -> Any:
    """The variables of the version that the alias serves."""
    answer = world.functions.call("GetFunction", {"FunctionName": "greet", "Qualifier": world.alias()})
    return answer["Configuration"]["Environment"]["Variables"]


def check_concurrency(world: World, wish: Any, because: str) -> None:
    """What the settings name is set; what they leave out is nobody's promise."""
    answer = world.functions.call("GetFunction", {"FunctionName": "greet"})
    reserved = (answer.get("Concurrency") or {}).get("ReservedConcurrentExecutions", "none")
    listed = world.functions.call("ListProvisionedConcurrencyConfigs", {"FunctionName": "greet"})
    configs = listed["ProvisionedConcurrencyConfigs"]
    live = {
        "reservedConcurrency": reserved,
        "provisionedConcurrency": configs[0]["RequestedProvisionedConcurrentExecutions"]
        if configs
        else "none",
    }
    wanted = {name: value for name, value in wish.settings.items() if name in live}
    assert {name: live[name] for name in wanted} == wanted, because


async def check_function(told: Told) -> None:
    """What is served, and by how many executions, is what the last deployment's end says."""
    last = await ended_last(told)
    if last is None:
        return
    if last.id not in told.wishes:
        if last.state is State.SUCCEEDED:
            with pytest.raises(AwsError, match="ResourceNotFoundException"):
                served(told.world)
        return
    wish = told.wishes[last.id].function["Environment"]["Variables"]
    if last.state in {State.SUCCEEDED, State.NO_CHANGE}:
        assert served(told.world) == wish, f"{last.state}: {last.because}"
        check_concurrency(told.world, told.wishes[last.id], f"{last.state}: {last.because}")
    if last.state is State.ROLLED_BACK and (before := await good_wish(told, LAMBDA_TARGET)) is not None:
        assert served(told.world) == before.function["Environment"]["Variables"], last.because
        check_concurrency(told.world, before, last.because)


async def tell(story: Story) -> None:
    told = await play(story, ECS_TARGET, bad_images)
    await check_records(told, ECS_TARGET)
    await check_journal(told)
    await check_service(told)


async def tell_of_a_function(story: Story) -> None:
    told = await play(story, LAMBDA_TARGET, lambda _: None)
    await check_records(told, LAMBDA_TARGET)
    await check_journal(told)
    await check_function(told)


def first_good(*more: Turn) -> Story:
    return Story(turns=(Turn(after=0, what="push", detail=web("web:1")), *more))


PAUSED_AT_ONCE = first_good(Turn(after=0, what="command", detail=CommandKind.PAUSE))
"""A pause came between a call and the look at its answer, which was lost with it."""


@STORIES
@example(replace(PAUSED_AT_ONCE, kill_at=2, redelivers=False))
@given(stories(wishes, OPERATIONS))
def test_a_service_ends_in_the_truth(story):
    asyncio.run(tell(story))


@STORIES
@given(stories(functions, FUNCTION_OPERATIONS))
def test_a_function_ends_in_the_truth(story):
    asyncio.run(tell_of_a_function(story))


BAD = Turn(after=200, what="push", detail=web("web:bad"))
BAD_NATIVE = Turn(after=200, what="push", detail=web("web:bad", {}, **NATIVE_BREAKER))


@pytest.mark.parametrize(
    ("source", "to", "instead", "story"),
    [
        pytest.param(
            State.RUNNING,
            State.ROLLED_BACK,
            State.SUCCEEDED,
            first_good(BAD_NATIVE),
            id="ECS's own rollback is called a success",
        ),
        pytest.param(
            State.RUNNING, State.ROLLING_BACK, State.SUCCEEDED, first_good(BAD), id="a failure is a success"
        ),
        pytest.param(
            State.RUNNING, State.RUNNING, State.SUCCEEDED, first_good(BAD), id="a wait is a success"
        ),
        pytest.param(
            State.RUNNING, State.SUCCEEDED, State.WAITING, first_good(), id="a transition that is not allowed"
        ),
    ],
)
async def test_a_broken_transition_is_caught(monkeypatch, source, to, instead, story):
    decide = ecs_conductors.decide_rolling

    def broken(deployment, *arguments) -> Decision:
        decision = decide(deployment, *arguments)
        hit = deployment.state is source and decision.to is to and deployment.progress.phase == "follow"
        return replace(decision, to=instead, actions=()) if hit else decision

    await tell(story)
    monkeypatch.setattr(ecs_conductors, "decide_rolling", broken)
    with pytest.raises((AssertionError, InvariantError)):
        await tell(story)
