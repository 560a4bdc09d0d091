"""The logs and the target health adapters against the local cloud, and their fakes against the same."""

from __future__ import annotations

import contextlib
import itertools

import pytest

from gitmoxi.adapters.aws.evidence import AwsLogs, AwsTargetHealth
from gitmoxi.adapters.memory.evidence import MemoryLogs, MemoryTargetHealth
from gitmoxi.explaining.signs import TargetState
from gitmoxi.ports.evidence import LogStream
from tests.contract.aws.conftest import REGION

_NUMBERS = itertools.count(1)
LINES = ("one", "two", "three")


@pytest.fixture(params=["aws", "memory"])
async def logs(request, clients, limits, cloud):
    """A port with ``LINES`` in a stream of ``/ecs/web``, and that stream."""
    stream = LogStream(
        account=cloud.account, region=REGION, group="/ecs/web", name=f"app/web/{next(_NUMBERS)}"
    )
    if request.param == "memory":
        memory = MemoryLogs()
        memory.lines[stream] = LINES
        return memory, stream
    client = await clients.client("logs")
    with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
        await client.create_log_group(logGroupName=stream.group)
    await client.create_log_stream(logGroupName=stream.group, logStreamName=stream.name)
    events = [{"timestamp": 1_800_000_000_000 + at, "message": line} for at, line in enumerate(LINES)]
    await client.put_log_events(logGroupName=stream.group, logStreamName=stream.name, logEvents=events)
    return AwsLogs(clients, limits), stream


async def test_the_newest_lines_come_with_the_newest_last(logs):
    port, stream = logs
    assert await port.last_lines(stream, 2) == ("two", "three")


async def test_a_stream_that_nobody_wrote_has_no_lines(logs):
    port, stream = logs
    elsewhere = LogStream(account=stream.account, region=stream.region, group="/ecs/none", name="x")
    assert await port.last_lines(elsewhere, 2) == ()


@pytest.fixture(params=["aws", "memory"])
async def health(request, clients, limits, cloud):
    """A port, and the ARN of a target group with one target that is not used."""
    if request.param == "memory":
        memory = MemoryTargetHealth()
        memory.states["arn:web"] = (TargetState(state="unused", target_group="arn:web"),)
        return memory, "arn:web"
    client = await clients.client("elbv2")
    made = await client.create_target_group(
        Name=f"web-{next(_NUMBERS)}", Protocol="HTTP", Port=80, VpcId="vpc-1", TargetType="ip"
    )
    arn = made["TargetGroups"][0]["TargetGroupArn"]
    await client.register_targets(TargetGroupArn=arn, Targets=[{"Id": "10.0.0.1", "Port": 80}])
    return AwsTargetHealth(clients, limits), arn


async def test_every_target_comes_with_its_state_and_group(health, cloud):
    port, arn = health
    [state] = await port.target_health(account=cloud.account, region=REGION, target_group_arn=arn)
    assert state.state
    assert state.target_group == arn


async def test_a_target_group_that_is_gone_has_no_targets(health, cloud):
    port, arn = health
    gone = await port.target_health(account=cloud.account, region=REGION, target_group_arn=f"{arn}0")
    assert gone == ()
