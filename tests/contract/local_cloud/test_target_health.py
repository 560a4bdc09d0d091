"""DescribeTargetHealth shows the tasks of ECS with the health that ECS gives them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
"""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from gitmoxi_local.faults import ImageFaultSpec


@pytest.fixture
def balancing(aws):
    return aws("elbv2")


@pytest.fixture
def group(balancing, name):
    """The ARN of a target group for tasks."""
    made = balancing.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId="vpc-1", TargetType="ip")
    return made["TargetGroups"][0]["TargetGroupArn"]


@pytest.fixture
def service(aws, name, group):
    """A service of one task behind the target group."""
    ecs = aws("ecs")
    ecs.create_cluster(clusterName=name)
    ecs.register_task_definition(
        family=name,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn="arn:aws:iam::000000000000:role/execution",
        containerDefinitions=[
            {"name": "web", "image": f"{name}:1", "portMappings": [{"containerPort": 80}], "essential": True}
        ],
    )

    def create():
        return ecs.create_service(
            cluster=name,
            serviceName=name,
            taskDefinition=name,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            loadBalancers=[{"targetGroupArn": group, "containerName": "web", "containerPort": 80}],
            healthCheckGracePeriodSeconds=3600,
        )

    return create


def health(balancing, group, **params):
    return balancing.describe_target_health(TargetGroupArn=group, **params)["TargetHealthDescriptions"]


def test_a_healthy_task_is_a_healthy_target(balancing, group, service, eventually):
    assert health(balancing, group) == []
    service()

    [described] = eventually(
        lambda: [one for one in health(balancing, group) if one["TargetHealth"]["State"] == "healthy"]
    )

    assert described["TargetHealth"] == {"State": "healthy"}
    assert described["Target"]["Port"] == 80
    assert described["Target"]["Id"].startswith("10.0.")
    assert health(balancing, group, Targets=[{"Id": "10.255.255.255"}]) == []


def test_a_target_s_wrong_status_is_told(cloud, balancing, group, service, name, eventually):
    cloud.client.add_faults(images=[ImageFaultSpec(match=f"{name}:1", kind="unhealthy", http_code=502)])
    service()

    [described] = eventually(
        lambda: [one for one in health(balancing, group) if one["TargetHealth"]["State"] == "unhealthy"]
    )

    assert described["TargetHealth"] == {
        "State": "unhealthy",
        "Reason": "Target.ResponseCodeMismatch",
        "Description": "Health checks failed with these codes: [502]",
    }


def test_a_group_that_is_not_there_is_refused_as_ever(balancing):
    with pytest.raises(ClientError) as caught:
        health(
            balancing, "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/none/0123456789abcdef"
        )

    assert caught.value.response["Error"]["Code"] == "TargetGroupNotFound"
