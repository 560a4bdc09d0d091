"""A crashing container leaves its last lines where its awslogs driver writes them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
"""

from __future__ import annotations

import pytest

from gitmoxi_local.faults import ImageFaultSpec

GROUP = "/ecs/contract"


@pytest.fixture
def crashed(aws, cloud, name, eventually):
    """Runs a task whose container crashes; gives its ARN, when ECS shows its exit code."""
    ecs = aws("ecs")

    def run(*, group, create="false", log=""):
        cloud.client.add_faults(images=[ImageFaultSpec(match=f"{name}:1", kind="crash", log=log)])
        options = {
            "awslogs-group": group,
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": "app",
            "awslogs-create-group": create,
        }
        ecs.create_cluster(clusterName=name)
        ecs.register_task_definition(
            family=name,
            containerDefinitions=[
                {
                    "name": "web",
                    "image": f"{name}:1",
                    "memory": 128,
                    "logConfiguration": {"logDriver": "awslogs", "options": options},
                }
            ],
        )
        [task] = ecs.run_task(cluster=name, taskDefinition=name, launchType="EC2")["tasks"]

        def ended():
            [seen] = ecs.describe_tasks(cluster=name, tasks=[task["taskArn"]])["tasks"]
            return "exitCode" in seen["containers"][0]

        eventually(ended)
        return task["taskArn"]

    return run


def lines(logs, group, task_arn):
    stream = f"app/web/{task_arn.rpartition('/')[2]}"
    events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
    return [event["message"] for event in events]


def test_what_it_wrote_is_there_as_soon_as_its_exit_code_is(aws, crashed, name):
    logs = aws("logs")
    group = f"{GROUP}/{name}"
    logs.create_log_group(logGroupName=group)

    task = crashed(group=group, log="starting\nKeyError: 'DATABASE_URL'")

    assert lines(logs, group, task) == ["starting", "KeyError: 'DATABASE_URL'"]


def test_the_driver_makes_the_group_if_it_is_told_to(aws, crashed, name):
    group = f"{GROUP}/{name}"
    task = crashed(group=group, create="true")
    assert lines(aws("logs"), group, task) == ["exited with code 1"]


def test_without_its_group_nothing_is_written(aws, crashed, name):
    group = f"{GROUP}/{name}"
    crashed(group=group)
    assert aws("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []
