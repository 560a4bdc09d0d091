"""What somebody made by hand, taken over by the files that ``gmctl init`` writes: nothing is changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.domain.files import FileKind
from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.export.functions import LiveLambda, lambda_files, s3_code
from tests.simulation.cloud import LAMBDA_TARGET
from tests.simulation.lambda_scenarios import CODE, made_by_others
from tests.simulation.world import World

KEY = "kept.zip"


async def taken_over(world: World) -> DesiredLambda:
    """What the files of the function want, whose package lies in S3 under another key than it came from."""
    functions = AwsLambda(world.aws, RateLimits(world.clock))
    latest = await functions.function(LAMBDA_TARGET)
    assert latest is not None
    live = LiveLambda(
        target=LAMBDA_TARGET,
        latest=latest,
        alias=await functions.alias(LAMBDA_TARGET, "live"),
        served=await functions.function(LAMBDA_TARGET, "1"),
    )
    exported = lambda_files(live, alias_name="live", code=s3_code("code", KEY, None), code_sha256=None)
    documents: dict[FileKind, Any] = {file.kind: json.loads(file.text) for file in exported.files}
    return DesiredLambda(
        target=LAMBDA_TARGET,
        function=documents[FileKind.LAMBDADEF],
        settings=documents[FileKind.LAMBDA_DEPDEF],
    )


def code_sha256(world: World) -> str:
    return str(world.function()["Configuration"]["CodeSha256"])


async def test_a_function_whose_package_s3_knows_is_left_alone() -> None:
    world = World()
    await made_by_others(world)
    desired = await taken_over(world)
    world.packages[KEY] = {"ChecksumSHA256": code_sha256(world)}

    head = await world.run(await world.push(desired))

    assert head.state is State.NO_CHANGE
    assert world.aws.mutations == []


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(None, id="we may not read it"),
        pytest.param({}, id="uploaded without a checksum"),
        pytest.param({"ChecksumSHA256": "b3RoZXI=-2"}, id="the checksum of parts"),
        pytest.param({"ChecksumSHA256": "b3RoZXI="}, id="other code"),
    ],
)
async def test_where_the_package_is_not_known_to_be_the_same_it_is_sent(told: dict[str, str] | None) -> None:
    world = World()
    await made_by_others(world)
    desired = await taken_over(world)
    if told is not None:
        world.packages[KEY] = told

    head = await world.run(await world.push(desired))

    assert head.state is State.SUCCEEDED
    assert world.aws.mutations[0] == CODE


async def test_s3_is_not_asked_once_a_deployment_is_known_to_be_good() -> None:
    world = World()
    await made_by_others(world)
    desired = await taken_over(world)
    await world.run(await world.push(desired))
    world.aws.journal.clear()

    head = await world.run(await world.push(desired))

    assert head.state is State.NO_CHANGE
    assert "HeadObject" not in world.aws.reads
