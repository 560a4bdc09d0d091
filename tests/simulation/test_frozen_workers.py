"""A worker that stands still for longer than its lease, at any of its calls, and then goes on."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from gitmoxi.workflow.lease_keeper import LeaseTimes
from tests.simulation.ecs_scenarios import CREATE, REGISTER, TAG, UNTAG, UPDATE
from tests.simulation.ecs_scenarios import SCENARIOS as SERVICES
from tests.simulation.lambda_scenarios import CODE, PUBLISH
from tests.simulation.lambda_scenarios import SCENARIOS as FUNCTIONS
from tests.simulation.troubled_world import FreezingWorld

STORIES: dict[str, Any] = {
    "a service that is created": SERVICES["create"],
    "a service with another image and other tags": SERVICES["update with new tags"],
    "a function with other code and tags": FUNCTIONS["code and tags"],
    "a function that goes back": FUNCTIONS["broken code"],
}

FROZEN_SECONDS = 2 * LeaseTimes().ttl

HARMLESS = frozenset({REGISTER, CREATE, UPDATE, CODE, PUBLISH, TAG, UNTAG})
"""What one late call may add, for AWS cannot fence it: a revision that nobody uses, the same change
again, a creation whose token ECS knows and answers with what there is."""


async def told(story: Any, world: FreezingWorld, what: str) -> None:
    """The story, in which somebody freezes for twice the lease's time; it ends as it has to end."""
    deployment = await story.begun(world)
    world.begin()
    while not world.frozen and not (await world.head(deployment)).state.terminal:
        await world.step()
    world.ended_after = len(world.calls)
    if world.frozen:
        await world.pass_time(FROZEN_SECONDS)
        before = await world.head(deployment)
        await world.thaw()
        after = await world.head(deployment)
        assert after.version >= before.version, f"{what}: a late record was not refused"
        assert not before.state.terminal or after == before, f"{what}: what had ended was written again"
    head = await world.run(deployment)
    await world.pass_time(30)
    assert head.state is story.ends, f"{what}: {head.because}"
    extra = Counter(world.aws.mutations) - Counter(story.mutations)
    assert extra.total() <= 1, f"{what}: {extra}"
    assert set(extra) <= HARMLESS, f"{what}: {extra}"
    assert not Counter(story.mutations) - Counter(world.aws.mutations), what


@pytest.mark.parametrize("name", STORIES)
async def test_scenario_7_a_worker_that_freezes_at_any_call_is_fenced_and_the_end_is_right(name: str) -> None:
    calm = FreezingWorld()
    await told(STORIES[name], calm, "nobody froze")
    for number, call in enumerate(calm.calls[: calm.ended_after], start=1):
        world = FreezingWorld(freezes_at=number)
        await told(STORIES[name], world, f"frozen before call {number}, {call}")
