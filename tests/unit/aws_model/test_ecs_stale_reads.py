"""Reads that lag behind mutations, because ECS is eventually consistent.

API_RunTask, "The Amazon ECS API follows an eventual consistency model".
"""

import pytest

from gitmoxi_local.aws_model.past import LaggingReads, Past
from tests.unit.aws_model.ecs_cloud import HERE, EcsCloud, service_request


@pytest.fixture
def late(ecs: EcsCloud) -> LaggingReads:
    """The modelled ECS, whose reads are 30 s late."""
    ecs.register()
    past = Past(clock=ecs.clock, revive=ecs.model_at)
    return LaggingReads(model=ecs.model, past=past, seconds=30)


def names(late: LaggingReads) -> list[str]:
    answer = late.call("DescribeServices", {"cluster": "demo", "services": ["web"]}, HERE)
    return [service["serviceName"] for service in answer["services"]]


def test_a_new_service_is_not_seen_at_once(ecs: EcsCloud, late: LaggingReads) -> None:
    """API_DescribeServices: it is a failure with the reason MISSING until the read has caught up."""
    assert late.call("CreateService", service_request(), HERE)["service"]["serviceName"] == "web"
    assert names(late) == []
    ecs.pass_time(29)
    assert names(late) == []
    ecs.pass_time(2)
    assert names(late) == ["web"]


def test_every_kind_of_read_is_late(ecs: EcsCloud, late: LaggingReads) -> None:
    """ListTasks and ListServiceDeployments show the older state too."""
    late.call("CreateService", service_request(), HERE)
    ecs.pass_time(60)
    late.call("UpdateService", {"cluster": "demo", "service": "web", "forceNewDeployment": True}, HERE)
    ecs.pass_time(10)
    named = {"cluster": "demo", "service": "web"}
    assert len(late.call("ListServiceDeployments", named, HERE)["serviceDeployments"]) == 1
    assert len(ecs.history()) == 2
    tasks = {"cluster": "demo", "serviceName": "web"}
    assert set(late.call("ListTasks", tasks, HERE)["taskArns"]).isdisjoint(
        task["taskArn"] for task in ecs.tasks()
    )
    ecs.pass_time(40)
    assert len(late.call("ListServiceDeployments", named, HERE)["serviceDeployments"]) == 2


def test_mutations_hit_the_present(ecs: EcsCloud, late: LaggingReads) -> None:
    """Whoever trusts a stale read and creates again meets the service that is there."""
    late.call("CreateService", service_request(), HERE)
    assert names(late) == []
    ecs.refused("InvalidParameterException", "CreateService", **service_request() | {"desiredCount": 3})


def test_what_others_change_is_seen_late_too(ecs: EcsCloud, late: LaggingReads) -> None:
    late.call("CreateService", service_request(), HERE)
    ecs.pass_time(60)
    ecs.call("DeleteService", cluster="demo", service="web", force=True)

    def status() -> str:
        answer = late.call("DescribeServices", {"cluster": "demo", "services": ["web"]}, HERE)
        return str(answer["services"][0]["status"])

    assert status() == "ACTIVE"
    ecs.pass_time(31)
    assert status() == "INACTIVE"


def test_old_states_lead_to_no_events(ecs: EcsCloud, late: LaggingReads) -> None:
    late.call("CreateService", service_request(), HERE)
    ecs.pass_time(60)
    told = len(ecs.events)
    assert names(late) == ["web"]
    assert len(ecs.events) == told


def test_without_a_delay_reads_are_of_the_present(ecs: EcsCloud, late: LaggingReads) -> None:
    late.seconds = 0
    late.call("CreateService", service_request(), HERE)
    assert names(late) == ["web"]
