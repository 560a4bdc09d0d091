"""Whatever is done to a service, it stays consistent, and once faults are gone it comes to an end."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitmoxi_local.aws_model.base import AwsError
from tests.unit.aws_model.ecs_cloud import EcsCloud

Action = Callable[[EcsCloud], object]

ENDED_WELL = {"SUCCESSFUL", "ROLLBACK_SUCCESSFUL"}
ENDED_BADLY = {"STOPPED", "ROLLBACK_FAILED"}
IMAGES = ["good:1", "pull:1", "crash:1", "sick:1", "nowhere:1", "sick-later:1"]
ALARMS = {"alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True}}
TARGETS = [{"targetGroupArn": "arn:tg", "containerName": "app", "containerPort": 80}]


def stop_deployment(ecs: EcsCloud, kind: str) -> None:
    arn = ecs.service()["currentServiceDeployment"]
    ecs.call("StopServiceDeployment", serviceDeploymentArn=arn, stopType=kind)


def stop_a_task(ecs: EcsCloud) -> None:
    for task in ecs.tasks()[:1]:
        ecs.call("StopTask", cluster="demo", task=task["taskArn"])


def limit(ecs: EcsCloud, tasks: int | None) -> None:
    ecs.capacity.set_limit("FARGATE", tasks)


def restart(ecs: EcsCloud) -> None:
    saved = ecs.model.dump()
    ecs.model = ecs.fresh_model()
    ecs.model.load(saved)


def breaker(enable: bool, rollback: bool, minimum: int) -> dict[str, object]:
    return {
        "deploymentCircuitBreaker": {"enable": enable, "rollback": rollback},
        "minimumHealthyPercent": minimum,
        **ALARMS,
    }


configurations = st.builds(breaker, st.booleans(), st.booleans(), st.sampled_from([0, 50, 100]))
actions: st.SearchStrategy[Action] = st.one_of(
    st.sampled_from(IMAGES).map(lambda image: lambda ecs: ecs.deploy(image)),
    st.integers(0, 5).map(lambda count: lambda ecs: ecs.update(desiredCount=count)),
    configurations.map(lambda limits: lambda ecs: ecs.update(deploymentConfiguration=limits)),
    st.sampled_from([[], TARGETS]).map(lambda pairs: lambda ecs: ecs.update(loadBalancers=pairs)),
    st.sampled_from(["ABORT", "ROLLBACK"]).map(lambda kind: lambda ecs: stop_deployment(ecs, kind)),
    st.sampled_from([0.05, 0.3, 0.7, 2.0, 9.0]).map(lambda seconds: lambda ecs: ecs.pass_time(seconds)),
    st.sampled_from(["ALARM", "OK"]).map(lambda state: lambda ecs: ecs.alarm("errors", state)),
    st.sampled_from([0, 1, 3, None]).map(lambda tasks: lambda ecs: limit(ecs, tasks)),
    st.sampled_from([lambda ecs: ecs.update(forceNewDeployment=True), stop_a_task, restart]),
)


def broken_cloud() -> EcsCloud:
    ecs = EcsCloud()
    ecs.call("CreateCluster", clusterName="demo")
    ecs.fault("pull", "cannot_pull")
    ecs.fault("crash", "crash", after_seconds=0.1)
    ecs.fault("sick:", "unhealthy", http_code=502)
    ecs.fault("nowhere", "eni")
    ecs.fault("sick-later", "unhealthy", after_seconds=2)
    return ecs


def check_consistent(ecs: EcsCloud) -> None:
    service = ecs.service()
    deployments = service["deployments"]
    assert [one["status"] for one in deployments] == ["PRIMARY"] + ["ACTIVE"] * (len(deployments) - 1)
    assert sum(one["runningCount"] for one in deployments) == service["runningCount"]
    assert sum(one["pendingCount"] for one in deployments) == service["pendingCount"]
    ended = ENDED_WELL | ENDED_BADLY
    assert all(status in ended for status in ecs.history()[1:])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=st.sampled_from(IMAGES), limits=configurations, steps=st.lists(actions, max_size=12))
def test_any_history_is_consistent_and_comes_to_an_end(
    first: str, limits: dict[str, object], steps: list[Action]
) -> None:
    ecs = broken_cloud()
    ecs.create(image=first, deploymentConfiguration=limits)
    for step in steps:
        try:
            step(ecs)
        except AwsError as refusal:
            assert refusal.code in {"ConflictException", "InvalidParameterException"}  # noqa: PT017 (refusals are allowed)
        check_consistent(ecs)
    ecs.faults.entries.clear()
    limit(ecs, None)
    ecs.pass_time(60)
    service, status = ecs.service(), ecs.history()[0]
    if status in ENDED_WELL:
        assert service["runningCount"] == service["desiredCount"]
        assert len(service["deployments"]) == 1
    else:
        assert status in ENDED_BADLY
        assert service["deployments"][0]["rolloutState"] == "FAILED"
