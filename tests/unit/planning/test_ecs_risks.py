"""What an update of a service may cost while it happens, and what costs nothing."""

import pytest

from gitmoxi.domain.deployments import Risk
from gitmoxi.planning.ecs import plan_ecs
from tests.unit.planning.samples import (
    LIVE_TASK_DEFINITION,
    OWNER,
    TASK_DEFINITION,
    desired_ecs,
    live_ecs,
    live_task_definition,
)

ANOTHER = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/other/0123456789abcdef"
BALANCER = [{"targetGroupArn": ANOTHER, "containerName": "nginx", "containerPort": 80}]
REGISTRY = [{"registryArn": "arn:aws:servicediscovery:eu-central-1:111122223333:service/srv-1"}]
CONNECT = {"enabled": True, "namespace": "shop"}
LATTICE = [{"roleArn": "r", "targetGroupArn": "t", "portName": "http"}]
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-c"]}}


def risks(service=None, task=None, live=None, live_task=None, **options):
    """The risks of a plan, each with its text."""
    plan = plan_ecs(
        desired_ecs(service=service, task_definition=task),
        live_ecs(live),
        live_task_definition(live_task),
        owner=OWNER,
        **options,
    )
    return [(warning.risk, warning.text) for warning in plan.warnings]


def of(risk, found):
    return [text for kind, text in found if kind is risk]


def image(name="nginx:2", **members):
    containers = [dict(container) for container in TASK_DEFINITION["containerDefinitions"]]
    containers[0] |= {"image": name, **members}
    return {"containerDefinitions": containers}


def limits(healthy, most):
    return {"deploymentConfiguration": {"minimumHealthyPercent": healthy, "maximumPercent": most}}


def test_a_new_image_alone_risks_nothing():
    assert risks(task=image()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"loadBalancers": BALANCER}, "load balancers change", id="load balancers"),
        pytest.param({"networkConfiguration": NETWORK}, "the network changes", id="network"),
        pytest.param({"serviceRegistries": REGISTRY}, "service discovery", id="service registries"),
        pytest.param({"serviceConnectConfiguration": CONNECT}, "Service Connect", id="Service Connect"),
        pytest.param({"vpcLatticeConfigurations": LATTICE}, "VPC Lattice", id="VPC Lattice"),
    ],
)
def test_what_changes_how_requests_reach_the_tasks_is_a_risk_of_the_data_path(change, words):
    (text,) = of(Risk.DATA_PATH, risks(change))
    assert words in text


def test_no_load_balancer_any_more_is_a_downtime():
    assert risks({"loadBalancers": []}) == [
        (Risk.DOWNTIME, "nothing will reach the tasks through a load balancer any more")
    ]


def test_another_port_is_a_risk_of_the_data_path():
    (text,) = of(Risk.DATA_PATH, risks(task=image(portMappings=[{"containerPort": 8080}])))
    assert text.startswith("the ports of the container nginx change")


def test_another_network_mode_is_a_risk_of_the_data_path():
    (text,) = of(Risk.DATA_PATH, risks(task={"networkMode": "bridge"}))[-1:]
    assert text.startswith("networkMode changes")


def test_no_tasks_at_all_is_a_downtime():
    assert of(Risk.DOWNTIME, risks({"desiredCount": 0})) == [
        "desiredCount goes from 2 to 0: every task stops and nothing serves"
    ]


def test_scaling_to_a_smaller_number_is_none():
    assert risks({"desiredCount": 1}) == []


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        pytest.param(limits(0, 100), "stops the old tasks before it starts new ones", id="no room above"),
        pytest.param(limits(0, 200), "every old task before a new one serves", id="room above"),
    ],
)
def test_tasks_that_may_all_stop_first_are_a_downtime(configuration, words):
    found = of(Risk.DOWNTIME, risks(configuration, image()))
    assert [words in text for text in found] == [True]


@pytest.mark.parametrize(
    ("service", "live"),
    [
        pytest.param({"desiredCount": 3, **limits(0, 100)}, {}, id="no task is replaced"),
        pytest.param(limits(50, 100), {}, id="one of two keeps running"),
        pytest.param(limits(0, 100), {"desiredCount": 0}, id="nothing runs"),
        pytest.param(
            {"deploymentConfiguration": {"strategy": "BLUE_GREEN", "minimumHealthyPercent": 0}},
            {},
            id="blue and green stand side by side",
        ),
    ],
)
def test_tasks_that_need_not_all_stop_are_none(service, live):
    task = None if "desiredCount" in service else image()
    assert of(Risk.DOWNTIME, risks(service, task, live)) == []


def test_percentages_that_nobody_wrote_are_those_that_live():
    live = {"deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100}}
    assert len(of(Risk.DOWNTIME, risks({"deploymentConfiguration": ...}, image(), live))) == 1


def test_one_task_and_no_room_never_gets_on():
    (text,) = of(None, risks({"desiredCount": 1, **limits(50, 100)}, image(), {"desiredCount": 1}))
    assert "leave no room" in text


def test_a_daemon_stops_before_it_starts():
    live = {
        "schedulingStrategy": "DAEMON",
        "deploymentConfiguration": limits(0, 100)["deploymentConfiguration"],
    }
    change = {"schedulingStrategy": "DAEMON", "desiredCount": ..., "deploymentConfiguration": ...}
    (text,) = of(Risk.DOWNTIME, risks(change, image(), live))
    assert text.startswith("a DAEMON service stops the task of an instance")


MAPPED = [{"containerPort": 80, "hostPort": 8080}]


class TestHostPorts:
    @pytest.mark.parametrize(
        ("mode", "mappings", "port"),
        [
            pytest.param("bridge", MAPPED, 8080, id="bridge"),
            pytest.param(..., MAPPED, 8080, id="bridge is the default"),
            pytest.param("host", [{"containerPort": 80}], 80, id="host: the container's own"),
        ],
    )
    def test_a_fixed_one_is_a_downtime_where_no_instance_is_free(self, mode, mappings, port):
        task = {"networkMode": mode, **image(portMappings=mappings)}
        (text,) = of(Risk.DOWNTIME, risks(task=task))
        assert text.startswith(f"host port {port} is fixed")

    @pytest.mark.parametrize(
        ("mode", "mappings"),
        [
            pytest.param("bridge", [{"containerPort": 80, "hostPort": 0}], id="a free one is taken"),
            pytest.param("awsvpc", [{"containerPort": 80, "hostPort": 80}], id="an address of its own"),
        ],
    )
    def test_others_are_none(self, mode, mappings):
        assert of(Risk.DOWNTIME, risks(task={"networkMode": mode, **image(portMappings=mappings)})) == []


def test_a_container_and_a_volume_that_are_taken_out_are_deletions():
    containers = TASK_DEFINITION["containerDefinitions"][:1]
    live = {"volumes": [{"name": "cache", "host": {}}]}
    found = of(Risk.DELETION, risks(task={"containerDefinitions": containers}, live_task=live))
    assert found == [
        "the container log goes away with the old tasks",
        "the volume cache goes away with the old tasks",
    ]


def test_a_container_that_changes_is_no_deletion():
    assert LIVE_TASK_DEFINITION["containerDefinitions"][1]["name"] == "nginx"
    assert of(Risk.DELETION, risks(task=image())) == []


def test_a_count_that_somebody_else_changed_is_told():
    found = risks({"desiredCount": 2}, live={"desiredCount": 5}, previous=desired_ecs())
    told = (
        "desiredCount lives as 5, though the file said 2 before too: if autoscaling owns it, leave it out of "
        "the service definition"
    )
    assert found == [(None, told)]


def test_a_count_that_the_file_changes_is_not():
    previous = desired_ecs(service={"desiredCount": 1})
    assert risks({"desiredCount": 2}, live={"desiredCount": 1}, previous=previous) == []


def test_a_count_that_is_left_out_is_said_to_stay():
    plan = plan_ecs(
        desired_ecs(service={"desiredCount": ...}, task_definition=image()),
        live_ecs({"desiredCount": 7}),
        live_task_definition(),
        owner=OWNER,
    )
    assert plan.steps[1] == "update the service: taskDefinition; desiredCount is left out and stays 7"
    assert "desiredCount" not in plan.update_request
