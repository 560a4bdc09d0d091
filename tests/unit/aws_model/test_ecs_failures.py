"""Tasks that fail, the circuit breaker, rollbacks and stalls."""

from itertools import pairwise

import pytest

from tests.unit.aws_model.ecs_cloud import BREAKER, EcsCloud

NO_ROLLBACK = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}


def test_an_image_that_cannot_be_pulled_fails_the_task_to_start(ecs: EcsCloud) -> None:
    """Developer Guide, "CannotPullContainer task errors" and "Stopped tasks error codes"."""
    ecs.fault("web:1", "cannot_pull")
    ecs.create(desiredCount=1)
    ecs.pass_time(1)
    task = ecs.tasks("STOPPED")[0]
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"].startswith("CannotPullContainerError: ")
    assert "web:1" in task["stoppedReason"]
    assert "startedAt" not in task
    assert "exitCode" not in task["containers"][0]
    assert task["containers"][0]["reason"] == task["stoppedReason"]


def test_on_ec2_the_container_carries_the_reason(ecs: EcsCloud) -> None:
    """Developer Guide, "Viewing Amazon ECS stopped task errors"."""
    ecs.fault("web:1", "cannot_pull")
    ecs.call(
        "RegisterTaskDefinition",
        family="bridged",
        containerDefinitions=[{"name": "app", "image": "web:1", "memory": 64}],
    )
    ecs.call("CreateService", cluster="demo", serviceName="web", taskDefinition="bridged", desiredCount=1)
    ecs.pass_time(1)
    task = ecs.tasks("STOPPED")[0]
    assert task["stoppedReason"] == "Task failed to start"
    assert task["containers"][0]["reason"].startswith("CannotPullContainerError: ")


def test_a_crash_shows_the_exit_code(ecs: EcsCloud) -> None:
    """Developer Guide, "Stopped tasks error codes": EssentialContainerExited."""
    ecs.fault("web:1", "crash", after_seconds=0.1, exit_code=3)
    ecs.create(desiredCount=1)
    ecs.pass_time(1.2)
    task = ecs.tasks("STOPPED")[0]
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"
    assert task["containers"][0]["exitCode"] == 3
    assert "startedAt" in task


def test_a_late_crash_is_replaced_and_is_no_failed_deployment(ecs: EcsCloud) -> None:
    """Developer Guide, "deployment circuit breaker": a task that was healthy does not count."""
    ecs.fault("web:1", "crash", after_seconds=5)
    ecs.running(desiredCount=1, deploymentConfiguration=BREAKER)
    assert ecs.history() == ["SUCCESSFUL"]
    ecs.pass_time(30)
    assert len(ecs.tasks("STOPPED")) > 2
    assert (ecs.history(), ecs.service()["deployments"][0]["failedTasks"]) == (["SUCCESSFUL"], 0)


def test_without_the_breaker_a_failing_deployment_never_ends(ecs: EcsCloud) -> None:
    """API_Deployment, failedTasks; FAILED events are sent with breaker or alarms only."""
    ecs.running()
    ecs.fault("bad", "cannot_pull")
    ecs.deploy("bad:2")
    ecs.pass_time(600)
    primary, active = ecs.service()["deployments"]
    assert (primary["rolloutState"], active["rolloutState"]) == ("IN_PROGRESS", "COMPLETED")
    assert primary["failedTasks"] > 10
    assert ecs.images() == ["web:1", "web:1"]
    assert ecs.history()[0] == "IN_PROGRESS"
    assert ecs.service_deployment()["deploymentCircuitBreaker"]["status"] == "DISABLED"
    names = {event.detail["eventName"] for event in ecs.sent("ECS Deployment State Change")}
    assert "SERVICE_DEPLOYMENT_FAILED" not in names


def test_failing_starts_are_throttled(ecs: EcsCloud) -> None:
    """Developer Guide, "Amazon ECS service throttle logic": waits double up to a limit."""
    ecs.fault("web:1", "cannot_pull")
    ecs.create(desiredCount=1)
    ecs.pass_time(60)
    starts = sorted(task["createdAt"] for task in ecs.tasks("STOPPED"))
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(starts)]
    assert waits == sorted(waits)
    assert waits[0] < 1
    assert waits[-1] == pytest.approx(waits[-2]) == pytest.approx(ecs.speeds.longest_retry + 0.4)
    impaired = [m for m in ecs.messages() if "unable to consistently start tasks successfully" in m]
    assert len(impaired) == 1
    assert any(
        event.detail["eventName"] == "SERVICE_TASK_START_IMPAIRED" and event.detail["eventType"] == "WARN"
        for event in ecs.sent("ECS Service Action")
    )


def test_the_breaker_rolls_back_to_the_last_completed_revision(ecs: EcsCloud) -> None:
    """Developer Guide, "How the Amazon ECS deployment circuit breaker detects failures"."""
    before = ecs.running(deploymentConfiguration=BREAKER)
    good = ecs.service_deployment()["targetServiceRevision"]["arn"]
    ecs.fault("bad", "cannot_pull")
    failing = ecs.deploy("bad:2")["deployments"][0]["id"]
    ecs.pass_time(1.35)
    during = ecs.service_deployment()
    assert during["status"] == "ROLLBACK_IN_PROGRESS"
    assert during["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}

    ecs.pass_time()
    after = ecs.service()
    entry = ecs.service_deployment()
    assert entry["status"] == "ROLLBACK_SUCCESSFUL"
    assert entry["rollback"]["serviceRevisionArn"] == good
    assert "circuit breaker" in entry["rollback"]["reason"]
    assert entry["finishedAt"] >= entry["rollback"]["startedAt"]
    assert after["taskDefinition"] == before["taskDefinition"]
    assert [one["rolloutState"] for one in after["deployments"]] == ["COMPLETED"]
    assert ecs.images() == ["web:1", "web:1"]
    failed, rolling_back, completed = [event.detail for event in ecs.sent("ECS Deployment State Change")][-3:]
    assert (failed["eventName"], failed["eventType"], failed["deploymentId"]) == (
        "SERVICE_DEPLOYMENT_FAILED",
        "ERROR",
        failing,
    )
    assert failed["reason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert ": rolling back to deploymentId ecs-svc/" in rolling_back["reason"]
    assert completed["eventName"] == "SERVICE_DEPLOYMENT_COMPLETED"
    assert f"(service web) (deployment {failing}) deployment failed: tasks failed to start." in ecs.messages()


def test_a_rollback_after_the_old_tasks_left_starts_them_again(ecs: EcsCloud) -> None:
    """With minimumHealthyPercent 0 nothing of the old deployment is left to come back to."""
    configuration = BREAKER | {"minimumHealthyPercent": 0, "maximumPercent": 100}
    ecs.running(deploymentConfiguration=configuration)
    ecs.fault("bad", "crash", after_seconds=0.1)
    ecs.deploy("bad:2")
    ecs.pass_time(20)
    assert ecs.images() == ["web:1", "web:1"]
    assert ecs.history() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]


def test_a_first_create_that_fails_stalls(ecs: EcsCloud) -> None:
    """Developer Guide, "deployment circuit breaker": nothing COMPLETED, nothing rolled back."""
    ecs.fault("web:1", "cannot_pull")
    ecs.create(deploymentConfiguration=BREAKER)
    ecs.pass_time(30)
    [deployment] = ecs.service()["deployments"]
    assert (deployment["rolloutState"], deployment["status"]) == ("FAILED", "PRIMARY")
    assert deployment["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert ecs.history() == ["STOPPED"]
    assert "rollback" not in ecs.service_deployment()
    known = len(ecs.tasks("STOPPED"))
    ecs.pass_time(600)
    assert len(ecs.tasks("STOPPED")) == known

    ecs.deploy("web:good")
    ecs.faults.entries.clear()
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "STOPPED"]


def test_the_breaker_without_rollback_ends_stopped(ecs: EcsCloud) -> None:
    """API_DeploymentCircuitBreaker, rollback: false leaves the failed deployment and the old tasks."""
    ecs.running(deploymentConfiguration=NO_ROLLBACK)
    ecs.fault("bad", "cannot_pull")
    ecs.deploy("bad:2")
    ecs.pass_time(60)
    entry = ecs.service_deployment()
    assert (entry["status"], entry["deploymentCircuitBreaker"]["status"]) == ("STOPPED", "TRIGGERED")
    assert entry["stoppedAt"] == entry["finishedAt"]
    assert ecs.service()["deployments"][0]["rolloutState"] == "FAILED"
    assert ecs.images() == ["web:1", "web:1"]


def test_a_rollback_that_fails_too_ends_rollback_failed(ecs: EcsCloud) -> None:
    """API_ServiceDeployment, status; the failed rollback stalls."""
    ecs.running(deploymentConfiguration=BREAKER | {"minimumHealthyPercent": 0, "maximumPercent": 100})
    ecs.fault("web", "cannot_pull")
    ecs.deploy("web:2")
    ecs.pass_time(120)
    assert ecs.history() == ["ROLLBACK_FAILED", "SUCCESSFUL"]
    assert ecs.service()["deployments"][0]["rolloutState"] == "FAILED"
    assert ecs.service()["runningCount"] == 0


@pytest.mark.parametrize(
    ("desired", "rule", "threshold"),
    [
        pytest.param(1, {}, 3, id="at least 3"),
        pytest.param(25, {}, 13, id="half, rounded up"),
        pytest.param(800, {}, 200, id="at most 200"),
        pytest.param(1, {"type": "COUNT", "value": 1}, 1, id="count"),
        pytest.param(10, {"type": "UNBOUNDED_PERCENT", "value": 10}, 1, id="unbounded percent"),
        pytest.param(10, {"type": "BOUNDED_PERCENT", "value": 100}, 10, id="bounded percent"),
        pytest.param(4, {"type": "BOUNDED_PERCENT", "value": 10}, 3, id="bounded: at least 3"),
        pytest.param(300, {"type": "BOUNDED_PERCENT", "value": 100}, 200, id="bounded: at most 200"),
        pytest.param(15, {"type": "UNBOUNDED_PERCENT", "value": 10}, 2, id="unbounded: rounded up"),
        pytest.param(300, {"type": "UNBOUNDED_PERCENT", "value": 100}, 300, id="unbounded: no most"),
        pytest.param(300, {"type": "COUNT", "value": 250}, 250, id="count: no most"),
    ],
)
def test_the_threshold_follows_the_latest_desired_count(
    ecs: EcsCloud, desired: int, rule: dict[str, object], threshold: int
) -> None:
    """API_ThresholdConfiguration and API_ServiceDeploymentCircuitBreaker."""
    breaker = BREAKER["deploymentCircuitBreaker"] | ({"thresholdConfiguration": rule} if rule else {})
    ecs.running(desiredCount=0, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    ecs.update(desiredCount=desired)
    assert ecs.service_deployment()["deploymentCircuitBreaker"]["threshold"] == threshold


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"type": "COUNT", "value": 1}, id="the first failure"),
        pytest.param({"type": "COUNT", "value": 7}, id="a count"),
        pytest.param({"type": "BOUNDED_PERCENT", "value": 50}, id="half of ten"),
        pytest.param({"type": "UNBOUNDED_PERCENT", "value": 20}, id="a fifth of ten"),
    ],
)
def test_the_breaker_trips_at_its_threshold_and_not_before(ecs: EcsCloud, rule: dict[str, object]) -> None:
    """API_ServiceDeploymentCircuitBreaker, failureCount and threshold."""
    breaker = {"enable": True, "rollback": False, "thresholdConfiguration": rule}
    ecs.fault("web:1", "cannot_pull")
    ecs.create(desiredCount=10, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    ecs.pass_time(60)
    shown = ecs.service_deployment()["deploymentCircuitBreaker"]
    assert (shown["status"], shown["failureCount"]) == ("TRIGGERED", shown["threshold"])
    assert ecs.service()["deployments"][0]["failedTasks"] == shown["threshold"]


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"type": "PERCENT", "value": 50}, id="no such type"),
        pytest.param({"type": "COUNT", "value": 0}, id="no failure at all"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(ecs: EcsCloud, rule: dict[str, object]) -> None:
    """API_ThresholdConfiguration, valid values."""
    ecs.running()
    breaker = BREAKER["deploymentCircuitBreaker"] | {"thresholdConfiguration": rule}
    ecs.refused(
        "InvalidParameterException",
        "UpdateService",
        cluster="demo",
        service="web",
        deploymentConfiguration={"deploymentCircuitBreaker": breaker},
    )


def test_the_threshold_follows_a_desired_count_that_changes_meanwhile(ecs: EcsCloud) -> None:
    """API_ThresholdConfiguration: percentages are of the latest desired count of the service."""
    ecs.fault("web:1", "cannot_pull")
    ecs.create(desiredCount=2, deploymentConfiguration=BREAKER)
    ecs.pass_time(0.7)
    ecs.update(desiredCount=10)
    assert ecs.service_deployment()["deploymentCircuitBreaker"] == {
        "status": "MONITORING",
        "failureCount": 2,
        "threshold": 5,
    }
    ecs.pass_time(60)
    assert ecs.service_deployment()["deploymentCircuitBreaker"]["failureCount"] == 5


def test_a_fault_may_speak_in_any_of_aws_s_words(ecs: EcsCloud) -> None:
    """Developer Guide, "Stopped tasks error codes"; container reasons as in "OutOfMemoryError"."""
    secret = "ResourceInitializationError: unable to pull secrets or registry auth"
    ecs.fault("web:1", "cannot_pull", message=secret)
    ecs.fault("two:1", "crash", exit_code=137, message="OutOfMemoryError: Container killed")
    ecs.create(desiredCount=1)
    ecs.create("two", "two:1", desiredCount=1)
    ecs.pass_time(1.2)
    unstarted, killed = ecs.tasks("STOPPED")[0], ecs.tasks("STOPPED", "two")[0]
    assert (unstarted["stopCode"], unstarted["stoppedReason"]) == ("TaskFailedToStart", secret)
    [container] = killed["containers"]
    assert (container["exitCode"], container["reason"]) == (137, "OutOfMemoryError: Container killed")


def test_failures_add_up_unless_a_healthy_task_resets_them(ecs: EcsCloud) -> None:
    """API_DeploymentCircuitBreaker, resetOnHealthyTask."""
    breaker = {"enable": True, "rollback": False, "resetOnHealthyTask": False}
    ecs.fault("web:1", "cannot_pull")
    ecs.create(deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    ecs.pass_time(0.7)
    assert ecs.service()["deployments"][0]["failedTasks"] == 2
    ecs.faults.entries.clear()
    ecs.pass_time()
    assert ecs.service()["deployments"][0]["failedTasks"] == 2

    ecs.fault("two:1", "cannot_pull")
    ecs.create("two", "two:1", deploymentConfiguration=BREAKER)
    ecs.pass_time(0.7)
    ecs.faults.entries.clear()
    ecs.pass_time()
    assert ecs.service("two")["deployments"][0]["failedTasks"] == 0


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        pytest.param("eni", "RESOURCE:ENI", id="no network interface"),
        pytest.param("no_capacity", "RESOURCE:FARGATE", id="no capacity"),
    ],
)
def test_tasks_that_cannot_be_placed_are_never_created(ecs: EcsCloud, kind: str, reason: str) -> None:
    """Developer Guide, "Amazon ECS service action events": SERVICE_TASK_PLACEMENT_FAILURE."""
    ecs.fault("web:1", kind)
    ecs.create()
    ecs.pass_time(5)
    assert ecs.tasks() == ecs.tasks("STOPPED") == []
    assert ecs.messages()[0].startswith("(service web) was unable to place a task")
    failure = ecs.sent("ECS Service Action")[0].detail
    assert (failure["eventName"], failure["eventType"]) == ("SERVICE_TASK_PLACEMENT_FAILURE", "ERROR")
    assert failure["reason"] == reason

    ecs.faults.entries.clear()
    ecs.pass_time(10)
    assert ecs.history() == ["SUCCESSFUL"]


def test_placement_failures_trip_the_breaker(ecs: EcsCloud) -> None:
    """API_Deployment, failedTasks: a task that the scheduler cannot launch counts."""
    ecs.running(deploymentConfiguration=BREAKER)
    ecs.fault("bad", "no_capacity")
    ecs.deploy("bad:2")
    ecs.pass_time(20)
    assert ecs.history() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]
    assert ecs.images() == ["web:1", "web:1"]


def test_a_slow_start_only_takes_longer(ecs: EcsCloud) -> None:
    ecs.fault("web:1", "slow_start", after_seconds=7)
    ecs.running()
    assert (ecs.history(), ecs.service()["pendingCount"]) == (["IN_PROGRESS"], 2)
    ecs.pass_time(7)
    assert ecs.history() == ["SUCCESSFUL"]
