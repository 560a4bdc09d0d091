"""The AWS CLI works against the local cloud with nothing but AWS_ENDPOINT_URL."""

from __future__ import annotations

import json

import pytest

from gitmoxi_local.faults import FunctionFaultSpec

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


def test_a_function_is_released_by_its_waiters(cli, cloud, name, code, tmp_path):
    """The waiters function-active-v2 and function-updated-v2 poll GetFunction until it has settled."""
    cloud.client.add_faults(functions=[FunctionFaultSpec(kind="slow_change", match=name, seconds=0.5)])
    for text in ("one", "two"):
        (tmp_path / f"{text}.zip").write_bytes(code(text))
    role = "arn:aws:iam::000000000000:role/function"
    package = ("--zip-file", f"fileb://{tmp_path}/one.zip")
    named = ("--function-name", name)
    settings = ("--runtime", "python3.13", "--role", role, "--handler", "index.handler")
    cli("lambda", "create-function", *named, *settings, *package)
    cli("lambda", "wait", "function-active-v2", *named)
    cli("lambda", "publish-version", *named)
    cli("lambda", "create-alias", *named, "--name", "live", "--function-version", "1")

    cli("lambda", "update-function-code", *named, "--zip-file", f"fileb://{tmp_path}/two.zip")
    cli("lambda", "wait", "function-updated-v2", *named)
    assert cli("lambda", "publish-version", *named)["Version"] == "2"
    served = cli("lambda", "invoke", *named, "--qualifier", "live", str(tmp_path / "before.json"))
    cli("lambda", "update-alias", *named, "--name", "live", "--function-version", "2")
    cli("lambda", "invoke", *named, "--qualifier", "live", str(tmp_path / "after.json"))

    assert served["ExecutedVersion"] == "1"
    answers = [json.loads((tmp_path / f"{when}.json").read_text()) for when in ("before", "after")]
    assert answers == ["one", "two"]


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
