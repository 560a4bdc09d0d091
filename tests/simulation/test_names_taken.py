"""A creation that meets a name which somebody took meanwhile: it says so, and leaves theirs alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.history import told_in
from gitmoxi.domain.states import State
from tests.simulation.ecs_scenarios import CREATE, REGISTER, SERVICE, TASK, web
from tests.simulation.lambda_scenarios import CREATE as CREATE_FUNCTION
from tests.simulation.lambda_scenarios import FUNCTION, greet
from tests.simulation.world import KilledError, World

Doc = dict[str, Any]


def others_make_a_service(world: World) -> None:
    made = world.ecs_call("RegisterTaskDefinition", **{**TASK, "family": "theirs"})
    arn = made["taskDefinition"]["taskDefinitionArn"]
    world.ecs_call("CreateService", **{**SERVICE, "desiredCount": 1}, taskDefinition=arn)


def others_make_a_function(world: World) -> None:
    code = {"S3Bucket": "code", "S3Key": "theirs.zip"}
    world.functions.call("CreateFunction", {**FUNCTION, "Code": code, "Tags": {}})


def taken_meanwhile(world: World, service: str, operation: str, *, killed: bool) -> None:
    """Somebody takes the name just before our creation; ``killed`` is whether our worker dies with it."""
    forward = world.aws.models[service]
    take = others_make_a_service if service == "ecs" else others_make_a_function

    def met(called: str, params: Mapping[str, Any]) -> Doc:
        if called == operation:
            world.aws.models[service] = forward
            take(world)
            if killed:
                raise KilledError
        return forward(called, params)

    world.aws.models[service] = met


async def advice(world: World, head: Deployment) -> str:
    """What a person is told to do: in the explanation of AWS's refusal, or in the reason itself."""
    explained = told_in(await world.ledger.steps(head.id))
    assert [one.id for one in explained] in ([], ["request.exists-already"])
    return explained[0].advice if explained else head.because


KILLED = pytest.mark.parametrize(
    "killed", [pytest.param(False, id="at the call"), pytest.param(True, id="at its repeat after a crash")]
)


@KILLED
async def test_scenario_10_a_service_with_other_parameters_is_named_and_left_alone(*, killed: bool) -> None:
    world = World()
    taken_meanwhile(world, "ecs", CREATE, killed=killed)

    head = await world.run(await world.push(web("web:2")))
    await world.pass_time(60)

    assert head.state is State.FAILED
    assert ("exists already" if killed else "Creation of service was not idempotent") in head.because
    assert "choose another name" in await advice(world, head)
    assert world.aws.mutations == [REGISTER]
    assert world.images() == ["web:1"]


@KILLED
async def test_scenario_10_a_function_with_other_parameters_is_named_and_left_alone(*, killed: bool) -> None:
    world = World()
    taken_meanwhile(world, "lambda", CREATE_FUNCTION, killed=killed)

    head = await world.run(await world.push(greet("greet-2.zip")))
    await world.pass_time(60)

    assert head.state is State.FAILED, head.because
    assert ("exists already" if killed else "Function already exist") in head.because
    assert "choose another name" in await advice(world, head)
    assert world.aws.mutations == []
    assert "gitmoxi" not in str(world.function().get("Tags", {}))
