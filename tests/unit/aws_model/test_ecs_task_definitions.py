"""Clusters and task definitions: revisions, defaults on read, and what registering refuses."""

from typing import Any

import pytest

from tests.unit.aws_model.ecs_cloud import START, EcsCloud, fargate_definition

PLAIN = {"name": "app", "image": "web:1", "memory": 128}


def test_a_cluster_must_exist(ecs: EcsCloud) -> None:
    """API_CreateService, ClusterNotFoundException; a call without a cluster means ``default``."""
    calls: dict[str, dict[str, Any]] = {
        "ListServices": {},
        "DescribeServices": {"services": ["web"]},
        "ListTasks": {},
        "UpdateService": {"service": "web"},
        "DeleteService": {"service": "web"},
        "CreateService": {"serviceName": "web"},
    }
    for operation, params in calls.items():
        assert ecs.refused("ClusterNotFoundException", operation, **params) == "Cluster not found."
    ecs.call("CreateCluster")
    assert ecs.call("ListServices") == {"serviceArns": []}
    assert len(ecs.call("ListClusters")["clusterArns"]) == 2


def test_creating_a_cluster_again_returns_it(ecs: EcsCloud) -> None:
    """API_CreateCluster."""
    first = ecs.call("CreateCluster", clusterName="two", tags=[{"key": "a", "value": "b"}])["cluster"]
    assert first["clusterArn"] == "arn:aws:ecs:eu-west-1:111122223333:cluster/two"
    assert ecs.call("CreateCluster", clusterName="two")["cluster"] == first


def test_unknown_clusters_are_failures(ecs: EcsCloud) -> None:
    """API_DescribeClusters; Developer Guide, "API failure reasons"."""
    answer = ecs.call("DescribeClusters", clusters=["demo", "gone"])
    assert [cluster["clusterName"] for cluster in answer["clusters"]] == ["demo"]
    assert answer["failures"] == [
        {"arn": "arn:aws:ecs:eu-west-1:111122223333:cluster/gone", "reason": "MISSING"}
    ]


def test_a_cluster_counts_and_cannot_be_deleted_while_in_use(ecs: EcsCloud) -> None:
    """API_Cluster; API_DeleteCluster, ClusterContainsServicesException, ClusterContainsTasksException."""
    ecs.running()
    [cluster] = ecs.call("DescribeClusters", clusters=["demo"])["clusters"]
    assert (cluster["runningTasksCount"], cluster["pendingTasksCount"], cluster["activeServicesCount"]) == (
        2,
        0,
        1,
    )
    ecs.refused("ClusterContainsServicesException", "DeleteCluster", cluster="demo")
    ecs.call("DeleteService", cluster="demo", service="web", force=True)
    ecs.pass_time(0.15)
    ecs.refused("ClusterContainsTasksException", "DeleteCluster", cluster="demo")
    ecs.pass_time(2)
    assert ecs.call("DeleteCluster", cluster="demo")["cluster"]["status"] == "INACTIVE"
    ecs.refused("ClusterNotFoundException", "ListServices", cluster="demo")
    assert ecs.call("DescribeClusters", clusters=["demo"])["clusters"][0]["status"] == "INACTIVE"


def test_every_registration_is_a_new_revision(ecs: EcsCloud) -> None:
    """API_RegisterTaskDefinition; equal content too, and numbers are never used again."""
    arns = [ecs.register(), ecs.register()]
    assert [arn.rpartition(":")[2] for arn in arns] == ["1", "2"]
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:2")
    assert ecs.register().endswith("task-definition/web:3")


def test_aws_fills_in_what_a_task_definition_leaves_out(ecs: EcsCloud) -> None:
    """API_ContainerDefinition, API_PortMapping; as real describe-task-definition outputs show."""
    document = ecs.call("RegisterTaskDefinition", **fargate_definition())["taskDefinition"]
    [container] = document["containerDefinitions"]
    assert container == {
        "name": "app",
        "image": "web:1",
        "cpu": 0,
        "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
        "essential": True,
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "systemControls": [],
    }
    assert {name: document[name] for name in ("revision", "volumes", "placementConstraints", "status")} == {
        "revision": 1,
        "volumes": [],
        "placementConstraints": [],
        "status": "ACTIVE",
    }
    assert document["compatibilities"] == ["EC2", "FARGATE"]
    assert (document["registeredAt"], "registeredBy" in document) == (START, True)


def test_bridge_mode_has_dynamic_ports_and_no_fargate(ecs: EcsCloud) -> None:
    """API_PortMapping, hostPort."""
    container = PLAIN | {"portMappings": [{"containerPort": 80}, {"containerPort": 90, "hostPort": 8090}]}
    answer = ecs.call("RegisterTaskDefinition", family="web", containerDefinitions=[container])
    ports = answer["taskDefinition"]["containerDefinitions"][0]["portMappings"]
    assert [port["hostPort"] for port in ports] == [0, 8090]
    assert answer["taskDefinition"]["compatibilities"] == ["EXTERNAL", "EC2"]


def test_sizes_in_other_units_become_numbers(ecs: EcsCloud) -> None:
    """API_RegisterTaskDefinition, cpu and memory."""
    document = fargate_definition() | {"cpu": ".5 vCPU", "memory": "1 GB"}
    answer = ecs.call("RegisterTaskDefinition", **document)["taskDefinition"]
    assert (answer["cpu"], answer["memory"]) == ("512", "1024")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param(
            {"cpu": "256", "memory": "4096"},
            "No Fargate configuration exists for given values: 256 CPU, 4096 memory. "
            "See the Amazon ECS documentation for the valid values.",
            id="size that Fargate lacks",
        ),
        pytest.param(
            {"networkMode": "bridge"},
            "Fargate only supports network mode \u2018awsvpc\u2019.",
            id="Fargate without awsvpc",
        ),
        pytest.param({"cpu": None}, "Fargate requires that 'cpu' be defined at the task level.", id="no cpu"),
        pytest.param(
            {"memory": None, "containerDefinitions": [PLAIN]},
            "Fargate requires that 'memory' be defined at the task level.",
            id="no memory",
        ),
        pytest.param(
            {"containerDefinitions": [PLAIN | {"image": "1.dkr.ecr.eu-west-1.amazonaws.com/web:1"}]},
            "Fargate requires task definition to have execution role ARN to support ECR images.",
            id="ECR image without execution role",
        ),
        pytest.param(
            {"containerDefinitions": [PLAIN | {"logConfiguration": {"logDriver": "awslogs"}}]},
            "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
            id="awslogs without execution role",
        ),
        pytest.param(
            {"containerDefinitions": [PLAIN | {"portMappings": [{"containerPort": 80, "hostPort": 81}]}]},
            "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
            id="awsvpc with another host port",
        ),
        pytest.param(
            {"containerDefinitions": [PLAIN | {"cpu": 200}, PLAIN | {"name": "side", "cpu": 100}]},
            "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
            id="containers want more cpu than the task",
        ),
        pytest.param(
            {"containerDefinitions": [PLAIN | {"memory": 1024}]},
            "The 'memory' setting for container 'app' is greater than for the task.",
            id="container wants more memory than the task",
        ),
        pytest.param({"containerDefinitions": []}, "Container list cannot be empty.", id="no containers"),
        pytest.param(
            {"containerDefinitions": [{"name": "app"}]},
            "Container.image should not be null or empty.",
            id="no image",
        ),
        pytest.param(
            {"containerDefinitions": [PLAIN | {"essential": False}]},
            "A task definition must have at least one essential container.",
            id="nothing essential",
        ),
        pytest.param(
            {"containerDefinitions": [PLAIN, PLAIN]},
            "Container names within a task definition must be unique.",
            id="a name twice",
        ),
        pytest.param({"cpu": "lots"}, "Invalid 'cpu' setting for task: lots", id="cpu is no size"),
    ],
)
def test_registering_refuses(ecs: EcsCloud, changed: dict[str, Any], message: str) -> None:
    """API_RegisterTaskDefinition, ClientException; Developer Guide, "invalid CPU or memory error"."""
    document = fargate_definition() | changed
    document = {name: value for name, value in document.items() if value is not None}
    assert ecs.refused("ClientException", "RegisterTaskDefinition", **document) == message
    assert ecs.call("ListTaskDefinitionFamilies")["families"] == []


def test_on_ec2_memory_is_needed_somewhere(ecs: EcsCloud) -> None:
    """API_ContainerDefinition, memory."""
    container = {"name": "app", "image": "web:1"}
    message = ecs.refused(
        "ClientException", "RegisterTaskDefinition", family="web", containerDefinitions=[container]
    )
    assert message == (
        "Invalid setting for container 'app'. "
        "At least one of 'memory' or 'memoryReservation' must be specified."
    )
    ecs.call("RegisterTaskDefinition", family="web", memory="128", containerDefinitions=[container])


@pytest.mark.parametrize("condition", ["SUCCESS", "COMPLETE"])
def test_nobody_waits_for_the_end_of_an_essential_container(ecs: EcsCloud, condition: str) -> None:
    """API_ContainerDependency."""
    waiting = PLAIN | {"name": "main", "dependsOn": [{"containerName": "app", "condition": condition}]}
    ecs.refused(
        "ClientException", "RegisterTaskDefinition", family="web", containerDefinitions=[PLAIN, waiting]
    )
    helper = PLAIN | {"essential": False}
    ecs.call("RegisterTaskDefinition", family="web", containerDefinitions=[helper, waiting])


def test_describing_by_family_revision_and_arn(ecs: EcsCloud) -> None:
    """API_DescribeTaskDefinition: a family means its latest ACTIVE revision."""
    first, second = ecs.register("web:1"), ecs.register("web:2", tags=[{"key": "k", "value": "v"}])

    def described(identifier: str) -> str:
        arn: str = ecs.call("DescribeTaskDefinition", taskDefinition=identifier)["taskDefinition"][
            "taskDefinitionArn"
        ]
        return arn

    assert [described("web"), described("web:1"), described(second)] == [second, first, second]
    assert "tags" not in ecs.call("DescribeTaskDefinition", taskDefinition="web")
    tagged = ecs.call("DescribeTaskDefinition", taskDefinition="web", include=["TAGS"])
    assert tagged["tags"] == [{"key": "k", "value": "v"}]
    ecs.call("DeregisterTaskDefinition", taskDefinition=second)
    assert described("web") == first
    assert ecs.call("DescribeTaskDefinition", taskDefinition=second)["taskDefinition"]["status"] == "INACTIVE"


@pytest.mark.parametrize("identifier", ["gone", "gone:1", "web:2", "web:x", "web:0"])
def test_unknown_task_definitions_cannot_be_described(ecs: EcsCloud, identifier: str) -> None:
    """API_DescribeTaskDefinition, ClientException."""
    ecs.register()
    message = ecs.refused("ClientException", "DescribeTaskDefinition", taskDefinition=identifier)
    assert message == "Unable to describe task definition."


def test_listing_task_definitions_and_families(ecs: EcsCloud) -> None:
    """API_ListTaskDefinitions (exact family) and API_ListTaskDefinitionFamilies (prefix)."""
    arns = [ecs.register(family=family) for family in ("web", "web", "web-admin", "api")]
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")
    ecs.call("DeregisterTaskDefinition", taskDefinition="api:1")
    assert ecs.call("ListTaskDefinitions", familyPrefix="web")["taskDefinitionArns"] == [arns[1]]
    assert ecs.call("ListTaskDefinitions", sort="DESC")["taskDefinitionArns"] == [arns[2], arns[1]]
    assert ecs.call("ListTaskDefinitions", status="INACTIVE")["taskDefinitionArns"] == [arns[3], arns[0]]
    assert ecs.call("ListTaskDefinitionFamilies", familyPrefix="we")["families"] == ["web", "web-admin"]
    assert ecs.call("ListTaskDefinitionFamilies", status="INACTIVE")["families"] == ["api"]


def test_deregistering_needs_an_active_revision(ecs: EcsCloud) -> None:
    """API_DeregisterTaskDefinition."""
    ecs.register()
    for identifier in ("web", "web:2"):
        ecs.refused("ClientException", "DeregisterTaskDefinition", taskDefinition=identifier)
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")
    ecs.refused("ClientException", "DeregisterTaskDefinition", taskDefinition="web:1")


def test_lists_come_in_pages(ecs: EcsCloud) -> None:
    """API_ListTaskDefinitions, maxResults and nextToken."""
    arns = [ecs.register() for _ in range(5)]
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = ecs.call("ListTaskDefinitions", maxResults=2, **token)
        seen += page["taskDefinitionArns"]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert seen == arns
    ecs.refused("InvalidParameterException", "ListTaskDefinitions", nextToken="made up")
    ecs.refused("InvalidParameterException", "ListTaskDefinitions", maxResults=101)
