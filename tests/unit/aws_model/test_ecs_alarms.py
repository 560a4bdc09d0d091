"""CloudWatch alarms that watch a deployment and its bake time.

Developer Guide, "How CloudWatch alarms detect Amazon ECS deployment failures".
"""

from typing import Any

import pytest

from tests.unit.aws_model.ecs_cloud import ELSEWHERE, EcsCloud


def watching(*names: str, rollback: bool = True, enable: bool = True) -> dict[str, Any]:
    return {"alarms": {"alarmNames": list(names), "enable": enable, "rollback": rollback}}


WATCHING = watching("errors", "latency")


def deploying(ecs: EcsCloud, **params: Any) -> str:
    """The id of a deployment of web:2 that has just started its tasks, over a completed web:1."""
    ecs.running(**params)
    deployment: str = ecs.deploy("web:2")["deployments"][0]["id"]
    ecs.pass_time(0.6)
    return deployment


def test_an_alarm_that_turns_red_rolls_the_deployment_back(ecs: EcsCloud) -> None:
    """API_DeploymentAlarms, rollback; API_ServiceDeploymentAlarms."""
    failing = deploying(ecs, deploymentConfiguration=WATCHING)
    assert ecs.service_deployment()["alarms"] == {
        "status": "MONITORING",
        "alarmNames": ["errors", "latency"],
        "triggeredAlarmNames": [],
    }
    ecs.alarm("latency", "ALARM")
    during = ecs.service_deployment()
    assert (during["status"], during["alarms"]["status"]) == ("ROLLBACK_IN_PROGRESS", "TRIGGERED")
    ecs.pass_time()
    after = ecs.service_deployment()
    assert (after["status"], after["alarms"]["triggeredAlarmNames"]) == ("ROLLBACK_SUCCESSFUL", ["latency"])
    assert "alarm" in after["rollback"]["reason"]
    assert ecs.images() == ["web:1", "web:1"]
    assert f"(service web) (deployment {failing}) deployment failed: alarm detected." in ecs.messages()
    assert any("rolling back to deployment ecs-svc/" in message for message in ecs.messages())


def test_without_rollback_an_alarm_ends_the_deployment_stopped(ecs: EcsCloud) -> None:
    """API_ServiceDeployment, stoppedAt: the rollback option is not in use."""
    failing = deploying(ecs, deploymentConfiguration=watching("errors", rollback=False))
    ecs.alarm("errors", "ALARM")
    entry = ecs.service_deployment()
    assert (entry["status"], "rollback" in entry, "stoppedAt" in entry) == ("STOPPED", False, True)
    primary = ecs.service()["deployments"][0]
    assert (primary["id"], primary["rolloutState"]) == (failing, "FAILED")
    told = [event.detail for event in ecs.sent("ECS Deployment State Change")][-1]
    assert (told["eventName"], told["deploymentId"]) == ("SERVICE_DEPLOYMENT_FAILED", failing)
    ecs.pass_time()
    assert "web:1" in ecs.images()


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_only_a_red_alarm_fails_a_deployment(ecs: EcsCloud, state: str) -> None:
    """CloudWatch, API_MetricAlarm, StateValue."""
    deploying(ecs, deploymentConfiguration=WATCHING)
    ecs.alarm("errors", state)
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]
    assert ecs.service_deployment()["alarms"]["status"] == "MONITORING_COMPLETE"


def test_other_alarms_and_other_regions_do_not_matter(ecs: EcsCloud) -> None:
    """API_DeploymentAlarms, alarmNames: names within the service's own account and region."""
    deploying(ecs, deploymentConfiguration=WATCHING)
    ecs.alarm("others", "ALARM")
    ecs.alarm("errors", "ALARM", ELSEWHERE)
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]


def test_alarms_that_are_turned_off_do_not_matter(ecs: EcsCloud) -> None:
    """API_DeploymentAlarms, enable."""
    deploying(ecs, deploymentConfiguration=watching("errors", enable=False))
    ecs.alarm("errors", "ALARM")
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]
    assert ecs.service_deployment()["alarms"] == {"status": "DISABLED"}


def test_an_alarm_that_is_red_at_the_start_makes_ecs_ignore_all(ecs: EcsCloud) -> None:
    """The same page: ECS ignores the alarm configuration for that deployment, and for that one only."""
    ecs.running(deploymentConfiguration=WATCHING)
    ecs.alarm("errors", "ALARM")
    ecs.deploy("web:2")
    ecs.pass_time(0.6)
    assert ecs.service_deployment()["alarms"] == {"status": "DISABLED"}
    ecs.alarm("latency", "ALARM")
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]

    ecs.alarm("errors", "OK")
    ecs.alarm("latency", "OK")
    ecs.deploy("web:3")
    ecs.pass_time(0.6)
    ecs.alarm("errors", "ALARM")
    ecs.pass_time()
    assert ecs.history()[0] == "ROLLBACK_SUCCESSFUL"


def test_a_missing_alarm_is_not_red(ecs: EcsCloud) -> None:
    deploying(ecs, deploymentConfiguration=WATCHING)
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]


def test_after_the_steady_state_comes_the_bake_time(ecs: EcsCloud) -> None:
    """The same page: COMPLETED follows the steady state and the end of the bake time."""
    ecs.running(deploymentConfiguration=WATCHING)
    ecs.deploy("web:2")
    ecs.pass_time(1.2)
    assert ecs.messages()[-1] == "(service web) has reached a steady state."
    assert ecs.images() == ["web:2", "web:2"]
    assert ecs.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    ecs.pass_time(0.5)
    assert ecs.service()["deployments"][0]["rolloutState"] == "COMPLETED"
    assert "deployment completed." in ecs.messages()[-1]
    ecs.alarm("errors", "ALARM")
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]


def test_an_alarm_during_the_bake_time_starts_the_old_tasks_again(ecs: EcsCloud) -> None:
    """The same page: alarms are watched until the bake time is over."""
    ecs.running(deploymentConfiguration=WATCHING)
    ecs.deploy("web:2")
    ecs.pass_time(1.2)
    assert ecs.images() == ["web:2", "web:2"]
    ecs.alarm("errors", "ALARM")
    ecs.pass_time()
    assert ecs.history()[0] == "ROLLBACK_SUCCESSFUL"
    assert ecs.images() == ["web:1", "web:1"]


def test_a_restart_in_the_bake_time_goes_on_watching(ecs: EcsCloud) -> None:
    ecs.running(deploymentConfiguration=WATCHING)
    ecs.deploy("web:2")
    ecs.pass_time(1.2)
    saved = ecs.model.dump()
    ecs.model = ecs.fresh_model()
    ecs.model.load(saved)
    ecs.alarm("errors", "ALARM")
    ecs.pass_time()
    assert ecs.history()[0] == "ROLLBACK_SUCCESSFUL"


def test_alarms_may_be_turned_off_in_mid_deployment(ecs: EcsCloud) -> None:
    """API_UpdateService, deploymentConfiguration: it applies to the running deployment."""
    deploying(ecs, deploymentConfiguration=WATCHING)
    ecs.update(deploymentConfiguration=watching("errors", enable=False))
    ecs.alarm("errors", "ALARM")
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "SUCCESSFUL"]


def test_a_bake_time_of_its_own_is_honoured_without_alarms(ecs: EcsCloud) -> None:
    """API_DeploymentConfiguration, bakeTimeInMinutes; that it holds for ROLLING is unverified."""
    ecs.create(deploymentConfiguration={"bakeTimeInMinutes": 5})
    ecs.pass_time(6)
    assert ecs.history() == ["IN_PROGRESS"]
    ecs.pass_time(1)
    assert ecs.history() == ["SUCCESSFUL"]


def test_a_first_deployment_with_a_red_alarm_has_nothing_to_go_back_to(ecs: EcsCloud) -> None:
    """Developer Guide, "Amazon ECS deployment failure detection": a rollback needs a COMPLETED deployment."""
    ecs.create(deploymentConfiguration=WATCHING)
    ecs.pass_time(0.3)
    ecs.alarm("errors", "ALARM")
    ecs.pass_time()
    assert ecs.history() == ["STOPPED"]
    assert ecs.service()["deployments"][0]["rolloutState"] == "FAILED"


def test_a_rollback_is_not_watched(ecs: EcsCloud) -> None:
    """A red alarm stays red while the old revision comes back, and must not fail that too."""
    deploying(ecs, deploymentConfiguration=WATCHING)
    ecs.alarm("errors", "ALARM")
    ecs.alarm("latency", "ALARM")
    ecs.pass_time()
    assert ecs.history()[0] == "ROLLBACK_SUCCESSFUL"
    assert ecs.service_deployment()["alarms"]["triggeredAlarmNames"] == ["errors"]
