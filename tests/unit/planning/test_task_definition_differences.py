"""A registered task definition equals the file that it came from, and every real change is told."""

import json

import pytest

from gitmoxi.planning.desired import task_definition_hash
from gitmoxi.planning.task_definition_change import diff_task_definitions
from tests.unit.planning.samples import (
    EXECUTION_ROLE,
    LIVE_TASK_DEFINITION,
    TASK_DEFINITION,
    live_task_definition,
    merged,
)

NGINX = TASK_DEFINITION["containerDefinitions"][0]
LOG = TASK_DEFINITION["containerDefinitions"][1]


def with_nginx(**change):
    return {"containerDefinitions": [merged(NGINX, change), LOG]}


def texts(change, live=None):
    desired = merged(TASK_DEFINITION, change)
    return [str(difference) for difference in diff_task_definitions(desired, live_task_definition(live))]


def test_what_aws_fills_in_is_no_difference():
    assert diff_task_definitions(TASK_DEFINITION, live_task_definition()) == ()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"cpu": "256", "memory": "512"}, id="sizes written as numbers"),
        pytest.param({"cpu": "0.25 vcpu", "memory": ".5GB"}, id="sizes written with other units"),
        pytest.param({"executionRoleArn": EXECUTION_ROLE}, id="a role by its ARN"),
        pytest.param({"volumes": [], "placementConstraints": None}, id="empty lists and nulls"),
        pytest.param({"enableFaultInjection": False}, id="a default written out"),
        pytest.param({"containerDefinitions": [LOG, NGINX]}, id="containers in another order"),
        pytest.param(
            with_nginx(essential=True, cpu=0, privileged=False), id="container defaults written out"
        ),
        pytest.param(
            with_nginx(portMappings=[{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]),
            id="port mapping written out",
        ),
        pytest.param(with_nginx(healthCheck={"interval": 30, "startPeriod": 0}), id="health check defaults"),
        pytest.param(
            with_nginx(environment=[*NGINX["environment"], {"name": "NONE", "value": None}]),
            id="a variable without a value, which ECS drops",
        ),
        pytest.param({"revision": 7, "status": "ACTIVE"}, id="describe-output members"),
    ],
)
def test_another_way_of_writing_the_same_is_no_difference(change):
    assert texts(change) == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param(
            with_nginx(image="nginx:2"), "containerDefinitions[nginx].image: nginx:1 → nginx:2", id="image"
        ),
        pytest.param({"cpu": "1 vCPU"}, "cpu: 256 → 1024", id="size"),
        pytest.param({"family": "shop"}, "family: web → shop", id="family"),
        pytest.param({"executionRoleArn": "other"}, f"executionRoleArn: {EXECUTION_ROLE} → other", id="role"),
        pytest.param(
            {"executionRoleArn": ...}, f"executionRoleArn: {EXECUTION_ROLE} → (none)", id="member left out"
        ),
        pytest.param({"taskRoleArn": "task"}, "taskRoleArn: (none) → task", id="member added"),
        pytest.param(
            with_nginx(
                environment=[{"name": "COLOUR", "value": "red"}, {"name": "AUDIENCE", "value": "all"}]
            ),
            "containerDefinitions[nginx].environment[COLOUR].value: blue → red",
            id="variable changed",
        ),
        pytest.param(
            with_nginx(environment=[{"name": "AUDIENCE", "value": "all"}]),
            'containerDefinitions[nginx].environment[COLOUR]: {"name":"COLOUR","value":"blue"} → (none)',
            id="variable removed",
        ),
        pytest.param(
            with_nginx(portMappings=[{"containerPort": 80, "protocol": "udp"}]),
            "containerDefinitions[nginx].portMappings[80/tcp]: "
            '{"containerPort":80,"hostPort":80,"protocol":"tcp"} → (none)',
            id="port protocol",
        ),
        pytest.param(
            with_nginx(command=["sh", "-c"]),
            'containerDefinitions[nginx].command: (none) → ["sh","-c"]',
            id="command added",
        ),
        pytest.param(
            with_nginx(essential=False),
            "containerDefinitions[nginx].essential: true → false",
            id="essential",
        ),
        pytest.param(
            {"volumes": [{"name": "data"}]},
            'volumes[data]: (none) → {"configuredAtLaunch":false,"name":"data"}',
            id="volume",
        ),
    ],
)
def test_a_change_is_told_where_it_is(change, text):
    assert text in texts(change)


def test_order_counts_where_it_has_a_meaning():
    live = {"containerDefinitions": [{"name": "nginx", "image": "nginx:1", "command": ["a", "b"]}]}
    desired = {
        "family": "web",
        "containerDefinitions": [{"name": "nginx", "image": "nginx:1", "command": ["b", "a"]}],
    }
    told = diff_task_definitions(
        desired, live_task_definition({**dict.fromkeys(LIVE_TASK_DEFINITION, ...), "family": "web", **live})
    )
    assert [str(difference) for difference in told] == [
        'containerDefinitions[nginx].command: ["a","b"] → ["b","a"]'
    ]


def test_a_bridge_port_without_host_port_is_any_free_one():
    desired = {"containerDefinitions": [{"name": "a", "image": "b", "portMappings": [{"containerPort": 80}]}]}
    live = {
        "containerDefinitions": [
            {
                "name": "a",
                "image": "b",
                "cpu": 0,
                "essential": True,
                "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
            }
        ]
    }
    found = live_task_definition({**dict.fromkeys(LIVE_TASK_DEFINITION, ...), **live})
    assert diff_task_definitions(desired, found) == ()


def test_a_fixed_bridge_port_is_told():
    desired = {
        "containerDefinitions": [
            {"name": "a", "image": "b", "portMappings": [{"containerPort": 80, "hostPort": 8080}]}
        ]
    }
    live = {
        "containerDefinitions": [
            {
                "name": "a",
                "image": "b",
                "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
            }
        ]
    }
    found = live_task_definition({**dict.fromkeys(LIVE_TASK_DEFINITION, ...), **live})
    assert [d.path for d in diff_task_definitions(desired, found)] == [
        "containerDefinitions[a].portMappings[80/tcp].hostPort"
    ]


def test_a_member_that_only_newer_ecs_answers_is_not_taken_for_a_change():
    assert texts({}, live={"somethingNew": {"by": "AWS"}}) == []


def test_a_wanted_member_that_the_tables_do_not_know_is_compared():
    assert texts({"somethingNew": 1}) == ["somethingNew: (none) → 1"]


def test_tags_of_others_are_left_alone_and_ours_are_told():
    desired = merged(TASK_DEFINITION, {"tags": [{"key": "team", "value": "shop"}]})
    live = live_task_definition(tags={"cost-centre": "4", "gitmoxi:owner": "x"})
    assert [str(d) for d in diff_task_definitions(desired, live)] == ["tags[team]: (none) → shop"]


def test_a_tag_taken_out_is_told():
    previous = merged(TASK_DEFINITION, {"tags": [{"key": "team", "value": "shop"}]})
    live = live_task_definition(tags={"team": "shop"})
    told = diff_task_definitions(TASK_DEFINITION, live, previous=previous)
    assert [str(d) for d in told] == ["tags[team]: shop → (none)"]


class TestHash:
    def test_is_one_for_all_ways_of_writing_the_same(self):
        other = merged(TASK_DEFINITION, {"cpu": "256", "volumes": [], "containerDefinitions": [LOG, NGINX]})
        assert task_definition_hash(json.loads(json.dumps(other))) == task_definition_hash(TASK_DEFINITION)

    def test_ignores_the_order_of_tags(self):
        tags = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
        one = merged(TASK_DEFINITION, {"tags": tags})
        other = merged(TASK_DEFINITION, {"tags": tags[::-1]})
        assert task_definition_hash(one) == task_definition_hash(other)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(with_nginx(image="nginx:2"), id="image"),
            pytest.param({"family": "other"}, id="family"),
            pytest.param({"tags": [{"key": "a", "value": "1"}]}, id="tags"),
        ],
    )
    def test_changes_with_the_meaning(self, change):
        assert task_definition_hash(merged(TASK_DEFINITION, change)) != task_definition_hash(TASK_DEFINITION)
