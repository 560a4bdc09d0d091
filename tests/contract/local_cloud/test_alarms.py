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


@pytest.fixture
def watched(cloud, aws, name, eventually):
    """Starts a slow update of a service that watches alarms, that of the test unless told otherwise."""
    ecs = aws("ecs")
    cloud.client.add_faults(images=[ImageFaultSpec(match=f"{name}:2", kind="slow_start", after_seconds=60)])
    ecs.create_cluster(clusterName=name)
    for image in (f"{name}:1", f"{name}:2"):
        ecs.register_task_definition(
            family=name,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn="arn:aws:iam::000000000000:role/execution",
            containerDefinitions=[{"name": "web", "image": image, "essential": True}],
        )
    ecs.create_service(
        cluster=name,
        serviceName=name,
        taskDefinition=f"{name}:1",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    )
    eventually(lambda: _deployments(ecs, name)[0]["status"] == "SUCCESSFUL")

    def update(alarms=(name,)):
        watching = {"alarms": {"alarmNames": list(alarms), "enable": True, "rollback": True}}
        ecs.update_service(
            cluster=name, service=name, taskDefinition=f"{name}:2", deploymentConfiguration=watching
        )
        eventually(lambda: _deployments(ecs, name)[0]["status"] == "IN_PROGRESS")
        return ecs

    return update


def test_a_metric_that_turns_the_alarm_red_fails_the_deployment(cloudwatch, alarm, watched, name, eventually):
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html"""
    ecs = watched()

    put(cloudwatch, name, "a", 9.0)

    eventually(lambda: _deployments(ecs, name)[0]["status"].startswith("ROLLBACK"))


def test_set_alarm_state_fails_the_deployment(cloudwatch, alarm, watched, name, eventually):
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentAlarms.html"""
    ecs = watched()

    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")

    eventually(lambda: _deployments(ecs, name)[0]["status"].startswith("ROLLBACK"))
    arn = _deployments(ecs, name)[0]["serviceDeploymentArn"]
    [entry] = ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    assert entry["alarms"] == {"status": "TRIGGERED", "alarmNames": [name], "triggeredAlarmNames": [name]}


@pytest.fixture
def composite(cloudwatch, alarm):
    """A composite alarm of the test's alarm."""
    name = f"{alarm}-any"
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=f"ALARM({alarm})")
    yield name
    cloudwatch.delete_alarms(AlarmNames=[name])


def test_a_composite_alarm_that_is_red_at_the_start_is_seen_too(cloudwatch, composite, watched, name):
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html"""
    put(cloudwatch, name, "a", 9.0)
    ecs = watched(alarms=[composite])

    arn = _deployments(ecs, name)[0]["serviceDeploymentArn"]
    [entry] = ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    assert entry["alarms"] == {"status": "DISABLED"}


def test_ecs_ignores_an_alarm_that_is_red_when_the_deployment_starts(cloudwatch, alarm, watched, name):
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html"""
    put(cloudwatch, name, "a", 9.0)
    ecs = watched()

    arn = _deployments(ecs, name)[0]["serviceDeploymentArn"]
    [entry] = ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    assert (entry["status"], entry["alarms"]) == ("IN_PROGRESS", {"status": "DISABLED"})


def _deployments(ecs, name):
    return ecs.list_service_deployments(cluster=name, service=name)["serviceDeployments"]
