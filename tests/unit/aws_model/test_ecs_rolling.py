"""Rolling deployments: limits, counts, steady state, supersession."""

from datetime import timedelta

import pytest

from tests.unit.aws_model.ecs_cloud import HERE, START, EcsCloud


def test_a_new_service_reaches_its_steady_state(ecs: EcsCloud) -> None:
    """API_Deployment: IN_PROGRESS first, COMPLETED in the steady state."""
    created = ecs.create()
    [deployment] = created["deployments"]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "IN_PROGRESS")
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} in progress."
    assert (created["runningCount"], deployment["desiredCount"]) == (0, 2)

    ecs.pass_time(0.2)
    assert (ecs.service()["pendingCount"], ecs.service()["runningCount"]) == (2, 0)

    ecs.pass_time(3)
    service = ecs.service()
    [deployment] = service["deployments"]
    assert deployment["rolloutState"] == "COMPLETED"
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."
    assert (service["runningCount"], service["pendingCount"], deployment["runningCount"]) == (2, 0, 2)


def test_the_service_tells_its_story_in_events(ecs: EcsCloud) -> None:
    """Developer Guide, "Amazon ECS service event messages"."""
    service = ecs.running(desiredCount=1)
    [deployment], [task] = service["deployments"], ecs.tasks()
    task_id = task["taskArn"].rpartition("/")[2]
    assert ecs.messages() == [
        f"(service web) has started 1 tasks: (task {task_id}).",
        f"(service web) (deployment {deployment['id']}) deployment completed.",
        "(service web) has reached a steady state.",
    ]


def test_an_update_replaces_every_task(ecs: EcsCloud) -> None:
    """API_UpdateService: a new task definition starts tasks with the new configuration."""
    old = ecs.running()
    updated = ecs.deploy("web:2")
    assert [one["status"] for one in updated["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert updated["taskDefinition"].endswith("web:2")

    ecs.pass_time()
    [deployment] = ecs.service()["deployments"]
    assert deployment["id"] != old["deployments"][0]["id"]
    assert ecs.images() == ["web:2", "web:2"]
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]


@pytest.mark.parametrize(
    ("minimum", "maximum", "fewest", "most"),
    [
        pytest.param(100, 200, 4, 8, id="defaults start all new tasks first"),
        pytest.param(100, 150, 4, 6, id="maximum bounds the batch"),
        pytest.param(50, 100, 2, 4, id="no room above: old tasks leave first"),
        pytest.param(0, 100, 0, 4, id="all at once"),
        pytest.param(75, 125, 3, 5, id="one at a time"),
    ],
)
def test_healthy_tasks_stay_within_the_percentages(
    ecs: EcsCloud, minimum: int, maximum: int, fewest: int, most: int
) -> None:
    """API_DeploymentConfiguration: minimumHealthyPercent rounds up, maximumPercent rounds down."""
    configuration = {"minimumHealthyPercent": minimum, "maximumPercent": maximum}
    ecs.running(desiredCount=4, deploymentConfiguration=configuration)
    ecs.deploy("web:2")
    seen = []
    for _ in range(60):
        ecs.pass_time(0.05)
        service = ecs.service()
        wanted = len(ecs.tasks())
        seen.append((service["runningCount"], wanted))
    assert min(running for running, _ in seen) == fewest
    assert max(wanted for _, wanted in seen) == most
    ecs.pass_time()
    assert ecs.images() == ["web:2"] * 4


def test_percentages_without_room_are_told(ecs: EcsCloud) -> None:
    """Developer Guide, "service event messages": unable to stop or start tasks during a deployment."""
    ecs.running(desiredCount=1, deploymentConfiguration={"maximumPercent": 150})
    ecs.deploy("web:2")
    ecs.pass_time()
    assert ecs.images() == ["web:1"]
    assert ecs.messages()[-1].startswith(
        "(service web) was unable to stop or start tasks during a deployment"
    )
    assert sum("unable to stop or start" in message for message in ecs.messages()) == 1
    assert ecs.history()[0] == "IN_PROGRESS"

    ecs.update(deploymentConfiguration={"maximumPercent": 200})
    ecs.pass_time()
    assert ecs.images() == ["web:2"]


def test_a_newer_update_stops_the_older_service_deployment(ecs: EcsCloud) -> None:
    """Developer Guide, "View service history": superseded ones end STOPPED, which is no failure."""
    ecs.running()
    ecs.deploy("web:2")
    ecs.pass_time(0.6)
    ecs.deploy("web:3")
    assert ecs.history() == ["PENDING", "STOPPED", "SUCCESSFUL"]
    assert [one["status"] for one in ecs.service()["deployments"]] == ["PRIMARY", "ACTIVE", "ACTIVE"]
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]
    assert ecs.images() == ["web:3", "web:3"]
    assert [event.detail["eventName"] for event in ecs.sent("ECS Deployment State Change")][-3:] == [
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_COMPLETED",
    ]


def test_five_deployments_are_the_most(ecs: EcsCloud) -> None:
    """Developer Guide, "service quotas": deployments of one service at once, drained ones included."""
    ecs.running(desiredCount=20, deploymentConfiguration={"minimumHealthyPercent": 95, "maximumPercent": 110})
    for number in range(2, 6):
        ecs.deploy(f"web:{number}")
        ecs.pass_time(0.85)
    assert len(ecs.service()["deployments"]) == 5
    task_definition = ecs.register("web:6")
    message = ecs.refused(
        "InvalidParameterException",
        "UpdateService",
        cluster="demo",
        service="web",
        taskDefinition=task_definition,
    )
    assert message == (
        "5 deployments exist on the service. Unable to create new deployment "
        "since this exceeds the maximum limit."
    )
    ecs.update(desiredCount=19)


def test_force_new_deployment_replaces_tasks_of_an_unchanged_configuration(ecs: EcsCloud) -> None:
    """API_UpdateService, forceNewDeployment."""
    before = ecs.running()
    old_tasks = {task["taskArn"] for task in ecs.tasks()}
    ecs.update(forceNewDeployment=True)
    ecs.pass_time()
    assert old_tasks.isdisjoint(task["taskArn"] for task in ecs.tasks())
    assert ecs.service()["taskDefinition"] == before["taskDefinition"]
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]


@pytest.mark.parametrize(
    ("changed", "member", "value"),
    [
        pytest.param({"desiredCount": 3}, "desiredCount", 3, id="desiredCount"),
        pytest.param(
            {"healthCheckGracePeriodSeconds": 9}, "healthCheckGracePeriodSeconds", 9, id="grace period"
        ),
        pytest.param({"enableExecuteCommand": True}, "enableExecuteCommand", True, id="enableExecuteCommand"),
        pytest.param({"propagateTags": "SERVICE"}, "propagateTags", "SERVICE", id="propagateTags"),
        pytest.param({"enableECSManagedTags": True}, "enableECSManagedTags", True, id="managed tags"),
        pytest.param(
            {"availabilityZoneRebalancing": "DISABLED"},
            "availabilityZoneRebalancing",
            "DISABLED",
            id="availabilityZoneRebalancing",
        ),
        pytest.param(
            {"placementStrategy": [{"type": "random"}]},
            "placementStrategy",
            [{"type": "random"}],
            id="placementStrategy",
        ),
    ],
)
def test_service_level_changes_start_no_service_deployment(
    ecs: EcsCloud, changed: dict[str, object], member: str, value: object
) -> None:
    """API_UpdateService: success is the field read back."""
    ecs.running()
    ecs.update(**changed)
    ecs.pass_time()
    service = ecs.service()
    assert service[member] == value
    assert ecs.history() == ["SUCCESSFUL"]
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"


def test_deployment_configuration_keeps_what_is_left_out_and_starts_nothing(ecs: EcsCloud) -> None:
    """API_UpdateService, deploymentConfiguration."""
    ecs.running()
    ecs.update(deploymentConfiguration={"minimumHealthyPercent": 50})
    configuration = ecs.service()["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (50, 200)
    assert ecs.history() == ["SUCCESSFUL"]


def test_the_same_task_definition_again_changes_nothing(ecs: EcsCloud) -> None:
    """API_UpdateService: without forceNewDeployment an equal configuration starts no deployment."""
    service = ecs.running()
    ecs.update(taskDefinition=service["taskDefinition"], networkConfiguration=service["networkConfiguration"])
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL"]


def test_scaling_up_and_down_ends_in_a_steady_state_each_time(ecs: EcsCloud) -> None:
    """API_UpdateService, desiredCount."""
    ecs.running(desiredCount=1)
    ecs.update(desiredCount=3)
    ecs.pass_time(2)
    assert ecs.service()["runningCount"] == 3
    ecs.update(desiredCount=0)
    ecs.pass_time(2)
    assert (ecs.service()["runningCount"], ecs.tasks()) == (0, [])
    assert ecs.messages().count("(service web) has reached a steady state.") == 3
    assert all(task["stopCode"] == "ServiceSchedulerInitiated" for task in ecs.tasks("STOPPED"))


def test_a_service_of_no_tasks_completes(ecs: EcsCloud) -> None:
    ecs.running(desiredCount=0)
    assert ecs.history() == ["SUCCESSFUL"]
    assert ecs.service()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_task_stopped_by_hand_is_replaced_without_a_deployment(ecs: EcsCloud) -> None:
    """API_StopTask; Developer Guide, "Stopped task error codes": UserInitiated."""
    ecs.running()
    victim = ecs.tasks()[0]["taskArn"]
    stopped = ecs.call("StopTask", cluster="demo", task=victim, reason="just because")["task"]
    assert (stopped["desiredStatus"], stopped["stopCode"]) == ("STOPPED", "UserInitiated")
    assert stopped["stoppedReason"] == "just because"
    ecs.pass_time(3)
    assert (ecs.service()["runningCount"], ecs.history()) == (2, ["SUCCESSFUL"])
    assert ecs.service()["deployments"][0]["failedTasks"] == 0


def test_regions_and_accounts_are_apart(ecs: EcsCloud) -> None:
    ecs.running()
    assert ecs.call("ListClusters")["clusterArns"] == ["arn:aws:ecs:eu-west-1:111122223333:cluster/demo"]
    elsewhere = HERE.__class__(account="444455556666", region=HERE.region, caller="tester")
    assert ecs.call("ListClusters", elsewhere)["clusterArns"] == []


def test_a_late_advance_gives_every_change_its_own_moment(ecs: EcsCloud) -> None:
    """The server may sleep too long: the history must be the same as if it had not."""
    other = EcsCloud()
    other.call("CreateCluster", clusterName="demo")
    ecs.create()
    other.create()
    ecs.pass_time(30)
    other.clock.moment = ecs.clock.moment
    assert other.service() == ecs.service()
    assert other.events == ecs.events


def test_advance_tells_when_to_look_again(ecs: EcsCloud) -> None:
    assert ecs.model.advance() is None
    created = ecs.create()["createdAt"]
    due = ecs.model.advance()
    assert due is not None
    assert (due - created).total_seconds() == ecs.speeds.deployment_start
    ecs.pass_time()
    assert ecs.model.advance() is None


@pytest.mark.parametrize(
    ("cleanup", "deployments"),
    [
        pytest.param("DEFERRED", 2, id="old tasks leave in the background"),
        pytest.param("BLOCKING", 1, id="old tasks leave first"),
    ],
)
def test_a_deployment_may_succeed_before_all_its_tasks_are_healthy(
    ecs: EcsCloud, cleanup: str, deployments: int
) -> None:
    """API_DeploymentEarlySuccessCriteria; the target is scaled up further in the background."""
    early = {"enable": True, "healthyPercent": 50, "sourceServiceRevisionCleanup": cleanup}
    limits = {"minimumHealthyPercent": 50, "maximumPercent": 100, "earlySuccessCriteria": early}
    ecs.running(desiredCount=4, deploymentConfiguration=limits)
    ecs.deploy("web:2")
    while ecs.history()[0] != "SUCCESSFUL":
        assert ecs.clock.moment < START + timedelta(minutes=1)
        ecs.pass_time(0.01)
    service = ecs.service()
    assert ecs.images() == ["web:2", "web:2"]
    assert (service["deployments"][0]["rolloutState"], len(service["deployments"])) == (
        "COMPLETED",
        deployments,
    )
    ecs.pass_time()
    assert ecs.images() == ["web:2"] * 4
    assert (ecs.history(), len(ecs.service()["deployments"])) == (["SUCCESSFUL", "SUCCESSFUL"], 1)


def test_an_early_success_below_the_minimum_is_refused(ecs: EcsCloud) -> None:
    """API_DeploymentEarlySuccessCriteria, healthyPercent; the words of the refusal are unverified."""
    ecs.running()
    early = {"enable": True, "healthyPercent": 50, "sourceServiceRevisionCleanup": "DEFERRED"}
    for criteria in (early, {"enable": True}):
        ecs.refused(
            "InvalidParameterException",
            "UpdateService",
            cluster="demo",
            service="web",
            deploymentConfiguration={"earlySuccessCriteria": criteria},
        )
