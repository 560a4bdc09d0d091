"""The ECS adapter against the local cloud's ECS."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.domain.targets import OWNER_TAG, EcsTarget
from gitmoxi.errors import AwsRejectedError
from gitmoxi.ports.ecs import EcsService
from gitmoxi_local.faults import ImageFaultSpec


def task_definition(family: str, image: str = "example/app:1") -> dict:
    return {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": image, "essential": True}],
        "tags": [{"key": "hash", "value": "h"}],
    }


def service_request(task_definition_arn: str, **changes) -> dict:
    return {
        "clientToken": task_definition_arn.rpartition("/")[2],  # one per cluster and creation
        "taskDefinition": task_definition_arn,
        "desiredCount": 1,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        "tags": [{"key": OWNER_TAG, "value": "us"}],
        **changes,
    }


async def create(ecs: AwsEcs, target: EcsTarget, *, image: str = "example/app:1", **changes) -> EcsService:
    arn = await ecs.register_task_definition(target, task_definition(target.service_name, image))
    return await ecs.create_service(target, service_request(arn, **changes))


async def steady(ecs: AwsEcs, target: EcsTarget, eventually) -> None:
    await eventually(
        lambda: ecs.service_deployments(target, 1), lambda found: found and found[0].status == "SUCCESSFUL"
    )


async def test_a_service_lives_and_dies(ecs, service, eventually):
    assert await ecs.service(service) is None
    created = await create(ecs, service)
    assert created.status == "ACTIVE"
    assert created.tags == {OWNER_TAG: "us"}
    assert created.primary is not None

    await steady(ecs, service, eventually)
    changed = await ecs.update_service(service, {"desiredCount": 2})
    assert changed.document["desiredCount"] == 2

    await ecs.delete_service(service)
    gone = await eventually(lambda: ecs.service(service), lambda one: one and one.status != "ACTIVE")
    assert gone.status in {"DRAINING", "INACTIVE"}
    inactive = await eventually(lambda: ecs.service(service), lambda one: one and one.status == "INACTIVE")
    assert inactive.document["serviceName"] == service.service_name


async def test_a_client_token_creates_once(ecs, service):
    first = await create(ecs, service)
    again = await ecs.create_service(service, service_request(first.task_definition_arn))
    assert again.document["serviceArn"] == first.document["serviceArn"]


async def test_a_missing_cluster_is_refused(ecs, service):
    elsewhere = EcsTarget(
        account=service.account, region=service.region, cluster="nowhere", service_name="web"
    )
    with pytest.raises(AwsRejectedError, match="ClusterNotFoundException"):
        await ecs.service(elsewhere)


async def test_task_definitions_are_found_by_name_and_listed_newest_first(ecs, service):
    family = service.service_name
    assert await ecs.task_definition(service, family) is None
    arns = [await ecs.register_task_definition(service, task_definition(family)) for _ in range(3)]
    await ecs.register_task_definition(service, task_definition(f"{family}-admin"))

    newest = await ecs.task_definition(service, family)
    assert newest is not None
    assert (newest.arn, newest.active, newest.tags) == (arns[-1], True, {"hash": "h"})
    assert await ecs.task_definition(service, f"{family}:99") is None
    assert await ecs.task_definition_arns(service, family, 2) == [arns[2], arns[1]]
    assert await ecs.task_definition_arns(service, f"{family}-unknown", 2) == []


async def test_tags_come_and_go(ecs, service):
    created = await create(ecs, service)
    arn = created.document["serviceArn"]
    await ecs.tag_resource(service, arn, {"team": "a", "step": "1"})
    tagged = await ecs.service(service)
    assert tagged.tags == {OWNER_TAG: "us", "team": "a", "step": "1"}
    await ecs.untag_resource(service, arn, ["step"])
    untagged = await ecs.service(service)
    assert untagged.tags == {OWNER_TAG: "us", "team": "a"}


async def test_service_deployments_newest_first(ecs, service, eventually):
    await create(ecs, service)
    await steady(ecs, service, eventually)
    second = await ecs.register_task_definition(
        service, task_definition(service.service_name, "example/app:2")
    )
    await ecs.update_service(service, {"taskDefinition": second})
    newest, oldest = await eventually(
        lambda: ecs.service_deployments(service, 5), lambda found: len(found) == 2
    )
    assert newest.document["createdAt"] - oldest.document["createdAt"] > timedelta(0)
    assert newest.target_revision_arn != oldest.target_revision_arn
    assert [one.arn for one in await ecs.service_deployments(service, 1)] == [newest.arn]

    await steady(ecs, service, eventually)
    same = await ecs.service_deployment(service, newest.arn)
    assert same is not None
    assert same.status == "SUCCESSFUL"


async def test_an_unknown_service_deployment_is_none(ecs, service):
    created = await create(ecs, service)
    known = created.document["currentServiceDeployment"]
    assert await ecs.service_deployment(service, known) is not None
    assert await ecs.service_deployment(service, f"{known[:-4]}0000") is None


async def test_a_running_service_deployment_is_stopped(ecs, cloud, service, eventually):
    await create(ecs, service)
    await steady(ecs, service, eventually)
    cloud.client.add_faults(images=[ImageFaultSpec(match="example/bad", kind="no_capacity")])
    bad = await ecs.register_task_definition(service, task_definition(service.service_name, "example/bad:1"))
    await ecs.update_service(service, {"taskDefinition": bad})
    running = await eventually(
        lambda: ecs.service_deployments(service, 1), lambda found: found[0].status == "IN_PROGRESS"
    )
    await ecs.stop_service_deployment(service, running[0].arn, rollback=True)
    ended = await eventually(
        lambda: ecs.service_deployment(service, running[0].arn),
        lambda one: one.status == "ROLLBACK_SUCCESSFUL",
    )
    assert ended.arn == running[0].arn
    with pytest.raises(AwsRejectedError, match="StopServiceDeployment"):
        await ecs.stop_service_deployment(service, running[0].arn, rollback=True)


async def test_stopped_tasks_tell_why(ecs, cloud, service, eventually):
    cloud.client.add_faults(images=[ImageFaultSpec(match="example/missing", kind="cannot_pull")])
    created = await create(ecs, service, image="example/missing:1")
    deployment = created.primary["id"]
    stopped = await eventually(lambda: ecs.stopped_tasks(service, deployment), bool)
    assert stopped[0].stop_code == "TaskFailedToStart"
    assert "CannotPullContainerError" in stopped[0].reason
    assert [one.name for one in stopped[0].containers] == ["app"]
    assert await ecs.stopped_tasks(service, "ecs-svc/0") == []


async def test_exit_codes_of_crashed_containers(ecs, cloud, service, eventually):
    cloud.client.add_faults(images=[ImageFaultSpec(match="example/crash", kind="crash", exit_code=137)])
    created = await create(ecs, service, image="example/crash:1")
    stopped = await eventually(lambda: ecs.stopped_tasks(service, created.primary["id"]), bool)
    assert [(one.name, one.exit_code) for one in stopped[0].containers] == [("app", 137)]
