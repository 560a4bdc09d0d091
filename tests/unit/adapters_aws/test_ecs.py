"""What the ECS adapter sends, and what it makes of AWS's answers."""

from __future__ import annotations

import pytest

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.rate_limits import ApiGroup, Limit, RateLimits
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import AwsRejectedError, ThrottledError
from gitmoxi.explaining.signs import FailedTask, StoppedContainer

TARGET = EcsTarget(account="1" * 12, region="eu-central-1", cluster="prod", service_name="web")
FAMILY_ARN = f"arn:aws:ecs:eu-central-1:{TARGET.account}:task-definition/"


@pytest.fixture
def ecs(clients, limits) -> AwsEcs:
    return AwsEcs(clients, limits)


def deployment(number: int, *, created_at: int | None = None, **changes) -> dict:
    return {
        "serviceDeploymentArn": f"arn:{number}",
        "createdAt": number if created_at is None else created_at,
        "status": "SUCCESSFUL",
        **changes,
    }


async def test_a_service_comes_with_its_tags_as_a_mapping(aws, ecs):
    aws.answer(
        {"services": [{"serviceName": "web", "status": "ACTIVE", "tags": [{"key": "a", "value": "b"}]}]}
    )
    service = await ecs.service(TARGET)
    assert service is not None
    assert (service.status, service.tags) == ("ACTIVE", {"a": "b"})
    assert aws.received[0].json == {"cluster": "prod", "services": ["web"], "include": ["TAGS"]}


async def test_an_inactive_service_is_a_service(aws, ecs):
    aws.answer({"services": [{"serviceName": "web", "status": "INACTIVE"}], "failures": []})
    service = await ecs.service(TARGET)
    assert service is not None
    assert service.status == "INACTIVE"


async def test_a_missing_service_is_none(aws, ecs):
    aws.answer({"services": [], "failures": [{"arn": "arn:web", "reason": "MISSING"}]})
    assert await ecs.service(TARGET) is None


async def test_another_failure_than_missing_is_an_error(aws, ecs):
    aws.answer({"services": [], "failures": [{"arn": "arn:web", "reason": "ODD", "detail": "why"}]})
    with pytest.raises(AwsRejectedError, match="ecs:DescribeServices was refused by AWS: ODD: arn:web why"):
        await ecs.service(TARGET)


async def test_a_missing_cluster_is_an_error(aws, ecs):
    aws.refuse("ClusterNotFoundException", "Cluster not found.")
    with pytest.raises(AwsRejectedError, match="ClusterNotFoundException"):
        await ecs.service(TARGET)


async def test_cluster_and_service_of_a_change_are_the_targets(aws, ecs):
    service = {"service": {"serviceName": "web", "status": "ACTIVE"}}
    aws.answer(service).answer(service)
    await ecs.create_service(TARGET, {"clientToken": "t", "desiredCount": 1, "cluster": "elsewhere"})
    await ecs.update_service(TARGET, {"desiredCount": 2})
    create, update = (request.json for request in aws.received)
    assert create == {"cluster": "prod", "serviceName": "web", "clientToken": "t", "desiredCount": 1}
    assert update == {"cluster": "prod", "service": "web", "desiredCount": 2}


async def test_a_delete_does_not_wait_for_tasks(aws, ecs):
    aws.answer({"service": {}})
    await ecs.delete_service(TARGET)
    assert aws.received[0].json == {"cluster": "prod", "service": "web", "force": True}


async def test_a_task_definition_comes_with_its_tags(aws, ecs):
    document = {"taskDefinitionArn": f"{FAMILY_ARN}web:3", "status": "ACTIVE"}
    aws.answer({"taskDefinition": document, "tags": [{"key": "hash", "value": "h"}]})
    found = await ecs.task_definition(TARGET, "web")
    assert found is not None
    assert (found.arn, found.active, found.tags) == (f"{FAMILY_ARN}web:3", True, {"hash": "h"})


async def test_a_missing_task_definition_is_none(aws, ecs):
    aws.refuse("ClientException", "Unable to describe task definition.")
    assert await ecs.task_definition(TARGET, "web:99") is None


async def test_another_client_exception_is_an_error(aws, ecs):
    aws.refuse("ClientException", "Something else.")
    with pytest.raises(AwsRejectedError, match="Something else"):
        await ecs.task_definition(TARGET, "web")


async def test_only_the_very_family_is_listed_and_no_more_pages_than_needed(aws, ecs):
    aws.answer({"taskDefinitionArns": [f"{FAMILY_ARN}web-admin:7"], "nextToken": "2"})
    aws.answer({"taskDefinitionArns": [f"{FAMILY_ARN}web:{n}" for n in (9, 8, 7)], "nextToken": "3"})
    assert await ecs.task_definition_arns(TARGET, "web", 2) == [f"{FAMILY_ARN}web:9", f"{FAMILY_ARN}web:8"]
    assert aws.received[0].json == {
        "familyPrefix": "web",
        "status": "ACTIVE",
        "sort": "DESC",
        "maxResults": 100,
    }
    assert aws.received[1].json["nextToken"] == "2"


async def test_tags_are_sent_as_aws_wants_them(aws, ecs):
    aws.answer({}).answer({})
    await ecs.tag_resource(TARGET, "arn:web", {"a": "b"})
    await ecs.untag_resource(TARGET, "arn:web", ["a"])
    tag, untag = (request.json for request in aws.received)
    assert tag == {"resourceArn": "arn:web", "tags": [{"key": "a", "value": "b"}]}
    assert untag == {"resourceArn": "arn:web", "tagKeys": ["a"]}


async def test_service_deployments_are_described_newest_first(aws, ecs):
    aws.answer({"serviceDeployments": [deployment(3), deployment(2), deployment(1)], "nextToken": "more"})
    aws.answer(
        {
            "serviceDeployments": [
                deployment(2),
                deployment(3, statusReason="why", targetServiceRevision={"arn": "arn:revision"}),
            ]
        }
    )
    newest, older = await ecs.service_deployments(TARGET, 2)
    assert (newest.arn, newest.status, newest.reason) == ("arn:3", "SUCCESSFUL", "why")
    assert newest.target_revision_arn == "arn:revision"
    assert older.arn == "arn:2"
    assert aws.received[1].json == {"serviceDeploymentArns": ["arn:3", "arn:2"]}


async def test_a_list_that_begins_with_the_oldest_is_read_to_its_end(aws, ecs):
    aws.answer({"serviceDeployments": [deployment(1), deployment(2)], "nextToken": "more"})
    aws.answer({"serviceDeployments": [deployment(3)]})
    aws.answer({"serviceDeployments": [deployment(3)]})
    assert [one.arn for one in await ecs.service_deployments(TARGET, 1)] == ["arn:3"]


async def test_service_deployments_are_described_by_twenty(aws, ecs):
    many = [deployment(number) for number in range(25, 0, -1)]
    aws.answer({"serviceDeployments": many})
    aws.answer({"serviceDeployments": many[:20]}).answer({"serviceDeployments": many[20:]})
    assert len(await ecs.service_deployments(TARGET, 25)) == 25
    assert [len(one.json["serviceDeploymentArns"]) for one in aws.received[1:]] == [20, 5]


async def test_a_service_without_deployments_has_none_to_describe(aws, ecs):
    aws.answer({"serviceDeployments": []})
    assert await ecs.service_deployments(TARGET, 5) == []
    assert len(aws.received) == 1


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param(
            lambda aws: aws.answer({"failures": [{"arn": "arn:1", "reason": "MISSING"}]}), id="missing"
        ),
        pytest.param(lambda aws: aws.refuse("ServiceNotFoundException"), id="with its service"),
    ],
)
async def test_a_service_deployment_that_is_gone_is_none(aws, ecs, gone):
    gone(aws)
    assert await ecs.service_deployment(TARGET, "arn:1") is None


@pytest.mark.parametrize(("rollback", "sent"), [(True, "ROLLBACK"), (False, "ABORT")])
async def test_a_service_deployment_is_stopped_one_way_or_the_other(aws, ecs, rollback, sent):
    aws.answer({"serviceDeploymentArn": "arn:1"})
    await ecs.stop_service_deployment(TARGET, "arn:1", rollback=rollback)
    assert aws.received[0].json == {"serviceDeploymentArn": "arn:1", "stopType": sent}


async def test_stopped_tasks_are_those_of_the_deployment_asked_for(aws, ecs):
    aws.answer({"taskArns": ["arn:1", "arn:2"]})
    aws.answer(
        {
            "tasks": [
                {"taskArn": "arn:1", "startedBy": "ecs-svc/1", "stopCode": "EssentialContainerExited"},
                {
                    "taskArn": "arn:2",
                    "startedBy": "ecs-svc/2",
                    "stopCode": "TaskFailedToStart",
                    "stoppedReason": "CannotPullContainerError",
                    "containers": [
                        {"name": "web", "reason": "no such image"},
                        {"name": "proxy", "exitCode": 0},
                        {"name": "log", "exitCode": 137},
                    ],
                },
            ]
        }
    )
    (task,) = await ecs.stopped_tasks(TARGET, "ecs-svc/2")
    assert task == FailedTask(
        stop_code="TaskFailedToStart",
        reason="CannotPullContainerError",
        arn="arn:2",
        containers=(
            StoppedContainer(name="web", reason="no such image"),
            StoppedContainer(name="proxy", exit_code=0),
            StoppedContainer(name="log", exit_code=137),
        ),
    )
    assert aws.received[0].json == {
        "cluster": "prod",
        "serviceName": "web",
        "desiredStatus": "STOPPED",
        "maxResults": 100,
    }


async def test_stopped_tasks_are_described_by_hundred(aws, ecs):
    aws.answer({"taskArns": [f"arn:{n}" for n in range(100)], "nextToken": "2"})
    aws.answer({"taskArns": ["arn:last"]}).answer({"tasks": []}).answer({"tasks": []})
    assert await ecs.stopped_tasks(TARGET, "ecs-svc/1") == []
    assert [len(one.json["tasks"]) for one in aws.received[2:]] == [100, 1]


async def test_a_call_that_is_not_our_turn_is_not_sent(aws, clients):
    nothing = {group: Limit(burst=0, per_second=0.1) for group in ApiGroup}
    ecs = AwsEcs(clients, RateLimits(FakeClock(), limits=nothing))
    with pytest.raises(ThrottledError, match="not sent"):
        await ecs.delete_service(TARGET)
    assert aws.received == []


async def test_a_throttle_of_awss_says_when_to_ask_again_and_slows_the_next_calls(aws, clients):
    clock = FakeClock()
    ecs = AwsEcs(clients, RateLimits(clock))
    aws.refuse("ThrottlingException", "Rate exceeded").answer({"service": {}})
    with pytest.raises(ThrottledError) as refused:
        await ecs.delete_service(TARGET)
    assert refused.value.retry_after_seconds == pytest.approx(0.4)
    await ecs.delete_service(TARGET)
    assert clock.slept == [pytest.approx(0.4)]
