"""Tasks: life cycle, listing, running by hand; the events that ECS sends; state over a restart."""

import json
from itertools import groupby
from typing import Any

import pytest

from tests.unit.aws_model.ecs_cloud import ELSEWHERE, HERE, NETWORK, EcsCloud, service_request

PAIR = {"targetGroupArn": "arn:tg/web", "containerName": "app", "containerPort": 80}
STARTING = ["PROVISIONING", "PENDING", "RUNNING"]
STOPPING = ["STOPPING", "DEPROVISIONING", "STOPPED"]


def statuses_sent(ecs: EcsCloud) -> list[str]:
    sent = [event.detail["lastStatus"] for event in ecs.sent("ECS Task State Change")]
    return [status for status, _ in groupby(sent)]


@pytest.mark.parametrize(
    ("extra", "starting", "stopping"),
    [
        pytest.param({}, STARTING, STOPPING, id="alone"),
        pytest.param(
            {"loadBalancers": [PAIR]},
            ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"],
            ["DEACTIVATING", *STOPPING],
            id="behind a load balancer",
        ),
    ],
)
def test_the_states_of_a_task(
    ecs: EcsCloud, extra: dict[str, Any], starting: list[str], stopping: list[str]
) -> None:
    """Developer Guide, "Amazon ECS task lifecycle"; "Amazon ECS task state change events"."""
    ecs.running(desiredCount=1, **extra)
    assert statuses_sent(ecs) == starting
    ecs.events.clear()
    ecs.update(desiredCount=0)
    ecs.pass_time(1)
    assert statuses_sent(ecs) == stopping


def test_a_running_task(ecs: EcsCloud) -> None:
    """API_Task; as real describe-tasks outputs show."""
    service = ecs.running(desiredCount=1)
    [task] = ecs.tasks()
    assert task["group"] == "service:web"
    assert task["startedBy"] == service["deployments"][0]["id"]
    assert task["startedBy"].startswith("ecs-svc/")
    assert task["startedBy"].removeprefix("ecs-svc/").isdecimal()
    assert (task["lastStatus"], task["desiredStatus"], task["launchType"]) == (
        "RUNNING",
        "RUNNING",
        "FARGATE",
    )
    assert (task["cpu"], task["memory"], task["platformVersion"]) == ("256", "512", "1.4.0")
    assert task["createdAt"] < task["pullStartedAt"] < task["pullStoppedAt"] <= task["startedAt"]
    [container] = task["containers"]
    assert (container["name"], container["image"], container["lastStatus"]) == ("app", "web:1", "RUNNING")
    [attachment] = task["attachments"]
    assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "ATTACHED")
    assert container["networkInterfaces"][0]["privateIpv4Address"].startswith("10.0.")


def test_a_task_stopped_by_the_scheduler(ecs: EcsCloud) -> None:
    """Developer Guide, "Stopped tasks error codes": ServiceSchedulerInitiated."""
    ecs.running(desiredCount=1)
    ecs.deploy("web:2")
    ecs.pass_time()
    [task] = ecs.tasks("STOPPED")
    newer = ecs.service()["deployments"][0]["id"]
    assert task["stopCode"] == "ServiceSchedulerInitiated"
    assert task["stoppedReason"] == f"Scaling activity initiated by (deployment {newer})"
    assert task["stoppingAt"] <= task["executionStoppedAt"] <= task["stoppedAt"]
    assert task["containers"][0]["lastStatus"] == "STOPPED"


def test_stopped_tasks_stay_visible_for_an_hour(ecs: EcsCloud) -> None:
    """API_DescribeTasks: stopped tasks are returned for at least one hour."""
    ecs.running(desiredCount=1)
    arn = ecs.tasks()[0]["taskArn"]
    ecs.update(desiredCount=0)
    ecs.pass_time(3600)
    assert ecs.tasks("STOPPED")[0]["taskArn"] == arn
    ecs.pass_time(3600)
    answer = ecs.call("DescribeTasks", cluster="demo", tasks=[arn])
    assert answer == {"tasks": [], "failures": [{"arn": arn, "reason": "MISSING"}]}


def test_listing_tasks(ecs: EcsCloud) -> None:
    """API_ListTasks: RUNNING by default; startedBy must be the only filter."""
    service = ecs.running()
    ecs.running("other", desiredCount=1)

    def count(**params: str) -> int:
        return len(ecs.call("ListTasks", cluster="demo", **params)["taskArns"])

    deployment = service["deployments"][0]["id"]
    assert (count(), count(serviceName="web"), count(family="other")) == (3, 2, 1)
    assert (count(startedBy=deployment), count(desiredStatus="STOPPED"), count(launchType="EC2")) == (2, 0, 0)
    message = ecs.refused(
        "InvalidParameterException", "ListTasks", cluster="demo", startedBy=deployment, serviceName="web"
    )
    assert message.endswith("it must be the only filter that you use.")


def test_describing_tasks_by_id_and_too_many(ecs: EcsCloud) -> None:
    """API_DescribeTasks, tasks."""
    ecs.running(desiredCount=1, tags=[{"key": "a", "value": "b"}], propagateTags="SERVICE")
    task_id = ecs.tasks()[0]["taskArn"].rpartition("/")[2]
    answer = ecs.call("DescribeTasks", cluster="demo", tasks=[task_id], include=["TAGS"])
    assert answer["tasks"][0]["tags"] == [{"key": "a", "value": "b"}]
    assert ecs.refused("InvalidParameterException", "DescribeTasks", cluster="demo", tasks=[]) == (
        "Tasks cannot be empty."
    )
    ecs.refused("InvalidParameterException", "DescribeTasks", cluster="demo", tasks=[task_id] * 101)
    ecs.refused("InvalidParameterException", "StopTask", cluster="demo", task="gone")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({}, {}, id="none by default"),
        pytest.param({"propagateTags": "SERVICE"}, {"from": "service"}, id="the service's"),
        pytest.param(
            {"propagateTags": "TASK_DEFINITION"}, {"from": "definition"}, id="the task definition's"
        ),
        pytest.param(
            {"enableECSManagedTags": True},
            {"aws:ecs:clusterName": "demo", "aws:ecs:serviceName": "web"},
            id="ECS's own",
        ),
    ],
)
def test_tags_of_a_service_s_tasks(ecs: EcsCloud, asked: dict[str, Any], expected: dict[str, str]) -> None:
    """API_CreateService, propagateTags and enableECSManagedTags."""
    ecs.register(tags=[{"key": "from", "value": "definition"}])
    tags = [{"key": "from", "value": "service"}]
    ecs.call("CreateService", **service_request(), **asked, tags=tags)
    ecs.pass_time(0.2)
    answer = ecs.call("DescribeTasks", cluster="demo", tasks=[ecs.tasks()[0]["taskArn"]], include=["TAGS"])
    assert {tag["key"]: tag["value"] for tag in answer["tasks"][0]["tags"]} == expected


def test_running_a_task_by_hand(ecs: EcsCloud) -> None:
    """API_RunTask."""
    ecs.register()
    request = {"cluster": "demo", "taskDefinition": "web", "launchType": "FARGATE"}
    ecs.refused("InvalidParameterException", "RunTask", **request)
    answer = ecs.call("RunTask", **request, networkConfiguration=NETWORK, count=2, startedBy="me")
    assert [(task["group"], task["startedBy"]) for task in answer["tasks"]] == [("family:web", "me")] * 2
    ecs.pass_time(2)
    arn = ecs.call("ListTasks", cluster="demo", startedBy="me")["taskArns"][0]
    stopped = ecs.call("StopTask", cluster="demo", task=arn)["task"]
    assert stopped["stoppedReason"] == "Task stopped by user"
    ecs.pass_time(2)
    assert len(ecs.call("ListTasks", cluster="demo")["taskArns"]) == 1

    ecs.fault("web:1", "no_capacity")
    failed = ecs.call("RunTask", **request, networkConfiguration=NETWORK)
    assert (failed["tasks"], failed["failures"][0]["reason"]) == ([], "RESOURCE:FARGATE")


def test_events_carry_what_eventbridge_delivers(ecs: EcsCloud) -> None:
    """Developer Guide, "Amazon ECS events"; FAILED apart, deployments name the service, not their own ARN."""
    service = ecs.running(desiredCount=1)
    started, completed = ecs.sent("ECS Deployment State Change")
    assert (completed.source, completed.account, completed.region) == ("aws.ecs", HERE.account, HERE.region)
    assert list(completed.resources) == [service["serviceArn"]]
    assert started.detail["eventName"] == "SERVICE_DEPLOYMENT_IN_PROGRESS"
    assert dict(completed.detail) == {
        "eventType": "INFO",
        "eventName": "SERVICE_DEPLOYMENT_COMPLETED",
        "deploymentId": service["deployments"][0]["id"],
        "updatedAt": "2026-11-22T09:00:00.800Z",
        "reason": f"ECS deployment {service['deployments'][0]['id']} completed.",
    }
    [steady] = ecs.sent("ECS Service Action")
    assert (steady.detail["eventName"], steady.detail["eventType"]) == ("SERVICE_STEADY_STATE", "INFO")
    assert steady.detail["clusterArn"] == service["clusterArn"]
    task = ecs.sent("ECS Task State Change")[-1]
    [arn] = task.resources
    assert (task.detail["taskArn"], task.detail["lastStatus"]) == (arn, "RUNNING")
    versions = [event.detail["version"] for event in ecs.sent("ECS Task State Change")]
    assert versions == sorted(set(versions))
    for event in ecs.events:
        json.dumps(event.detail)


def test_targets_are_the_running_tasks_behind_a_target_group(ecs: EcsCloud) -> None:
    """What the load balancer of the local cloud asks."""
    ecs.fault("sick", "unhealthy")
    ecs.create(loadBalancers=[PAIR])
    place = {"account": HERE.account, "region": HERE.region}
    assert ecs.model.targets(**place, target_group="arn:tg/web") == []
    ecs.pass_time(2)
    targets = ecs.model.targets(**place, target_group="arn:tg/web")
    assert [(target.service, target.image, target.port, target.healthy) for target in targets] == [
        ("web", "web:1", 80, True)
    ] * 2
    assert len({target.address for target in targets}) == 2
    assert ecs.model.targets(**place, target_group="arn:tg/other") == []
    elsewhere = {"account": ELSEWHERE.account, "region": ELSEWHERE.region}
    assert ecs.model.targets(**elsewhere, target_group="arn:tg/web") == []
    ecs.deploy("sick:2")
    ecs.pass_time(0.8)
    healthy = {
        target.image: target.healthy for target in ecs.model.targets(**place, target_group="arn:tg/web")
    }
    assert healthy == {"web:1": True, "sick:2": False}
    told = [message for message in ecs.messages() if "(target-group arn:tg/web)" in message]
    assert told[0] == "(service web) registered 1 targets in (target-group arn:tg/web)"


def test_a_restarted_model_goes_on_where_it_stopped(ecs: EcsCloud) -> None:
    ecs.running()
    ecs.deploy("web:2")
    ecs.pass_time(0.3)
    saved = json.loads(json.dumps(ecs.model.dump()))
    before = ecs.service()
    ecs.model = ecs.fresh_model()
    ecs.model.load(saved)
    assert ecs.service() == before
    assert ecs.model.dump() == saved
    ecs.pass_time()
    assert (ecs.images(), ecs.history()) == (["web:2", "web:2"], ["SUCCESSFUL", "SUCCESSFUL"])


@pytest.mark.parametrize(
    "saved",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"version": 2, "regions": []}, id="newer version"),
        pytest.param({"version": 1, "regions": [{"!kind": "Nonsense"}]}, id="unknown class"),
        pytest.param({"version": 1, "regions": [{"!kind": "Region", "colour": 1}]}, id="unknown member"),
    ],
)
def test_unreadable_saved_state_is_refused(ecs: EcsCloud, saved: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="saved ECS state"):
        ecs.model.load(saved)


def test_three_hundred_services_cost_little(ecs: EcsCloud) -> None:
    """Equal moments are handled together: the server wakes a few times, not once per service."""
    for number in range(300):
        ecs.create(f"s{number:03}")
    wakes = 0
    while len(ecs.sent("ECS Service Action")) < 300:
        ecs.clock.moment = ecs.model.advance() or ecs.clock.moment
        wakes += 1
    assert wakes <= 10
    [cluster] = ecs.call("DescribeClusters", clusters=["demo"])["clusters"]
    assert (cluster["runningTasksCount"], cluster["activeServicesCount"]) == (600, 300)
