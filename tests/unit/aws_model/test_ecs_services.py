"""Services: defaults on read, refusals, idempotency, deletion, capacity, tags."""

from typing import Any

import pytest

from tests.unit.aws_model.ecs_cloud import NETWORK, START, EcsCloud, service_request

BRIDGED = {"family": "bridged", "containerDefinitions": [{"name": "app", "image": "web:1", "memory": 64}]}


def test_aws_fills_in_what_a_service_leaves_out(ecs: EcsCloud) -> None:
    """API_CreateService and API_Service; as real describe-services outputs show."""
    service = ecs.create()
    expected = {
        "serviceArn": "arn:aws:ecs:eu-west-1:111122223333:service/demo/web",
        "clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/demo",
        "taskDefinition": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1",
        "status": "ACTIVE",
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "platformFamily": "Linux",
        "loadBalancers": [],
        "serviceRegistries": [],
        "placementConstraints": [],
        "placementStrategy": [],
        "healthCheckGracePeriodSeconds": 0,
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "enableExecuteCommand": False,
        "availabilityZoneRebalancing": "ENABLED",
        "createdAt": START,
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["subnet-1"],
                "securityGroups": [],
                "assignPublicIp": "DISABLED",
            }
        },
    }
    assert {name: service[name] for name in expected} == expected
    limits = service["deploymentConfiguration"]
    assert (limits["maximumPercent"], limits["minimumHealthyPercent"]) == (200, 100)
    assert limits["deploymentCircuitBreaker"] == {"enable": False, "rollback": False}
    assert service["roleArn"].endswith("AWSServiceRoleForECS")
    assert service["deployments"][0]["platformVersion"] == "1.4.0"


@pytest.mark.parametrize(
    ("code", "changed", "message"),
    [
        pytest.param(
            "InvalidParameterException",
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again.",
            id="launch type and capacity providers",
        ),
        pytest.param(
            "InvalidParameterException",
            {"networkConfiguration": None},
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
            id="awsvpc without network",
        ),
        pytest.param(
            "InvalidParameterException",
            {"taskDefinition": "bridged", "launchType": "EC2"},
            "Network Configuration is not valid for the given networkMode of this task definition.",
            id="network without awsvpc",
        ),
        pytest.param(
            "InvalidParameterException",
            {"taskDefinition": "bridged", "networkConfiguration": None},
            "Task definition does not support launch_type FARGATE.",
            id="Fargate with an EC2 task definition",
        ),
        pytest.param(
            "ClientException", {"taskDefinition": "gone"}, "TaskDefinition not found.", id="no definition"
        ),
        pytest.param(
            "InvalidParameterException",
            {"taskDefinition": "old:1"},
            "TaskDefinition is inactive",
            id="inactive",
        ),
        pytest.param(
            "InvalidParameterException",
            {"taskDefinition": None},
            "TaskDefinition can not be blank.",
            id="blank",
        ),
        pytest.param(
            "InvalidParameterException",
            {"desiredCount": None},
            "desiredCount must be specified when schedulingStrategy is REPLICA or not specified.",
            id="no desired count",
        ),
        pytest.param(
            "InvalidParameterException",
            {"desiredCount": -1},
            "Task count can not be lesser than 0",
            id="negative count",
        ),
        pytest.param(
            "InvalidParameterException",
            {"loadBalancers": [{"targetGroupArn": "arn:tg", "containerName": "other", "containerPort": 80}]},
            "The container other does not exist in the task definition.",
            id="load balancer names an unknown container",
        ),
        pytest.param(
            "InvalidParameterException",
            {"loadBalancers": [{"targetGroupArn": "arn:tg", "containerName": "app", "containerPort": 81}]},
            "The container app did not have a container port 81 defined.",
            id="load balancer names an unknown port",
        ),
        pytest.param(
            "InvalidParameterException",
            {"deploymentConfiguration": {"maximumPercent": 100}},
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
            id="percentages that block",
        ),
        pytest.param(
            "PlatformUnknownException",
            {"platformVersion": "9.9.9"},
            "The specified platform does not exist.",
            id="unknown platform",
        ),
        pytest.param(
            "InvalidParameterException",
            {"launchType": "EC2", "platformVersion": "1.4.0"},
            "The platform version must be null when specifying an EC2 launch type.",
            id="platform on EC2",
        ),
        pytest.param(
            "InvalidParameterException",
            {"launchType": None, "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}]},
            "The specified capacity provider strategy cannot contain a capacity provider that is not "
            "associated with the cluster. Associate the capacity provider with the cluster and try again.",
            id="capacity provider of no use to the cluster",
        ),
        pytest.param(
            "InvalidParameterException",
            {"schedulingStrategy": "DAEMON"},
            "The daemon scheduling strategy does not support a desired count. "
            "Remove the desired count value and try again.",
            id="daemon with a count",
        ),
        pytest.param(
            "InvalidParameterException",
            {"clientToken": "x" * 37},
            "clientToken: up to 36 ASCII characters in the range of 33-126 are allowed.",
            id="long token",
        ),
        pytest.param(
            "UnsupportedFeatureException",
            {"deploymentConfiguration": {"strategy": "BLUE_GREEN"}},
            "The local cloud does not model the deployment strategy BLUE_GREEN yet. Nothing was changed.",
            id="not modelled yet",
        ),
    ],
)
def test_creating_refuses(ecs: EcsCloud, code: str, changed: dict[str, Any], message: str) -> None:
    """API_CreateService, Errors."""
    ecs.register()
    ecs.register(family="old")
    ecs.call("DeregisterTaskDefinition", taskDefinition="old:1")
    ecs.call("RegisterTaskDefinition", **BRIDGED)
    request = {name: value for name, value in (service_request() | changed).items() if value is not None}
    assert ecs.refused(code, "CreateService", **request) == message
    assert ecs.call("ListServices", cluster="demo")["serviceArns"] == []


def test_the_same_token_and_request_return_the_same_service(ecs: EcsCloud) -> None:
    """API_CreateService, clientToken: idempotent, even after the service has changed."""
    created = ecs.create(clientToken="token-1")
    ecs.update(desiredCount=5)
    again = ecs.call("CreateService", **service_request(), clientToken="token-1")["service"]
    assert (again["serviceArn"], again["desiredCount"]) == (created["serviceArn"], 5)
    assert len(ecs.history()) == 1
    message = ecs.refused(
        "InvalidParameterException",
        "CreateService",
        **(service_request() | {"desiredCount": 9}),
        clientToken="token-1",
    )
    assert message == "Creation of service was not idempotent."
    ecs.refused(
        "InvalidParameterException",
        "CreateService",
        **(service_request() | {"serviceName": "x"}),
        clientToken="token-1",
    )


def test_an_existing_name_with_other_parameters_is_refused(ecs: EcsCloud) -> None:
    """API_CreateService; users report "Creation of service was not idempotent." for this."""
    created = ecs.create()
    same = ecs.call("CreateService", **service_request())["service"]
    assert same["createdAt"] == created["createdAt"]
    assert len(ecs.history()) == 1
    for changed in ({"desiredCount": 3}, {"taskDefinition": ecs.register("web:2")}):
        message = ecs.refused("InvalidParameterException", "CreateService", **(service_request() | changed))
        assert message == "Creation of service was not idempotent."


def test_deleting_needs_a_desired_count_of_zero_or_force(ecs: EcsCloud) -> None:
    """API_DeleteService."""
    ecs.running()
    message = ecs.refused("InvalidParameterException", "DeleteService", cluster="demo", service="web")
    assert message == "The service cannot be stopped while it is scaled above 0."
    ecs.deploy("web:2")
    ecs.update(desiredCount=0)
    message = ecs.refused("InvalidParameterException", "DeleteService", cluster="demo", service="web")
    assert message == "The service cannot be stopped while deployments are active."
    ecs.pass_time()
    assert ecs.call("DeleteService", cluster="demo", service="web")["service"]["status"] == "DRAINING"


def test_a_deleted_service_drains_and_then_is_inactive(ecs: EcsCloud) -> None:
    """API_DeleteService: DRAINING blocks the name and is not listed; INACTIVE frees it."""
    ecs.running()
    answer = ecs.call("DeleteService", cluster="demo", service="web", force=True)["service"]
    assert (answer["status"], answer["desiredCount"], answer["runningCount"]) == ("DRAINING", 0, 2)
    assert ecs.call("ListServices", cluster="demo")["serviceArns"] == []
    message = ecs.refused("InvalidParameterException", "CreateService", **service_request())
    assert message == "Unable to Start a service that is still Draining."
    assert ecs.call("DeleteService", cluster="demo", service="web")["service"]["status"] == "DRAINING"
    ecs.refused("ServiceNotActiveException", "UpdateService", cluster="demo", service="web", desiredCount=1)

    ecs.pass_time(1)
    gone = ecs.service()
    assert (gone["status"], gone["deployments"], gone["runningCount"]) == ("INACTIVE", [], 0)
    assert gone["taskDefinition"].endswith("web:1")
    message = ecs.refused(
        "ServiceNotActiveException", "UpdateService", cluster="demo", service="web", desiredCount=1
    )
    assert message == "Service was not ACTIVE."
    ecs.refused("ServiceNotFoundException", "DeleteService", cluster="demo", service="web")
    ecs.refused("ServiceNotFoundException", "ListServiceDeployments", cluster="demo", service="web")

    ecs.running(image="web:2")
    assert ecs.images() == ["web:2", "web:2"]


def test_inactive_services_are_forgotten_some_day(ecs: EcsCloud) -> None:
    """API_DeleteService: INACTIVE services may be cleaned up and purged."""
    ecs.running()
    ecs.call("DeleteService", cluster="demo", service="web", force=True)
    ecs.pass_time(2 * 3600)
    answer = ecs.call("DescribeServices", cluster="demo", services=["web"])
    assert answer["services"] == []


def test_a_service_with_load_balancer_stays_draining_while_it_deregisters(ecs: EcsCloud) -> None:
    """API_DeleteService: INACTIVE only when all tasks are STOPPING or STOPPED."""
    pair = {"targetGroupArn": "arn:tg/web", "containerName": "app", "containerPort": 80}
    ecs.running(loadBalancers=[pair])
    ecs.call("DeleteService", cluster="demo", service="web", force=True)
    ecs.pass_time(0.12)
    assert (ecs.service()["status"], {task["lastStatus"] for task in ecs.tasks("STOPPED")}) == (
        "DRAINING",
        {"DEACTIVATING"},
    )
    ecs.pass_time(0.1)
    assert ecs.service()["status"] == "INACTIVE"


def test_unknown_services(ecs: EcsCloud) -> None:
    """API_DescribeServices, failures; API_UpdateService, ServiceNotFoundException."""
    ecs.create()
    answer = ecs.call("DescribeServices", cluster="demo", services=["gone", "web"])
    assert [service["serviceName"] for service in answer["services"]] == ["web"]
    assert answer["failures"] == [
        {"arn": "arn:aws:ecs:eu-west-1:111122223333:service/demo/gone", "reason": "MISSING"}
    ]
    for operation in ("UpdateService", "DeleteService", "ListServiceDeployments"):
        message = ecs.refused("ServiceNotFoundException", operation, cluster="demo", service="gone")
        assert message == "Service not found."
    ecs.refused("ServiceNotFoundException", "ListTasks", cluster="demo", serviceName="gone")


def test_at_most_ten_services_are_described(ecs: EcsCloud) -> None:
    """API_DescribeServices, services."""
    names = [f"s{number}" for number in range(11)]
    assert len(ecs.call("DescribeServices", cluster="demo", services=names[:10])["failures"]) == 10
    message = ecs.refused("InvalidParameterException", "DescribeServices", cluster="demo", services=names)
    assert message == "service names can have at most 10 items."
    ecs.refused("InvalidParameterException", "DescribeServices", cluster="demo", services=[])


def test_a_service_may_be_named_by_arn_within_its_cluster_only(ecs: EcsCloud) -> None:
    """API_DescribeServices, services: names or ARNs."""
    arn = ecs.create()["serviceArn"]
    assert ecs.call("DescribeServices", cluster="demo", services=[arn])["services"][0]["serviceArn"] == arn
    ecs.call("CreateCluster")
    message = ecs.refused("InvalidParameterException", "DescribeServices", services=[arn])
    assert message == "Identifier is for demo. Your cluster is default"
    assert len(ecs.call("ListServiceDeployments", service=arn)["serviceDeployments"]) == 1


def test_an_update_to_an_unusable_task_definition_is_refused(ecs: EcsCloud) -> None:
    """API_DeregisterTaskDefinition: an existing service cannot be updated to an INACTIVE one."""
    ecs.running()
    ecs.register("web:2")
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:2")
    request = {"cluster": "demo", "service": "web"}
    message = ecs.refused("InvalidParameterException", "UpdateService", **request, taskDefinition="web:2")
    assert message == "TaskDefinition is inactive"
    ecs.refused("ClientException", "UpdateService", **request, taskDefinition="web:9")
    assert ecs.history() == ["SUCCESSFUL"]


def test_a_service_of_an_inactive_task_definition_still_scales(ecs: EcsCloud) -> None:
    """API_DeregisterTaskDefinition: existing services can still scale up or down."""
    ecs.running(desiredCount=1)
    ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")
    ecs.update(desiredCount=2)
    ecs.pass_time(2)
    assert ecs.images() == ["web:1", "web:1"]


def test_lists_are_taken_out_by_empty_lists(ecs: EcsCloud) -> None:
    """API_UpdateService: what is left out is kept, an empty list removes."""
    pair = {"targetGroupArn": "arn:tg/web", "containerName": "app", "containerPort": 80}
    ecs.running(loadBalancers=[pair])
    ecs.update(desiredCount=1)
    assert ecs.service()["loadBalancers"] == [pair]
    ecs.update(loadBalancers=[])
    ecs.pass_time()
    assert (ecs.service()["loadBalancers"], ecs.history()) == ([], ["SUCCESSFUL", "SUCCESSFUL"])


def test_capacity_providers_change_with_a_forced_deployment_only(ecs: EcsCloud) -> None:
    """API_UpdateService, capacityProviderStrategy; API_PutClusterCapacityProviders."""
    ecs.running()
    ecs.call(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[],
    )
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    message = ecs.refused(
        "InvalidParameterException",
        "UpdateService",
        cluster="demo",
        service="web",
        capacityProviderStrategy=strategy,
    )
    assert message.endswith("you must force a new deployment.")
    ecs.update(capacityProviderStrategy=strategy, forceNewDeployment=True)
    ecs.pass_time()
    service = ecs.service()
    assert "launchType" not in service
    assert service["capacityProviderStrategy"] == [
        {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}
    ]
    assert {task["capacityProviderName"] for task in ecs.tasks()} == {"FARGATE_SPOT"}


def test_without_launch_type_the_cluster_decides(ecs: EcsCloud) -> None:
    """API_CreateService, capacityProviderStrategy: defaultCapacityProviderStrategy, else EC2."""
    ecs.call("RegisterTaskDefinition", **BRIDGED)
    service = ecs.call(
        "CreateService", cluster="demo", serviceName="ec2", taskDefinition="bridged", desiredCount=1
    )["service"]
    assert service["launchType"] == "EC2"
    assert "platformVersion" not in service
    ecs.call(
        "CreateCluster",
        clusterName="spot",
        capacityProviders=["FARGATE"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
    )
    ecs.register()
    request = {"cluster": "spot", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}
    service = ecs.call("CreateService", **request, networkConfiguration=NETWORK)["service"]
    assert service["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
    assert service["platformVersion"] == "LATEST"


def test_a_daemon_runs_one_task_on_the_one_instance(ecs: EcsCloud) -> None:
    """API_CreateService, schedulingStrategy."""
    ecs.call("RegisterTaskDefinition", **BRIDGED)
    request = {"cluster": "demo", "serviceName": "web", "taskDefinition": "bridged"}
    service = ecs.call("CreateService", **request, schedulingStrategy="DAEMON")["service"]
    limits = service["deploymentConfiguration"]
    assert (limits["maximumPercent"], limits["minimumHealthyPercent"]) == (100, 0)
    ecs.pass_time(2)
    assert ecs.service()["runningCount"] == 1
    ecs.call("DeleteService", cluster="demo", service="web")


def test_an_external_service_waits_for_task_sets(ecs: EcsCloud) -> None:
    """API_CreateService: with EXTERNAL only the service name is required; task sets are not modelled yet."""
    request: dict[str, Any] = {
        "cluster": "demo",
        "serviceName": "web",
        "deploymentController": {"type": "EXTERNAL"},
    }
    service = ecs.call("CreateService", **request)["service"]
    assert (service["deployments"], service["taskSets"], "taskDefinition" in service) == ([], [], False)
    ecs.update(desiredCount=2)
    assert ecs.service()["desiredCount"] == 2
    assert ecs.history() == []
    task_set = {"cluster": "demo", "service": "web", "taskDefinition": "web"}
    assert "CreateTaskSet" in ecs.refused("UnsupportedFeatureException", "CreateTaskSet", **task_set)
    ecs.refused(
        "InvalidParameterException",
        "CreateService",
        **(request | {"serviceName": "two", "taskDefinition": "web"}),
    )
    ecs.call("DeleteService", cluster="demo", service="web", force=True)
    ecs.pass_time(1)
    assert ecs.service()["status"] == "INACTIVE"


def test_tags_of_every_kind_of_resource(ecs: EcsCloud) -> None:
    """API_TagResource, API_UntagResource, API_ListTagsForResource."""
    service = ecs.running(tags=[{"key": "team", "value": "a"}])
    arns = [
        service["serviceArn"],
        service["clusterArn"],
        service["taskDefinition"],
        ecs.tasks()[0]["taskArn"],
    ]
    for arn in arns:
        ecs.call(
            "TagResource", resourceArn=arn, tags=[{"key": "team", "value": "b"}, {"key": "x", "value": "1"}]
        )
        ecs.call("UntagResource", resourceArn=arn, tagKeys=["x", "never there"])
        assert ecs.call("ListTagsForResource", resourceArn=arn)["tags"] == [{"key": "team", "value": "b"}]
    assert "tags" not in ecs.service()
    [tagged] = ecs.call("DescribeServices", cluster="demo", services=["web"], include=["TAGS"])["services"]
    assert tagged["tags"] == [{"key": "team", "value": "b"}]
    assert len(ecs.history()) == 1


@pytest.mark.parametrize(
    ("code", "arn", "tags"),
    [
        pytest.param("ResourceNotFoundException", "service/demo/gone", [{"key": "a"}], id="unknown service"),
        pytest.param(
            "ResourceNotFoundException", "task-definition/web:9", [{"key": "a"}], id="unknown revision"
        ),
        pytest.param(
            "InvalidParameterException", "service/demo/web", [{"key": "aws:x"}], id="reserved prefix"
        ),
        pytest.param(
            "InvalidParameterException",
            "service/demo/web",
            [{"key": str(number)} for number in range(51)],
            id="more than 50",
        ),
        pytest.param("InvalidParameterException", "capacity-provider/x", [{"key": "a"}], id="another kind"),
    ],
)
def test_tagging_refuses(ecs: EcsCloud, code: str, arn: str, tags: list[dict[str, str]]) -> None:
    """API_TagResource, Errors."""
    ecs.create()
    ecs.refused(code, "TagResource", resourceArn=f"arn:aws:ecs:eu-west-1:111122223333:{arn}", tags=tags)


def test_listing_services_by_page_and_kind(ecs: EcsCloud) -> None:
    """API_ListServices: ten a page by default."""
    for number in range(12):
        ecs.create(f"s{number:02}")
    first = ecs.call("ListServices", cluster="demo")
    rest = ecs.call("ListServices", cluster="demo", nextToken=first["nextToken"])
    assert (len(first["serviceArns"]), len(rest["serviceArns"]), "nextToken" in rest) == (10, 2, False)
    assert ecs.call("ListServices", cluster="demo", launchType="EC2")["serviceArns"] == []
    assert len(ecs.call("ListServices", cluster="demo", launchType="FARGATE")["serviceArns"]) == 10


def test_lists_have_at_most_a_hundred_items_a_page(ecs: EcsCloud) -> None:
    """API_ListTasks and API_DescribeTasks, maxResults and tasks: 100."""
    ecs.running(desiredCount=101)
    first = ecs.call("ListTasks", cluster="demo", serviceName="web")
    rest = ecs.call("ListTasks", cluster="demo", serviceName="web", nextToken=first["nextToken"])
    assert (len(first["taskArns"]), len(rest["taskArns"])) == (100, 1)
    assert set(first["taskArns"]).isdisjoint(rest["taskArns"])
    tasks = ecs.call("DescribeTasks", cluster="demo", tasks=first["taskArns"])["tasks"]
    assert [task["taskArn"] for task in tasks] == first["taskArns"]
    for operation in ("ListTasks", "ListServices", "ListServiceDeployments"):
        named = {"service": "web"} if operation == "ListServiceDeployments" else {}
        message = ecs.refused("InvalidParameterException", operation, cluster="demo", maxResults=101, **named)
        assert message == "MaxResults must be between 1 and 100."


def test_a_client_token_is_good_for_one_cluster(ecs: EcsCloud) -> None:
    """API reference, "Ensuring idempotency": requests to other clusters are separate requests."""
    ecs.create(clientToken="token-1")
    ecs.call("CreateCluster", clusterName="other")
    request = service_request() | {"cluster": "other", "desiredCount": 9}
    service = ecs.call("CreateService", **request, clientToken="token-1")["service"]
    assert (service["clusterArn"].endswith("/other"), service["desiredCount"]) == (True, 9)


def test_what_is_not_modelled_says_so(ecs: EcsCloud) -> None:
    message = ecs.refused(
        "UnsupportedFeatureException", "ExecuteCommand", command="sh", interactive=True, task="x"
    )
    assert (
        message == "The local cloud does not model the operation ecs:ExecuteCommand yet. Nothing was changed."
    )


def test_answers_share_nothing_with_the_model(ecs: EcsCloud) -> None:
    ecs.running()
    ecs.service()["deployments"].clear()
    ecs.service()["deploymentConfiguration"]["maximumPercent"] = 1
    assert len(ecs.service()["deployments"]) == 1
    assert ecs.service()["deploymentConfiguration"]["maximumPercent"] == 200
