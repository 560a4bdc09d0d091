"""What changes of a service are sent as, when they come into the files and when they leave them again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredEcs
from tests.simulation.ecs_scenarios import TAG, TAGS, UNTAG, UPDATE, web
from tests.simulation.world import World

Doc = dict[str, Any]

REGISTRY = "arn:aws:servicediscovery:eu-central-1:111122223333:service/srv-"
GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web"
ROLE = "arn:aws:iam::111122223333:role/volumes"
VOLUMES = [{"name": "data", "managedEBSVolume": {"roleArn": ROLE, "sizeInGiB": 20}}]
CONNECT = {
    "enabled": True,
    "namespace": "shop",
    "services": [{"portName": "http", "clientAliases": [{"port": 80}]}],
}


def balancer(group: str = "1", container: str = "web", port: int = 80) -> Doc:
    return {"targetGroupArn": f"{GROUP}/{group:>016}", "containerName": container, "containerPort": port}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A member of the service: as it was, as it becomes, and what is sent once it has left the file."""

    member: str
    before: Any
    after: Any
    removed: Any


NOTHING = object()

CHANGES = [
    pytest.param(
        Change(member="loadBalancers", before=[balancer("1")], after=[balancer("2")], removed=[]),
        id="another target group",
    ),
    pytest.param(
        Change(
            member="loadBalancers",
            before=[balancer(container="web")],
            after=[balancer(container="proxy", port=82)],
            removed=[],
        ),
        id="another container",
    ),
    pytest.param(
        Change(member="loadBalancers", before=[balancer(port=80)], after=[balancer(port=81)], removed=[]),
        id="another port",
    ),
    pytest.param(
        Change(
            member="serviceRegistries",
            before=[{"registryArn": f"{REGISTRY}1"}],
            after=[{"registryArn": f"{REGISTRY}2"}],
            removed=[],
        ),
        id="another registry",
    ),
    pytest.param(
        Change(
            member="serviceConnectConfiguration",
            before={"enabled": True, "namespace": "shop"},
            after=CONNECT,
            removed={"enabled": False},
        ),
        id="Service Connect",
    ),
    pytest.param(
        Change(
            member="volumeConfigurations",
            before=[{"name": "data", "managedEBSVolume": {"roleArn": ROLE, "sizeInGiB": 10}}],
            after=VOLUMES,
            removed=[],
        ),
        id="volumes",
    ),
    pytest.param(
        Change(member="platformVersion", before="1.3.0", after="1.4.0", removed="LATEST"),
        id="platformVersion",
    ),
    pytest.param(
        Change(
            member="networkConfiguration",
            before={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            after={"awsvpcConfiguration": {"subnets": ["subnet-2"], "securityGroups": ["sg-1"]}},
            removed=NOTHING,
        ),
        id="network",
    ),
]


def service(**members: Any) -> DesiredEcs:
    """A service whose tasks have two containers, with ports."""
    wanted = web(tags=TAGS, settings={}, **members)
    task = dict(wanted.task_definition or {})
    ports = [{"containerPort": 80, "name": "http"}, {"containerPort": 81}]
    [container] = task["containerDefinitions"]
    task["containerDefinitions"] = [
        {**container, "portMappings": ports},
        {"name": "proxy", "image": "proxy:1", "portMappings": [{"containerPort": 82}]},
    ]
    return replace(wanted, task_definition=task)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_is_sent_by_itself_and_followed_to_the_end(change: Change) -> None:
    world = World()
    first = await deployed(world, service(**{change.member: change.before}))
    head = await deployed(world, service(**{change.member: change.after}))

    assert (first, head) == (State.SUCCEEDED, State.SUCCEEDED)
    [request] = world.aws.requests(UPDATE)
    assert request == {"cluster": "demo", "service": "web", change.member: change.after}
    assert await deployed(world, service(**{change.member: change.after})) is State.NO_CHANGE


@pytest.mark.parametrize("change", [param for param in CHANGES if param.values[0].removed is not NOTHING])
async def test_what_leaves_the_file_is_undone_in_the_documented_way(change: Change) -> None:
    world = World()
    await deployed(world, service(**{change.member: change.after}))

    assert await deployed(world, service()) is State.SUCCEEDED

    [request] = world.aws.requests(UPDATE)
    assert request == {"cluster": "demo", "service": "web", change.member: change.removed}
    assert await deployed(world, service()) is State.NO_CHANGE


async def test_capacity_providers_are_changed_by_force_and_taken_out_as_an_empty_list() -> None:
    world = World()
    providers = ["FARGATE", "FARGATE_SPOT"]
    world.ecs_call(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=providers,
        defaultCapacityProviderStrategy=[],
    )
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    on_spot = service(capacityProviderStrategy=spot)
    without = {name: value for name, value in on_spot.service.items() if name != "launchType"}
    await deployed(world, service())
    await deployed(world, replace(on_spot, service=without))

    head = await world.run(await world.push(service()))

    assert head.state is State.SUCCEEDED, head.because
    where = {"cluster": "demo", "service": "web", "forceNewDeployment": True}
    assert world.aws.requests(UPDATE) == [
        {**where, "capacityProviderStrategy": spot},
        {**where, "capacityProviderStrategy": []},
    ]


async def test_tags_alone_are_set_and_removed_without_an_update() -> None:
    world = World()
    await deployed(world, service())
    world.aws.journal.clear()
    wanted = service()
    stage = {**wanted.service, "tags": [{"key": "stage", "value": "prod"}]}

    assert await deployed(world, replace(wanted, service=stage)) is State.SUCCEEDED

    assert world.aws.mutations == [TAG, UNTAG]
    assert world.aws.requests(UNTAG)[0]["tagKeys"] == ("team",)


async def deployed(world: World, wanted: DesiredEcs) -> State:
    head = await world.run(await world.push(wanted))
    await world.pass_time(30)
    return head.state
