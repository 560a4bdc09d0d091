"""The AWS CLI works against the local cloud with nothing but AWS_ENDPOINT_URL."""

from __future__ import annotations

import json

import pytest

TASK_DEFINITION = {
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": "arn:aws:iam::000000000000:role/execution",
    "containerDefinitions": [{"name": "web", "image": "web:1", "essential": True}],
}


def test_a_service_is_created_updated_and_waited_for(cli, cloud, name):
    start = cloud.client.last_seq()
    cli("ecs", "create-cluster", "--cluster-name", name)
    cli(
        "ecs", "register-task-definition", "--cli-input-json", json.dumps({"family": name, **TASK_DEFINITION})
    )
    network = json.dumps({"awsvpcConfiguration": {"subnets": ["subnet-1"]}})
    service = ("--cluster", name, "--service-name", name, "--task-definition", name, "--desired-count", "1")
    cli("ecs", "create-service", *service, "--launch-type", "FARGATE", "--network-configuration", network)
    cli("ecs", "update-service", "--cluster", name, "--service", name, "--force-new-deployment")
    cli("ecs", "wait", "services-stable", "--cluster", name, "--services", name)

    [live] = cli("ecs", "describe-services", "--cluster", name, "--services", name)["services"]
    deployments = cli("ecs", "list-service-deployments", "--cluster", name, "--service", name)

    assert live["runningCount"] == 1
    assert len(deployments["serviceDeployments"]) == 2
    made = cloud.client.mutations("ecs", since=start)
    calls = [entry.action for entry in made if entry.caller == "aws-cli"]
    assert calls == ["CreateCluster", "RegisterTaskDefinition", "CreateService", "UpdateService"]


@pytest.mark.parametrize(
    ("command", "member"),
    [
        (("dynamodb", "list-tables"), "TableNames"),
        (("lambda", "list-functions"), "Functions"),
        (("logs", "describe-log-groups"), "logGroups"),
        (("cloudwatch", "list-metrics"), "Metrics"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)
def test_other_services_answer_too(cli, command, member):
    assert isinstance(cli(*command)[member], list)


def test_a_queue_by_its_address(cli, cloud, name):
    # For SQS the AWS CLI 1 looks at --endpoint-url alone (its customization "overridesslcommonname").
    def sqs(*arguments):
        return cli("sqs", *arguments, "--endpoint-url", cloud.endpoint)

    url = sqs("create-queue", "--queue-name", name)["QueueUrl"]
    sqs("send-message", "--queue-url", url, "--message-body", "hello")

    [message] = sqs("receive-message", "--queue-url", url)["Messages"]
    assert message["Body"] == "hello"


def test_a_push_event_can_be_sent_by_hand(cli):
    entry = {"Source": "somebody", "DetailType": "gitmoxi.push.v1", "Detail": json.dumps({"branch": "main"})}

    assert cli("events", "put-events", "--entries", json.dumps([entry]))["FailedEntryCount"] == 0
