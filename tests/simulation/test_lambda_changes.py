"""What is sent to Lambda: only what changed, and what undoes a member that left the file."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from gitmoxi.domain.deployments import PlannedWarning, Risk
from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredLambda
from tests.simulation.cloud import LAMBDA_TARGET
from tests.simulation.lambda_scenarios import (
    CODE,
    CONFIGURATION,
    CREATE,
    CREATE_ALIAS,
    FUNCTION,
    MOVE_ALIAS,
    PUBLISH,
    ended,
    greet,
    serving,
)
from tests.simulation.packages import zipped
from tests.simulation.world import World

Doc = dict[str, Any]
IMAGE = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/greet"
DIGEST = f"{IMAGE}@sha256:{'a' * 64}"


def sent(world: World, operation: str) -> Doc:
    """The only request of an operation, without what every one of them has."""
    (request,) = world.aws.requests(operation)
    return {name: value for name, value in request.items() if name not in {"FunctionName", "RevisionId"}}


def image(uri: str, **members: Any) -> DesiredLambda:
    kept = {name: FUNCTION[name] for name in ("FunctionName", "Role", "Environment", "Tags")}
    document = {**kept, "PackageType": "Image", "Code": {"ImageUri": uri}, **members}
    return DesiredLambda(target=LAMBDA_TARGET, function=document, settings={"alias": "live"})


async def after(world: World, desired: DesiredLambda) -> list[str]:
    """The mutations of a deployment."""
    world.aws.journal.clear()
    await ended(world, desired)
    return world.aws.mutations


async def test_code_of_a_version_of_an_object_is_sent_alone() -> None:
    world = World()
    await serving(world)
    code = {"S3Bucket": "code", "S3Key": "greet-1.zip", "S3ObjectVersion": "v2"}

    assert await after(world, greet(Code=code)) == [CODE, PUBLISH, MOVE_ALIAS]
    assert sent(world, CODE) == {**code, "Architectures": ["x86_64"], "Publish": False}


async def test_an_architecture_goes_with_the_code() -> None:
    world = World()
    await serving(world)

    assert await after(world, greet(Architectures=["arm64"])) == [CODE, PUBLISH, MOVE_ALIAS]
    assert sent(world, CODE)["Architectures"] == ["arm64"]


async def test_only_the_settings_that_differ_are_sent() -> None:
    world = World()
    await serving(world)

    assert await after(world, greet(Timeout=9)) == [CONFIGURATION, PUBLISH, MOVE_ALIAS]
    assert sent(world, CONFIGURATION) == {"Timeout": 9}


async def test_code_is_settled_before_the_configuration_is_sent() -> None:
    world = World()
    await serving(world)
    world.aws.journal.clear()
    await ended(world, greet("greet-2.zip", Timeout=9))

    calls = [call.operation for call in world.aws.journal]
    between = calls[calls.index(CODE) + 1 : calls.index(CONFIGURATION)]
    assert between.count("GetFunction") >= 2
    first, second = (world.aws.requests(operation)[0] for operation in (CODE, CONFIGURATION))
    assert first["RevisionId"] != second["RevisionId"]


@pytest.mark.parametrize(
    "uri", [pytest.param(f"{IMAGE}:2", id="by tag"), pytest.param(DIGEST, id="by digest")]
)
async def test_an_image_is_known_by_its_uri(uri: str) -> None:
    world = World()
    await ended(world, image(f"{IMAGE}:1"))

    assert await after(world, image(uri)) == [CODE, PUBLISH, MOVE_ALIAS]
    assert sent(world, CODE)["ImageUri"] == uri
    assert (await world.run(await world.push(image(uri)))).state is State.NO_CHANGE


async def test_other_bytes_under_the_same_key_are_seen_where_s3_tells_their_hash() -> None:
    world = World()
    old, new = zipped("old"), zipped("new")
    put(world, old)
    await ended(world, greet())
    assert (await world.run(await world.push(greet()))).state is State.NO_CHANGE
    put(world, new)

    assert await after(world, greet()) == [CODE, PUBLISH, MOVE_ALIAS]
    assert world.function()["Configuration"]["CodeSha256"] == sha256(new)
    assert (await world.run(await world.push(greet()))).state is State.NO_CHANGE


def put(world: World, package: bytes) -> None:
    """Upload ``greet-1.zip`` with a checksum."""
    world.functions.packages.objects["greet-1.zip"] = package
    world.packages["greet-1.zip"] = {"ChecksumSHA256": sha256(package)}


def sha256(package: bytes) -> str:
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


RICH: Doc = {
    "Description": "greets",
    "Timeout": 30,
    "MemorySize": 512,
    "EphemeralStorage": {"Size": 1024},
    "KMSKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/one",
    "Layers": ["arn:aws:lambda:eu-central-1:111122223333:layer:base:3"],
    "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-central-1:111122223333:dead"},
    "TracingConfig": {"Mode": "Active"},
    "SnapStart": {"ApplyOn": "None"},
    "FileSystemConfigs": [
        {
            "Arn": f"arn:aws:elasticfilesystem:eu-central-1:111122223333:access-point/fsap-{'0' * 17}",
            "LocalMountPath": "/mnt/f",
        }
    ],
}
RESET: Doc = {
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "EphemeralStorage": {"Size": 512},
    "KMSKeyArn": "",
    "Layers": [],
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "DeadLetterConfig": {"TargetArn": ""},
    "TracingConfig": {"Mode": "PassThrough"},
    "Environment": {"Variables": {}},
    "FileSystemConfigs": [],
}


async def test_members_that_leave_the_file_go_back_to_awss_defaults_and_the_plan_says_so() -> None:
    world = World()
    await ended(world, greet(**RICH))
    poor = greet()
    document = {name: value for name, value in poor.function.items() if name != "Environment"}
    poor = DesiredLambda(target=poor.target, function=document, settings=poor.settings)
    world.aws.journal.clear()

    deployment = await world.push(poor)
    head = await world.run(deployment)

    assert head.state is State.SUCCEEDED, head.because
    assert sent(world, CONFIGURATION) == RESET
    plan = await world.ledger.plan(deployment)
    assert plan is not None
    changed = {difference.path.partition(".")[0].partition("[")[0] for difference in plan.differences}
    assert changed == set(RESET)
    assert (await world.run(await world.push(poor))).state is State.NO_CHANGE


async def test_an_image_s_settings_that_leave_the_file_are_emptied() -> None:
    world = World()
    await ended(world, image(f"{IMAGE}:1", ImageConfig={"Command": ["app.handler"]}))

    assert await after(world, image(f"{IMAGE}:1")) == [CONFIGURATION, PUBLISH, MOVE_ALIAS]
    assert sent(world, CONFIGURATION) == {
        "ImageConfig": {"EntryPoint": [], "Command": [], "WorkingDirectory": ""}
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("Role", "arn:aws:iam::111122223333:role/other", id="role"),
        pytest.param("DeadLetterConfig", RICH["DeadLetterConfig"], id="dead letters"),
    ],
)
async def test_what_two_versions_of_an_alias_must_share_moves_at_once_and_the_plan_says_so(
    name: str, value: Any
) -> None:
    world = World()
    await serving(world)
    shifting = {"trafficShiftingConfig": {"type": "CANARY"}}

    deployment = await world.push(greet(settings=shifting, **{name: value}))
    head = await world.run(deployment)

    assert (head.state, world.alias()) == (State.SUCCEEDED, "2")
    plan = await world.ledger.plan(deployment)
    assert plan is not None
    assert plan.strategy == "all_at_once"
    text = (
        f"{name} changes: two versions that differ in it cannot share an alias, so the traffic moves at once"
    )
    assert PlannedWarning(text=text, risk=Risk.DATA_PATH) in plan.warnings


async def test_a_created_function_is_published_and_served_with_all_it_has() -> None:
    world = World()

    assert await after(world, greet(**RICH)) == [CREATE, PUBLISH, CREATE_ALIAS]
    assert {name: sent(world, CREATE)[name] for name in RICH} == RICH
