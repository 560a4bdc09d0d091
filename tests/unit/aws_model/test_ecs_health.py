"""Health checks of targets and of containers, and what ECS says and does about them."""

from typing import Any

import pytest

from tests.unit.aws_model.ecs_cloud import BREAKER, HERE, EcsCloud, service_request

GROUP = "arn:tg/web"
BEHIND_ELB: dict[str, Any] = {
    "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "app", "containerPort": 80}]
}
CHECKED = {"name": "app", "image": "web:1", "healthCheck": {"command": ["CMD", "true"]}}


def test_failing_target_health_checks_get_the_task_replaced(ecs: EcsCloud) -> None:
    """Developer Guide, "Troubleshooting service load balancers": Task failed ELB health checks."""
    ecs.fault("bad", "unhealthy")
    ecs.running(deploymentConfiguration=BREAKER, **BEHIND_ELB)
    ecs.deploy("bad:2")
    ecs.pass_time(30)
    stopped = [t for t in ecs.tasks("STOPPED") if t["containers"][0]["image"] == "bad:2"]
    assert stopped[0]["stoppedReason"] == "Task failed ELB health checks in (target-group arn:tg/web)"
    assert ecs.history()[0] == "ROLLBACK_SUCCESSFUL"


def test_the_grace_period_delays_the_verdict(ecs: EcsCloud) -> None:
    """API_CreateService, healthCheckGracePeriodSeconds."""
    ecs.fault("web:1", "unhealthy")
    ecs.create(healthCheckGracePeriodSeconds=300, **BEHIND_ELB)
    ecs.pass_time(5)
    assert ecs.service()["runningCount"] == 2
    assert ecs.tasks("STOPPED") == []
    ecs.pass_time(5)
    assert ecs.tasks("STOPPED") != []


def test_failing_container_health_checks_get_the_task_replaced(ecs: EcsCloud) -> None:
    """Developer Guide, "Determine Amazon ECS task health using container health checks"."""
    ecs.fault("web:1", "unhealthy")
    container = {"name": "app", "image": "web:1", "healthCheck": {"command": ["CMD", "true"]}}
    ecs.register(containerDefinitions=[container])
    ecs.call("CreateService", **service_request())
    ecs.pass_time(2.5)
    task = ecs.tasks("STOPPED")[0]
    assert (task["stoppedReason"], task["healthStatus"]) == (
        "Task failed container health checks",
        "UNHEALTHY",
    )


def test_without_any_health_check_running_is_healthy(ecs: EcsCloud) -> None:
    """API_CreateService: tasks without a load balancer are healthy when RUNNING."""
    ecs.fault("web:1", "unhealthy")
    ecs.running()
    assert ecs.history() == ["SUCCESSFUL"]


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        pytest.param("unhealthy", 502, "Health checks failed with these codes: [502]", id="a wrong code"),
        pytest.param("unhealthy", None, "Health checks failed", id="no code"),
        pytest.param("unreachable", None, "Request timed out", id="no answer"),
    ],
)
def test_the_event_gives_the_load_balancer_s_reason(
    ecs: EcsCloud, kind: str, code: int | None, reason: str
) -> None:
    """Developer Guide, "Amazon ECS service event messages"; Elastic Load Balancing, API_TargetHealth."""
    ecs.fault("web:1", kind, http_code=code)
    ecs.create(desiredCount=1, **BEHIND_ELB)
    ecs.pass_time(1.6)
    [task] = ecs.tasks("STOPPED")
    story = [message for message in ecs.messages() if "unable to" not in message]
    name = task["taskArn"].rpartition("/")[2]
    assert story[1:5] == [
        f"(service web) registered 1 targets in (target-group {GROUP})",
        (
            f"(service web) (task {name}) (port 80) is unhealthy in (target-group {GROUP}) "
            f"due to (reason {reason})."
        ),
        f"(service web) deregistered 1 targets in (target-group {GROUP})",
        "(service web) has begun draining connections on 1 tasks.",
    ]
    assert (task["stopCode"], task["stoppedReason"]) == (
        "ServiceSchedulerInitiated",
        f"Task failed ELB health checks in (target-group {GROUP})",
    )


def test_the_event_of_a_container_names_the_task(ecs: EcsCloud) -> None:
    """Developer Guide, "Amazon ECS service event messages"."""
    ecs.fault("web:1", "unhealthy")
    ecs.register(containerDefinitions=[CHECKED])
    ecs.call("CreateService", **service_request())
    ecs.pass_time(2.5)
    name = ecs.tasks("STOPPED")[0]["taskArn"].rpartition("/")[2]
    assert f"(service web) (task {name}) failed container health checks." in ecs.messages()


def test_health_is_unknown_until_the_checks_have_passed(ecs: EcsCloud) -> None:
    """API_Task and API_Container, healthStatus; containers without a check stay UNKNOWN."""
    helper = {"name": "helper", "image": "helper:1", "essential": False}
    ecs.register(containerDefinitions=[CHECKED, helper])
    ecs.call("CreateService", **service_request())
    ecs.pass_time(0.6)
    assert {task["healthStatus"] for task in ecs.tasks()} == {"UNKNOWN"}
    ecs.pass_time(1)
    for task in ecs.tasks():
        health = {container["name"]: container["healthStatus"] for container in task["containers"]}
        assert (task["healthStatus"], health) == ("HEALTHY", {"app": "HEALTHY", "helper": "UNKNOWN"})


@pytest.mark.parametrize("behind", [pytest.param(BEHIND_ELB, id="target"), pytest.param({}, id="container")])
def test_checks_that_fail_later_get_the_task_replaced(ecs: EcsCloud, behind: dict[str, Any]) -> None:
    """Developer Guide, "Amazon ECS services": unhealthy tasks are replaced, the deployment stands."""
    ecs.fault("web:1", "unhealthy", after_seconds=5)
    ecs.register(containerDefinitions=[CHECKED | {"portMappings": [{"containerPort": 80}]}])
    ecs.call("CreateService", **service_request(), **behind)
    ecs.pass_time(4)
    assert (ecs.history(), ecs.tasks("STOPPED")) == (["SUCCESSFUL"], [])
    ecs.pass_time(4)
    assert len(ecs.tasks("STOPPED")) == 2
    assert (ecs.history(), ecs.service()["runningCount"]) == (["SUCCESSFUL"], 2)


def test_the_grace_period_covers_checks_that_fail_later(ecs: EcsCloud) -> None:
    """API_CreateService, healthCheckGracePeriodSeconds: unhealthy checks are ignored meanwhile."""
    ecs.fault("web:1", "unhealthy", after_seconds=2)
    ecs.create(healthCheckGracePeriodSeconds=300, **BEHIND_ELB)
    ecs.pass_time(6)
    assert ecs.tasks("STOPPED") == []
    ecs.pass_time(2)
    assert ecs.tasks("STOPPED") != []


@pytest.mark.parametrize(
    ("kind", "code", "reason", "description"),
    [
        pytest.param(
            "unhealthy",
            503,
            "Target.ResponseCodeMismatch",
            "Health checks failed with these codes: [503]",
            id="a wrong code",
        ),
        pytest.param("unhealthy", None, "Target.FailedHealthChecks", "Health checks failed", id="no code"),
        pytest.param("unreachable", None, "Target.Timeout", "Request timed out", id="no answer"),
    ],
)
def test_the_load_balancer_tells_why_a_target_is_unhealthy(
    ecs: EcsCloud, kind: str, code: int | None, reason: str, description: str
) -> None:
    """Elastic Load Balancing, API_TargetHealth, Reason and Description."""
    ecs.fault("web:1", kind, http_code=code)
    ecs.create(desiredCount=1, healthCheckGracePeriodSeconds=300, **BEHIND_ELB)
    ecs.pass_time(1.2)
    [target] = ecs.model.targets(HERE.account, HERE.region, GROUP)
    assert (target.state, target.reason, target.description) == ("unhealthy", reason, description)
    assert not target.healthy


def test_a_target_is_initial_then_healthy_then_draining(ecs: EcsCloud) -> None:
    """Elastic Load Balancing, API_TargetHealth, State."""
    ecs.create(desiredCount=1, **BEHIND_ELB)

    def states() -> list[tuple[str, str]]:
        return [
            (target.state, target.reason) for target in ecs.model.targets(HERE.account, HERE.region, GROUP)
        ]

    ecs.pass_time(0.6)
    assert states() == [("initial", "Elb.InitialHealthChecking")]
    ecs.pass_time(1)
    assert states() == [("healthy", "")]
    ecs.update(desiredCount=0)
    assert states() == [("draining", "Target.DeregistrationInProgress")]
    ecs.pass_time(1)
    assert states() == []
