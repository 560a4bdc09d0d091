"""Capacity providers: how tasks are spread, and what happens where there is no room.

API_CapacityProviderStrategyItem; Developer Guide, "Amazon ECS service event messages".
"""

from collections import Counter
from typing import Any

import pytest

from tests.unit.aws_model.ecs_cloud import BREAKER, NETWORK, EcsCloud

Doc = dict[str, Any]

SPOT_ONLY = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
ON_DEMAND_ONLY = [{"capacityProvider": "FARGATE", "weight": 1}]
BOTH = [
    {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
    {"capacityProvider": "FARGATE_SPOT", "weight": 3},
]
BRIDGED: Doc = {
    "family": "bridged",
    "containerDefinitions": [{"name": "app", "image": "web:1", "memory": 64, "cpu": 64}],
}


def providers(ecs: EcsCloud, name: str = "web") -> Counter[str]:
    return Counter(task["capacityProviderName"] for task in ecs.tasks(name=name))


def create(ecs: EcsCloud, strategy: list[Doc], count: int = 2, **params: Any) -> None:
    """A Fargate service of that strategy; the cluster offers both providers of Fargate."""
    offer(ecs, ["FARGATE", "FARGATE_SPOT"])
    ecs.register()
    ecs.call(
        "CreateService",
        cluster="demo",
        serviceName="web",
        taskDefinition="web",
        desiredCount=count,
        networkConfiguration=NETWORK,
        capacityProviderStrategy=strategy,
        **params,
    )


def create_on_instances(ecs: EcsCloud, **params: Any) -> None:
    ecs.call("RegisterTaskDefinition", **BRIDGED)
    request = {"cluster": "demo", "serviceName": "web", "taskDefinition": "bridged", "desiredCount": 2}
    ecs.call("CreateService", **request, **params)


def offer(ecs: EcsCloud, names: list[str], default: list[Doc] | None = None) -> None:
    ecs.call(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=names,
        defaultCapacityProviderStrategy=default or [],
    )


@pytest.mark.parametrize(
    ("strategy", "count", "spread"),
    [
        pytest.param(ON_DEMAND_ONLY, 3, {"FARGATE": 3}, id="one provider"),
        pytest.param([{"capacityProvider": "FARGATE"}], 2, {"FARGATE": 2}, id="one without weight"),
        pytest.param(BOTH, 1, {"FARGATE": 1}, id="the base comes first"),
        pytest.param(BOTH, 5, {"FARGATE": 2, "FARGATE_SPOT": 3}, id="then the weights"),
        pytest.param(BOTH, 9, {"FARGATE": 3, "FARGATE_SPOT": 6}, id="in their proportion"),
        pytest.param(
            [
                {"capacityProvider": "FARGATE", "base": 2, "weight": 0},
                {"capacityProvider": "FARGATE_SPOT", "weight": 1},
            ],
            6,
            {"FARGATE": 2, "FARGATE_SPOT": 4},
            id="weight 0 places the base only",
        ),
    ],
)
def test_a_strategy_spreads_tasks_by_base_and_weight(
    ecs: EcsCloud, strategy: list[Doc], count: int, spread: dict[str, int]
) -> None:
    """API_CapacityProviderStrategyItem, base and weight."""
    create(ecs, strategy, count)
    ecs.pass_time(3)
    assert providers(ecs) == spread
    assert {task["launchType"] for task in ecs.tasks()} == {"FARGATE"}
    assert ecs.history() == ["SUCCESSFUL"]


def test_a_task_that_is_gone_is_replaced_on_its_own_provider(ecs: EcsCloud) -> None:
    """API_CapacityProviderStrategyItem: the spread holds for the service, not for one start."""
    create(ecs, BOTH, 5)
    ecs.pass_time(3)
    spot = next(task for task in ecs.tasks() if task["capacityProviderName"] == "FARGATE_SPOT")
    ecs.call("StopTask", cluster="demo", task=spot["taskArn"])
    ecs.pass_time(3)
    assert providers(ecs) == {"FARGATE": 2, "FARGATE_SPOT": 3}
    ecs.update(desiredCount=9)
    ecs.pass_time(3)
    assert providers(ecs) == {"FARGATE": 3, "FARGATE_SPOT": 6}


def test_the_cluster_s_default_strategy_spreads_as_well(ecs: EcsCloud) -> None:
    """API_PutClusterCapacityProviders, defaultCapacityProviderStrategy."""
    offer(ecs, ["FARGATE", "FARGATE_SPOT"], BOTH)
    ecs.register()
    request = {"cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": 5}
    ecs.call("CreateService", **request, networkConfiguration=NETWORK)
    ecs.pass_time(3)
    assert providers(ecs) == {"FARGATE": 2, "FARGATE_SPOT": 3}


def test_without_room_on_spot_tasks_wait_and_go_nowhere_else(ecs: EcsCloud) -> None:
    """Developer Guide, "Amazon ECS service event messages": Capacity is unavailable at this time."""
    ecs.capacity.set_limit("FARGATE_SPOT", 1)
    create(ecs, BOTH, 5)
    ecs.pass_time(20)
    assert providers(ecs) == {"FARGATE": 2, "FARGATE_SPOT": 1}
    assert ecs.history() == ["IN_PROGRESS"]
    assert ecs.messages()[-1] == (
        "(service web) was unable to place a task. Reason: Capacity is unavailable at this time. "
        "Please try again later or in a different availability zone. For more information, "
        "see the Troubleshooting section of the Amazon ECS Developer Guide."
    )
    failure = ecs.sent("ECS Service Action")[-1].detail
    assert (failure["eventName"], failure["reason"]) == (
        "SERVICE_TASK_PLACEMENT_FAILURE",
        "RESOURCE:FARGATE",
    )

    ecs.capacity.set_limit("FARGATE_SPOT", None)
    ecs.pass_time(10)
    assert providers(ecs) == {"FARGATE": 2, "FARGATE_SPOT": 3}
    assert ecs.history() == ["SUCCESSFUL"]


def test_another_strategy_with_a_forced_deployment_finds_room(ecs: EcsCloud) -> None:
    """API_UpdateService, capacityProviderStrategy and forceNewDeployment."""
    ecs.capacity.set_limit("FARGATE_SPOT", 0)
    create(ecs, SPOT_ONLY)
    ecs.pass_time(10)
    assert ecs.tasks() == []
    ecs.update(capacityProviderStrategy=ON_DEMAND_ONLY, forceNewDeployment=True)
    ecs.pass_time()
    assert providers(ecs) == {"FARGATE": 2}
    assert ecs.history() == ["SUCCESSFUL", "STOPPED"]


def test_running_tasks_of_all_services_take_the_room(ecs: EcsCloud) -> None:
    """Capacity belongs to account and region, and is free again when tasks have stopped."""
    ecs.capacity.set_limit("FARGATE", 3)
    ecs.running("first")
    ecs.create("second")
    ecs.pass_time(5)
    assert (ecs.service("first")["runningCount"], ecs.service("second")["runningCount"]) == (2, 1)
    ecs.update("first", desiredCount=0)
    ecs.pass_time(10)
    assert ecs.service("second")["runningCount"] == 2


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        pytest.param("", "has insufficient memory available.", id="memory by default"),
        pytest.param("RESOURCE:CPU", "has insufficient CPU units available.", id="cpu"),
        pytest.param("RESOURCE:PORTS", "is already using a port required by your task.", id="ports"),
        pytest.param("RESOURCE:ENI", 'encountered error "RESOURCE:ENI".', id="network interfaces"),
        pytest.param("AGENT", "No Container Instances were found in your cluster.", id="no instance at all"),
    ],
)
@pytest.mark.parametrize("provider", ["EC2", "our-group"])
def test_without_room_on_instances_the_event_says_what_is_short(
    ecs: EcsCloud, provider: str, reason: str, told: str
) -> None:
    """Developer Guide, "Amazon ECS service event messages" and "Amazon ECS service action events"."""
    ecs.capacity.set_limit(provider, 1, reason)
    if provider == "EC2":
        create_on_instances(ecs)
    else:
        offer(ecs, [provider])
        create_on_instances(ecs, capacityProviderStrategy=[{"capacityProvider": provider, "weight": 1}])
    ecs.pass_time(5)
    assert [task.get("capacityProviderName", "EC2") for task in ecs.tasks()] == [provider]
    message = ecs.messages()[-1]
    assert "was unable to place a task because no container instance met all of its requirements." in message
    assert told in message
    assert ecs.sent("ECS Service Action")[-1].detail["reason"] == (reason or "RESOURCE:MEMORY")


def test_an_update_without_room_leaves_the_old_tasks_and_the_breaker_rolls_back(ecs: EcsCloud) -> None:
    """API_Deployment, failedTasks: a task that the scheduler cannot launch counts."""
    create(ecs, SPOT_ONLY, deploymentConfiguration=BREAKER)
    ecs.pass_time(3)
    ecs.capacity.set_limit("FARGATE_SPOT", 2)
    ecs.deploy("web:2")
    ecs.pass_time(0.4)
    assert (ecs.images(), ecs.history()[0]) == (["web:1", "web:1"], "IN_PROGRESS")
    ecs.pass_time(20)
    assert (ecs.images(), ecs.history()[0]) == (["web:1", "web:1"], "ROLLBACK_SUCCESSFUL")


def test_spot_tasks_are_interrupted_and_replaced(ecs: EcsCloud) -> None:
    """Developer Guide, "Fargate Spot termination notices"; on-demand tasks of the same image go on."""
    ecs.fault("web:1", "interrupted", after_seconds=5)
    create(ecs, BOTH, 4)
    ecs.pass_time(7)
    stopped = ecs.tasks("STOPPED")
    assert {(task["stopCode"], task["stoppedReason"]) for task in stopped} == {
        ("SpotInterruption", "Your Spot Task was interrupted.")
    }
    assert {task["capacityProviderName"] for task in stopped} == {"FARGATE_SPOT"}
    assert providers(ecs) == {"FARGATE": 2, "FARGATE_SPOT": 2}
    assert ecs.history() == ["SUCCESSFUL"]


def test_tasks_run_by_hand_share_the_room(ecs: EcsCloud) -> None:
    """API_RunTask, failures."""
    ecs.register()
    ecs.capacity.set_limit("FARGATE", 1)
    request = {"cluster": "demo", "taskDefinition": "web", "launchType": "FARGATE", "count": 3}
    answer = ecs.call("RunTask", **request, networkConfiguration=NETWORK)
    assert len(answer["tasks"]) == 1
    assert [failure["reason"] for failure in answer["failures"]] == ["RESOURCE:FARGATE"] * 2


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        pytest.param(
            [*SPOT_ONLY, {"capacityProvider": "our-group", "weight": 1}],
            "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling "
            "groups and Fargate providers. Specify one or the other and try again.",
            id="Fargate and instances",
        ),
        pytest.param(
            [{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}],
            "At least one capacity provider must have a weight value greater than zero.",
            id="no weight at all",
        ),
        pytest.param(
            [
                {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "base": 1, "weight": 1},
            ],
            "Only one capacity provider in a strategy can have a base defined.",
            id="two bases",
        ),
        pytest.param(
            [{"capacityProvider": f"group-{number}", "weight": 1} for number in range(21)],
            "A capacity provider strategy can contain a maximum of 20 capacity providers.",
            id="too many",
        ),
    ],
)
def test_strategies_that_aws_refuses(ecs: EcsCloud, strategy: list[Doc], message: str) -> None:
    """API_CapacityProviderStrategyItem."""
    ecs.register()
    request = {"cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}
    refused = ecs.refused(
        "InvalidParameterException",
        "CreateService",
        **request,
        networkConfiguration=NETWORK,
        capacityProviderStrategy=strategy,
    )
    assert refused == message
