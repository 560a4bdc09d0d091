"""Within a tick the ECS adapter makes no read twice, unless something was changed in between."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import AwsRejectedError
from gitmoxi.ports.remembering import remembering

TARGET = EcsTarget(account="1" * 12, region="eu-central-1", cluster="prod", service_name="web")
ARN = f"arn:aws:ecs:eu-central-1:{TARGET.account}:task-definition/web:"
SERVICE = {"serviceName": "web", "status": "ACTIVE"}


@pytest.fixture
def ecs(clients, limits) -> AwsEcs:
    return AwsEcs(clients, limits, collect_seconds=0)


def described(revision: int) -> dict:
    return {"taskDefinition": {"taskDefinitionArn": f"{ARN}{revision}", "status": "ACTIVE"}}


def sent(aws) -> list[str]:
    return [request.operation for request in aws.received]


async def test_a_second_look_at_the_same_thing_costs_nothing(aws, ecs):
    aws.answer({"services": [SERVICE]}).answer(described(1))
    with remembering():
        for _ in range(3):
            assert (await ecs.service(TARGET)).status == "ACTIVE"
            assert (await ecs.task_definition(TARGET, f"{ARN}1")).active
    assert sent(aws) == ["DescribeServices", "DescribeTaskDefinition"]


async def test_that_something_is_missing_is_remembered_too(aws, ecs):
    aws.answer({"services": []})
    with remembering():
        assert [await ecs.service(TARGET), await ecs.service(TARGET)] == [None, None]
    assert sent(aws) == ["DescribeServices"]


async def test_an_error_is_not_remembered(aws, ecs):
    aws.refuse("ClusterNotFoundException").answer({"services": [SERVICE]})
    with remembering():
        with pytest.raises(AwsRejectedError):
            await ecs.service(TARGET)
        assert (await ecs.service(TARGET)).status == "ACTIVE"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda ecs: ecs.update_service(TARGET, {"desiredCount": 1}), id="UpdateService"),
        pytest.param(lambda ecs: ecs.delete_service(TARGET), id="DeleteService"),
        pytest.param(lambda ecs: ecs.tag_resource(TARGET, "arn:web", {"a": "b"}), id="TagResource"),
        pytest.param(lambda ecs: ecs.untag_resource(TARGET, "arn:web", ["a"]), id="UntagResource"),
        pytest.param(
            lambda ecs: ecs.stop_service_deployment(TARGET, "arn:1", rollback=True),
            id="StopServiceDeployment",
        ),
    ],
)
@pytest.mark.parametrize(
    "refused", [pytest.param(False, id="done"), pytest.param(True, id="outcome unknown")]
)
async def test_nothing_is_told_from_before_our_own_change(aws, ecs, change, refused):
    aws.answer({"services": [SERVICE]})
    if refused:
        aws.hang_up()
    else:
        aws.answer({"service": SERVICE})
    aws.answer({"services": [{**SERVICE, "status": "DRAINING"}]})
    with remembering():
        await ecs.service(TARGET)
        await asyncio.gather(change(ecs), return_exceptions=True)
        assert (await ecs.service(TARGET)).status == "DRAINING"


async def test_what_was_registered_needs_no_reading_but_its_family_means_it_now(aws, ecs):
    aws.answer(described(1)).answer(described(2)).answer(described(2))
    with remembering():
        assert (await ecs.task_definition(TARGET, "web")).arn == f"{ARN}1"
        made = await ecs.register_task_definition(TARGET, {"family": "web", "containerDefinitions": []})
        assert (await ecs.task_definition(TARGET, made)).arn == f"{ARN}2"
        assert (await ecs.task_definition(TARGET, "web")).arn == f"{ARN}2"
    assert sent(aws) == ["DescribeTaskDefinition", "RegisterTaskDefinition", "DescribeTaskDefinition"]


async def test_ticks_at_the_same_time_remember_apart(aws, ecs):
    aws.answer({"services": [SERVICE]}).answer({"services": []})
    with remembering():
        await ecs.service(TARGET)

        async def other_tick():
            with remembering():
                return await ecs.service(TARGET)

        assert await asyncio.create_task(other_tick()) is None
        assert (await ecs.service(TARGET)).status == "ACTIVE"


async def test_without_a_tick_every_read_is_made(aws, ecs):
    aws.answer({"services": [SERVICE]}).answer({"services": []})
    assert await ecs.service(TARGET) is not None
    assert await ecs.service(TARGET) is None
