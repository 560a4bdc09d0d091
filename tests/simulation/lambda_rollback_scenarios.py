"""Rollbacks of a Lambda function: to the last good version, to what was found, to what a person asks for."""

from __future__ import annotations

from typing import Any

from gitmoxi.domain.states import State
from tests.simulation.lambda_scenarios import (
    CODE,
    CONFIGURATION,
    MOVE_ALIAS,
    PUBLISH,
    Scenario,
    ended,
    greet,
    made_by_others,
    pushing,
)
from tests.simulation.rollback_requests import asking_for
from tests.simulation.world import World

Doc = dict[str, Any]


async def two_revisions(world: World) -> None:
    """d-1 deployed greet-1.zip as version 1, which somebody deleted once version 2 of d-2 served."""
    await two_revisions_the_first_kept(world)
    world.functions.call("DeleteFunction", {"FunctionName": "greet", "Qualifier": "1"})


async def two_revisions_the_first_kept(world: World) -> None:
    """Version 1 is still there."""
    await ended(world, greet())
    await ended(world, greet("greet-2.zip", Timeout=9))


SCENARIOS: dict[str, Scenario] = {
    "asked for, the version is gone": Scenario(
        prepare=two_revisions,
        push=asking_for("d-1"),
        ends=State.SUCCEEDED,
        mutations=(CODE, CONFIGURATION, PUBLISH, MOVE_ALIAS),
        serves="3",
        versions=("2", "3"),
    ),
    "asked for, the version is there": Scenario(
        prepare=two_revisions_the_first_kept,
        push=asking_for("d-1"),
        ends=State.SUCCEEDED,
        mutations=(MOVE_ALIAS, CODE, CONFIGURATION),
        serves="1",
        versions=("1", "2"),
    ),
    "asked for, and runs already": Scenario(
        prepare=two_revisions,
        push=asking_for("d-2"),
        ends=State.NO_CHANGE,
        mutations=(),
        serves="2",
        versions=("2",),
    ),
    "what was added to a found function is taken out": Scenario(
        prepare=made_by_others,
        push=pushing(greet("broken.zip", Tags={"stage": "prod"}, Timeout=9)),
        ends=State.ROLLED_BACK,
        mutations=(CODE,),
        serves="1",
        versions=("1",),
    ),
    "settings of a found function are brought back": Scenario(
        prepare=made_by_others,
        push=pushing(greet("other.zip", Timeout=9, Environment={"Variables": {"BROKEN": "yes"}})),
        ends=State.ROLLED_BACK,
        mutations=(CODE, CONFIGURATION, CONFIGURATION),
        serves="1",
        versions=("1",),
    ),
}
