"""ECS answers over HTTP to an unchanged boto3, and its events reach queues by the default bus."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from gitmoxi_local.faults import CapacitySpec, ImageFaultSpec


@pytest.fixture
def ecs(aws):
    return aws("ecs")


@pytest.fixture
def service(ecs, name):
    """A Fargate service in a cluster of its own."""
    ecs.create_cluster(clusterName=name)
    ecs.register_task_definition(
        family=name,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn="arn:aws:iam::000000000000:role/execution",
        containerDefinitions=[{"name": "web", "image": "web:1", "essential": True}],
    )

    def create(**more):
        return ecs.create_service(
            cluster=name,
            serviceName=name,
            taskDefinition=name,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            **more,
        )["service"]

    return create


def test_a_service_becomes_stable_in_real_time(ecs, service, name, eventually):
    created = service()
    assert created["createdAt"].tzinfo is not None

    def stable():
        [live] = ecs.describe_services(cluster=name, services=[name])["services"]
        return live["runningCount"] == 1 and live["deployments"][0]["rolloutState"] == "COMPLETED"

    eventually(stable)


def test_a_deployment_event_reaches_a_queue_through_the_default_bus(aws, service, name, eventually):
    sqs, events = aws("sqs"), aws("events")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Deployment State Change"]}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])

    created = service()

    def completed():
        messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10).get(
            "Messages", []
        )
        found = [json.loads(message["Body"]) for message in messages]
        return [
            event
            for event in found
            if created["serviceArn"] in event["resources"]
            and event["detail"]["eventName"] == "SERVICE_DEPLOYMENT_COMPLETED"
        ]

    [event] = eventually(completed)
    assert event["source"] == "aws.ecs"
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


def test_a_missing_member_is_an_invalid_parameter(aws, ecs):
    ecs.meta.events.register(
        "before-call.ecs.DescribeServices", lambda params, **_: params.update(body=b"{}")
    )

    with pytest.raises(ClientError, match="services should not be null") as caught:
        ecs.describe_services(services=["x"])

    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"


def test_an_unknown_cluster_is_aws_s_error(ecs):
    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        ecs.describe_services(cluster="nowhere", services=["x"])


def test_accounts_and_regions_are_worlds_apart(aws, ecs, name):
    ecs.create_cluster(clusterName=name)

    other = aws("ecs", caller="111111111111")

    assert other.describe_clusters(clusters=[name])["clusters"] == []
    assert other.create_cluster(clusterName=name)["cluster"]["clusterArn"].split(":")[4] == "111111111111"


def test_an_image_fault_fails_the_task(cloud, ecs, service, name, eventually):
    cloud.client.add_faults(images=[ImageFaultSpec(match="web:1", kind="cannot_pull")])
    service()

    def stopped():
        arns = ecs.list_tasks(cluster=name, desiredStatus="STOPPED")["taskArns"]
        return ecs.describe_tasks(cluster=name, tasks=arns)["tasks"] if arns else []

    assert "CannotPullContainerError" in eventually(stopped)[0]["stoppedReason"]


def test_a_capacity_limit_of_the_control_api_keeps_tasks_from_being_placed(
    cloud, ecs, service, name, eventually
):
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"""
    # A provider of our own, so that no other test's services take or lack its room.
    cloud.client.add_faults(capacity=[CapacitySpec(provider=name, tasks=0, reason="RESOURCE:CPU")])
    service()
    ecs.put_cluster_capacity_providers(
        cluster=name, capacityProviders=[name], defaultCapacityProviderStrategy=[]
    )
    ecs.register_task_definition(
        family=name, containerDefinitions=[{"name": "web", "image": "web:1", "memory": 64, "cpu": 64}]
    )
    ecs.create_service(
        cluster=name,
        serviceName=f"{name}-2",
        taskDefinition=name,
        desiredCount=1,
        capacityProviderStrategy=[{"capacityProvider": name, "weight": 1}],
    )

    def messages():
        [live] = ecs.describe_services(cluster=name, services=[f"{name}-2"])["services"]
        return [event["message"] for event in live["events"]]

    eventually(lambda: any("insufficient CPU units" in message for message in messages()))
    cloud.client.clear_faults()
    eventually(lambda: any("has reached a steady state" in message for message in messages()))
