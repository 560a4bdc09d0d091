"""DynamoDB throttles, fails, or fails after it wrote: at any call of any tick, and for minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitmoxi.errors import (
    ContentionError,
    GitmoxiError,
    OutcomeUnknownError,
    ThrottledError,
    UnavailableError,
)
from tests.simulation.ecs_scenarios import SCENARIOS as SERVICES
from tests.simulation.lambda_scenarios import SCENARIOS as FUNCTIONS
from tests.simulation.troubled_world import FlakyWorld

STORIES: dict[str, Any] = {
    "a service with another image and other tags": SERVICES["update with new tags"],
    "a service that is deleted": SERVICES["delete"],
    "a function that goes back": FUNCTIONS["broken code"],
}


def throttled() -> GitmoxiError:
    return ThrottledError("dynamodb: ProvisionedThroughputExceededException")


def contended() -> GitmoxiError:
    return ContentionError("somebody else wrote first")


def unavailable() -> GitmoxiError:
    return UnavailableError("dynamodb answered 500: InternalServerError")


def unanswered() -> GitmoxiError:
    return OutcomeUnknownError("dynamodb answered 500 after it wrote")


REFUSALS = (throttled, unavailable, contended)
"""They are met in turn, one after the other, at one call after the other."""


async def told(
    story: Any, error: Callable[[], GitmoxiError], fails_at: range, *, carried_out: bool
) -> FlakyWorld:
    """The story in a world whose database fails at these calls, ended as it has to end."""
    world = FlakyWorld()
    deployment = await story.begun(world)
    world.calls.clear()
    world.error, world.fails_at, world.carried_out = error, fails_at, carried_out
    head = await world.run(deployment)
    world.ended_after = len(world.calls)
    await world.pass_time(30)
    what = f"failed at {fails_at}, {world.calls[fails_at.start - 1 : fails_at.start]}"
    assert head.state is story.ends, f"{what}: {head.because}"
    assert tuple(world.aws.mutations) == story.mutations, what
    return world


@pytest.mark.parametrize("name", STORIES)
async def test_scenario_15_16_a_database_that_refuses_any_call_repeats_nothing_and_loses_nothing(
    name: str,
) -> None:
    calm = await told(STORIES[name], throttled, range(1, 1), carried_out=False)
    for number in range(1, calm.ended_after + 1):
        error = REFUSALS[number % len(REFUSALS)]
        await told(STORIES[name], error, range(number, number + 1), carried_out=False)


@pytest.mark.parametrize("name", STORIES)
async def test_scenario_15_a_database_that_writes_and_does_not_answer_repeats_nothing(name: str) -> None:
    calm = await told(STORIES[name], unanswered, range(1, 1), carried_out=True)
    for number in range(1, calm.ended_after + 1):
        await told(STORIES[name], unanswered, range(number, number + 1), carried_out=True)


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("first", [1, 20])
async def test_scenario_15_a_database_that_fails_forty_times_in_a_row_is_waited_for(
    name: str, first: int
) -> None:
    world = await told(STORIES[name], throttled, range(first, first + 40), carried_out=False)
    assert len(world.calls) > first + 40
