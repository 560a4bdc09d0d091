"""Tools that people use on AWS work against the local cloud: ecs-deploy, and the waiters of the AWS CLI."""

from __future__ import annotations

import json
import zipfile

import pytest

from gitmoxi_local.faults import ImageFaultSpec
from tests.contract.local_cloud.test_aws_cli import TASK_DEFINITION


@pytest.fixture
def service(cli, name):
    """A running service of one task, in a cluster of the same name."""
    cli("ecs", "create-cluster", "--cluster-name", name)
    cli(
        "ecs", "register-task-definition", "--cli-input-json", json.dumps({"family": name, **TASK_DEFINITION})
    )
    network = json.dumps({"awsvpcConfiguration": {"subnets": ["subnet-1"]}})
    named = ("--cluster", name, "--service-name", name, "--task-definition", name, "--desired-count", "1")
    cli("ecs", "create-service", *named, "--launch-type", "FARGATE", "--network-configuration", network)
    cli("ecs", "wait", "services-stable", "--cluster", name, "--services", name)
    return name


def images(cli, service):
    """The images of the service's running tasks."""
    arns = cli("ecs", "list-tasks", "--cluster", service, "--service-name", service)["taskArns"]
    tasks = cli("ecs", "describe-tasks", "--cluster", service, "--tasks", *arns)["tasks"]
    return {container["image"] for task in tasks for container in task["containers"]}


def test_ecs_deploy_deploys_an_image_and_waits_until_it_runs(run, cli, service):
    ended = run("ecs", "deploy", service, service, "--image", "web", "web:2", "--timeout", "60")

    assert ended.returncode == 0, ended.stdout
    assert "Deployment successful" in ended.stdout
    assert images(cli, service) == {"web:2"}


def test_ecs_deploy_scales(run, cli, service):
    ended = run("ecs", "scale", service, service, "3", "--timeout", "60")

    assert ended.returncode == 0, ended.stdout
    [live] = cli("ecs", "describe-services", "--cluster", service, "--services", service)["services"]
    assert (live["desiredCount"], live["runningCount"]) == (3, 3)


def test_ecs_deploy_gives_up_and_goes_back_when_tasks_cannot_be_placed(run, cli, cloud, service):
    full = f"{service}:full"
    cloud.client.add_faults(images=[ImageFaultSpec(match=full, kind="no_capacity")])

    ended = run("ecs", "deploy", service, service, "--image", "web", full, "--timeout", "10", "--rollback")

    assert ended.returncode == 1, ended.stdout
    assert "unable to place a task" in ended.stderr
    assert "Rollback successful" in ended.stdout
    assert images(cli, service) == {"web:1"}


def test_waiters_of_services_and_tasks_end(cli, service):
    arns = cli("ecs", "list-tasks", "--cluster", service, "--service-name", service)["taskArns"]
    cli("ecs", "wait", "tasks-running", "--cluster", service, "--tasks", *arns)

    cli("ecs", "delete-service", "--cluster", service, "--service", service, "--force")

    cli("ecs", "wait", "tasks-stopped", "--cluster", service, "--tasks", *arns)
    cli("ecs", "wait", "services-inactive", "--cluster", service, "--services", service)


def test_waiters_of_functions_end(cli, name, tmp_path):
    package = tmp_path / "code.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 1\n")
    role = "arn:aws:iam::000000000000:role/function"
    made = ("--runtime", "python3.12", "--handler", "app.handler", "--role", role)
    cli("lambda", "create-function", "--function-name", name, *made, "--zip-file", f"fileb://{package}")
    for waiter in ("function-exists", "function-active-v2"):
        cli("lambda", "wait", waiter, "--function-name", name)

    cli("lambda", "update-function-configuration", "--function-name", name, "--timeout", "9")
    cli("lambda", "wait", "function-updated-v2", "--function-name", name)

    version = cli("lambda", "publish-version", "--function-name", name)["Version"]
    cli("lambda", "wait", "published-version-active", "--function-name", name, "--qualifier", version)
