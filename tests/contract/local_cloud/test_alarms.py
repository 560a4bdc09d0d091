"""Alarms follow their own metric, and their changes reach EventBridge and ECS.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import json

import pytest

from gitmoxi_local.faults import ImageFaultSpec


@pytest.fixture
def cloudwatch(aws):
    return aws("cloudwatch")


@pytest.fixture
def alarm(cloudwatch, name):
    """An alarm on errors of the service ``a``."""
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=name,
        MetricName="errors",
        Dimensions=[{"Name": "service", "Value": "a"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    yield name
    cloudwatch.delete_alarms(AlarmNames=[name])


def put(cloudwatch, name, service, value):
    cloudwatch.put_metric_data(
        Namespace=name,
        MetricData=[
            {"MetricName": "errors", "Dimensions": [{"Name": "service", "Value": service}], "Value": value}
        ],
    )


def state(cloudwatch, name):
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm["StateValue"]


def test_an_alarm_looks_at_its_own_dimensions_only(cloudwatch, alarm, eventually):
    eventually(lambda: state(cloudwatch, alarm) == "OK")
    put(cloudwatch, alarm, "b", 9.0)
    assert state(cloudwatch, alarm) == "OK"

    put(cloudwatch, alarm, "a", 9.0)

    assert state(cloudwatch, alarm) == "ALARM"


def test_a_change_of_state_is_an_event_on_the_default_bus(aws, cloudwatch, alarm, name, eventually):
    sqs, events = aws("sqs"), aws("events")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name], "state": {"value": ["ALARM"]}}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])

    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")

    [message] = eventually(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))
    event = json.loads(message["Body"])
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["detail"]["state"]["reason"] == "by hand"
    assert event["resources"] == [f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}"]


def test_an_alarm_fails_the_ecs_deployment_that_watches_it(cloud, aws, cloudwatch, alarm, name, eventually):
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html"""
    ecs = aws("ecs")
    ecs.create_cluster(clusterName=name)
    task = {
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": "arn:aws:iam::000000000000:role/execution",
    }
    cloud.client.add_faults(images=[ImageFaultSpec(match=f"{name}:2", kind="slow_start", after_seconds=60)])
    for image in (f"{name}:1", f"{name}:2"):
        ecs.register_task_definition(
            family=name, containerDefinitions=[{"name": "web", "image": image, "essential": True}], **task
        )
    watched = {"alarms": {"alarmNames": [name], "enable": True, "rollback": True}}
    service = {"cluster": name, "deploymentConfiguration": watched}
    ecs.create_service(
        serviceName=name,
        taskDefinition=f"{name}:1",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        **service,
    )
    eventually(lambda: _deployments(ecs, name)[0]["status"] == "SUCCESSFUL")
    ecs.update_service(service=name, taskDefinition=f"{name}:2", **service)

    eventually(lambda: _deployments(ecs, name)[0]["status"] == "IN_PROGRESS")

    put(cloudwatch, name, "a", 9.0)

    eventually(lambda: _deployments(ecs, name)[0]["status"].startswith("ROLLBACK"))


def _deployments(ecs, name):
    return ecs.list_service_deployments(cluster=name, service=name)["serviceDeployments"]
