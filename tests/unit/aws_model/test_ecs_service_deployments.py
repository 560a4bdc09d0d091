"""Service deployments and service revisions: describing, listing, stopping."""

from datetime import timedelta

import pytest

from tests.unit.aws_model.ecs_cloud import BREAKER, START, EcsCloud


def test_a_service_deployment_goes_from_pending_to_successful(ecs: EcsCloud) -> None:
    """API_ServiceDeployment; Developer Guide, "View service history"."""
    ecs.create()
    first = ecs.service_deployment()
    assert (first["status"], "startedAt" in first, first["sourceServiceRevisions"]) == ("PENDING", False, [])
    ecs.pass_time(0.2)
    second = ecs.service_deployment()
    assert second["status"] == "IN_PROGRESS"
    assert (second["createdAt"], second["startedAt"]) == (START, START + timedelta(seconds=0.1))
    assert second["targetServiceRevision"] | {"arn": ""} == {
        "arn": "",
        "requestedTaskCount": 2,
        "runningTaskCount": 0,
        "pendingTaskCount": 2,
    }
    ecs.pass_time(3)
    third = ecs.service_deployment()
    assert third["status"] == "SUCCESSFUL"
    assert third["finishedAt"] == third["updatedAt"] > third["startedAt"]
    assert third["targetServiceRevision"]["runningTaskCount"] == 2
    assert third["deploymentCircuitBreaker"] == {"status": "DISABLED", "failureCount": 0, "threshold": 3}
    assert third["alarms"] == {"status": "DISABLED"}


def test_counts_of_an_ended_deployment_stay(ecs: EcsCloud) -> None:
    """Developer Guide, "View service history": the number when the deployment completed."""
    ecs.running(deploymentConfiguration=BREAKER)
    ended = ecs.service_deployment()
    assert ended["deploymentCircuitBreaker"]["status"] == "MONITORING_COMPLETE"
    ecs.update(desiredCount=5)
    ecs.pass_time()
    assert ecs.service_deployment()["targetServiceRevision"] == ended["targetServiceRevision"]


def test_source_and_target_revisions_of_an_update(ecs: EcsCloud) -> None:
    """API_ServiceDeployment, sourceServiceRevisions; API_DescribeServiceRevisions."""
    ecs.running()
    old = ecs.service_deployment()["targetServiceRevision"]["arn"]
    ecs.deploy("web:2")
    ecs.pass_time(0.7)
    entry = ecs.service_deployment()
    new = entry["targetServiceRevision"]["arn"]
    assert [source["arn"] for source in entry["sourceServiceRevisions"]] == [old]
    assert {one["arn"] for one in ecs.service()["currentServiceRevisions"]} == {old, new}

    gone = new.rpartition("/")[0] + "/0"
    answer = ecs.call("DescribeServiceRevisions", serviceRevisionArns=[old, new, gone, "nonsense"])
    images = [revision["containerImages"][0]["image"] for revision in answer["serviceRevisions"]]
    assert images == ["web:1", "web:2"]
    assert answer["serviceRevisions"][0]["platformVersion"] == "1.4.0"
    assert answer["failures"] == [
        {"arn": gone, "reason": "MISSING"},
        {"arn": "nonsense", "reason": "MISSING"},
    ]


def test_listing_filters_by_status_and_time(ecs: EcsCloud) -> None:
    """API_ListServiceDeployments: newest first."""
    ecs.running()
    between = ecs.clock.moment
    ecs.pass_time(1)
    ecs.deploy("web:2")

    def listed(**params: object) -> list[str]:
        answer = ecs.call("ListServiceDeployments", cluster="demo", service="web", **params)
        return [entry["status"] for entry in answer["serviceDeployments"]]

    assert listed() == ["PENDING", "SUCCESSFUL"]
    assert listed(status=["SUCCESSFUL"]) == ["SUCCESSFUL"]
    assert listed(createdAt={"after": between}) == ["PENDING"]
    assert listed(createdAt={"before": between}) == ["SUCCESSFUL"]
    assert listed(maxResults=1) == ["PENDING"]


def test_unknown_service_deployments_are_failures(ecs: EcsCloud) -> None:
    """API_DescribeServiceDeployments: at most 20."""
    ecs.create()
    arn = ecs.service()["currentServiceDeployment"]
    gone = arn[:-1] + "!"
    answer = ecs.call("DescribeServiceDeployments", serviceDeploymentArns=[arn, gone])
    assert len(answer["serviceDeployments"]) == 1
    assert answer["failures"] == [{"arn": gone, "reason": "MISSING"}]
    ecs.refused("InvalidParameterException", "DescribeServiceDeployments", serviceDeploymentArns=[arn] * 21)


@pytest.mark.parametrize("after", [pytest.param(0.0, id="PENDING"), pytest.param(0.5, id="IN_PROGRESS")])
def test_stopping_rolls_back_by_default(ecs: EcsCloud, after: float) -> None:
    """API_StopServiceDeployment; Developer Guide, "Stopping Amazon ECS service deployments"."""
    before = ecs.running()
    ecs.deploy("web:2")
    ecs.pass_time(after)
    arn = ecs.service()["currentServiceDeployment"]
    for _ in range(2):
        assert ecs.call("StopServiceDeployment", serviceDeploymentArn=arn) == {"serviceDeploymentArn": arn}
        assert ecs.service_deployment()["status"] == "ROLLBACK_REQUESTED"
    ecs.pass_time()
    entry = ecs.service_deployment()
    assert (entry["status"], "rollback" in entry) == ("ROLLBACK_SUCCESSFUL", True)
    assert ecs.service()["taskDefinition"] == before["taskDefinition"]
    assert ecs.images() == ["web:1", "web:1"]


def test_an_abort_leaves_everything_as_it_is(ecs: EcsCloud) -> None:
    """API_StopServiceDeployment, stopType ABORT."""
    ecs.running()
    ecs.fault("web:2", "slow_start", after_seconds=60)
    ecs.deploy("web:2")
    ecs.pass_time(0.5)
    arn = ecs.service()["currentServiceDeployment"]
    ecs.call("StopServiceDeployment", serviceDeploymentArn=arn, stopType="ABORT")
    assert ecs.service_deployment()["status"] == "STOP_REQUESTED"
    ecs.pass_time(1)
    assert ecs.service_deployment()["status"] == "STOPPED"
    assert ecs.images() == ["web:1", "web:1"]


def test_a_rollback_needs_a_completed_revision(ecs: EcsCloud) -> None:
    """Nothing has ever completed: there is nothing to go back to."""
    ecs.create()
    arn = ecs.service()["currentServiceDeployment"]
    ecs.call("StopServiceDeployment", serviceDeploymentArn=arn)
    ecs.pass_time()
    entry = ecs.service_deployment()
    assert entry["status"] == "ROLLBACK_FAILED"
    assert "no completed service revision" in entry["statusReason"]


def test_what_has_ended_or_never_was_cannot_be_stopped(ecs: EcsCloud) -> None:
    """API_StopServiceDeployment, ConflictException and ServiceDeploymentNotFoundException."""
    ecs.running()
    arn = ecs.service()["currentServiceDeployment"]
    ecs.refused("ConflictException", "StopServiceDeployment", serviceDeploymentArn=arn)
    ecs.refused("ServiceDeploymentNotFoundException", "StopServiceDeployment", serviceDeploymentArn=arn + "x")


def test_a_rolling_deployment_has_no_hook_to_continue(ecs: EcsCloud) -> None:
    """API_ContinueServiceDeployment, Errors."""
    ecs.create()
    arn = ecs.service()["currentServiceDeployment"]
    call = "ContinueServiceDeployment"
    ecs.refused("InvalidParameterException", call, serviceDeploymentArn=arn, hookId="hook-1")
    ecs.refused("ServiceDeploymentNotFoundException", call, serviceDeploymentArn=f"{arn}x", hookId="hook-1")
    assert ecs.history() == ["PENDING"]


def test_an_update_during_a_rollback_stops_it(ecs: EcsCloud) -> None:
    """A newer service deployment supersedes whatever is going on."""
    ecs.running(deploymentConfiguration=BREAKER)
    ecs.fault("bad", "cannot_pull")
    ecs.deploy("bad:2")
    ecs.pass_time(1.35)
    assert ecs.history()[0] == "ROLLBACK_IN_PROGRESS"
    ecs.deploy("web:3")
    ecs.pass_time()
    assert ecs.history() == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]
    assert ecs.images() == ["web:3", "web:3"]


def test_a_breaker_turned_on_during_a_deployment_watches_it(ecs: EcsCloud) -> None:
    """API_UpdateService, deploymentConfiguration: no new service deployment starts."""
    ecs.running()
    ecs.fault("bad", "cannot_pull")
    ecs.deploy("bad:2")
    ecs.pass_time(30)
    ecs.update(deploymentConfiguration=BREAKER)
    assert ecs.service_deployment()["deploymentCircuitBreaker"]["status"] == "MONITORING"
    ecs.pass_time(30)
    assert ecs.history() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]
