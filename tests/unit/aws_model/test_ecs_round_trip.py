"""Every field of CreateService and UpdateService comes back as it was given."""

from typing import Any

import botocore.session
import pytest

from tests.unit.aws_model.ecs_cloud import EcsCloud

Doc = dict[str, Any]

PAIR = {"targetGroupArn": "arn:tg/web", "containerName": "app", "containerPort": 80}
ROLE = "arn:aws:iam::111122223333:role/volumes"
IN_SERVICE: Doc = {
    "desiredCount": 3,
    "deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 150},
    "availabilityZoneRebalancing": "DISABLED",
    "placementConstraints": [{"type": "distinctInstance"}],
    "placementStrategy": [{"type": "spread", "field": "attribute:ecs.availability-zone"}],
    "healthCheckGracePeriodSeconds": 60,
    "enableExecuteCommand": True,
    "enableECSManagedTags": True,
    "propagateTags": "SERVICE",
}
IN_REVISION: Doc = {
    "networkConfiguration": {
        "awsvpcConfiguration": {
            "subnets": ["subnet-1", "subnet-2"],
            "securityGroups": ["sg-1"],
            "assignPublicIp": "ENABLED",
        }
    },
    "platformVersion": "1.4.0",
    "loadBalancers": [PAIR],
    "serviceRegistries": [{"registryArn": "arn:registry", "containerName": "app", "containerPort": 80}],
}
IN_DEPLOYMENT: Doc = {
    "serviceConnectConfiguration": {
        "enabled": True,
        "namespace": "local",
        "services": [{"portName": "http"}],
    },
    "volumeConfigurations": [{"name": "data", "managedEBSVolume": {"roleArn": ROLE, "sizeInGiB": 10}}],
    "vpcLatticeConfigurations": [{"roleArn": ROLE, "targetGroupArn": "arn:lattice", "portName": "http"}],
}
"""API_Service does not have these; its deployments do (API_Deployment)."""

NOT_FIELDS = {"cluster", "service", "forceNewDeployment", "taskDefinition"}
ELSEWHERE = {
    "capacityProviderStrategy": "test_capacity_providers_change_with_a_forced_deployment_only",
    "deploymentController": "test_an_external_service_waits_for_task_sets",
    "monitoring": "test_monitoring_stands_in_the_revision",
}


def shown(ecs: EcsCloud) -> Doc:
    """The given fields as the service and its primary deployment show them."""
    service = ecs.service()
    primary: Doc = service["deployments"][0]
    documents = {**dict.fromkeys(IN_DEPLOYMENT, primary), **dict.fromkeys(IN_SERVICE | IN_REVISION, service)}
    return {name: document.get(name) for name, document in documents.items()}


def given_in(shown_fields: Doc, given: Doc) -> Doc:
    """Of a configuration with defaults, what was asked for."""
    configuration = shown_fields["deploymentConfiguration"]
    asked = {name: configuration[name] for name in given["deploymentConfiguration"]}
    return shown_fields | {"deploymentConfiguration": asked}


EVERYTHING = IN_SERVICE | IN_REVISION | IN_DEPLOYMENT


def test_this_file_covers_every_member_of_update_service() -> None:
    model = botocore.session.get_session().get_service_model("ecs")
    members = set(model.operation_model("UpdateService").input_shape.members)
    assert members - NOT_FIELDS == set(EVERYTHING) | set(ELSEWHERE)


def test_a_new_service_shows_what_it_was_given(ecs: EcsCloud) -> None:
    """API_CreateService and API_Service."""
    ecs.create(**EVERYTHING, tags=[{"key": "team", "value": "web"}])
    assert given_in(shown(ecs), EVERYTHING) == EVERYTHING
    answer = ecs.call("DescribeServices", cluster="demo", services=["web"], include=["TAGS"])
    assert answer["services"][0]["tags"] == [{"key": "team", "value": "web"}]
    assert "tags" not in ecs.service()


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_an_update_changes_one_field_and_keeps_the_others(ecs: EcsCloud, name: str) -> None:
    """API_UpdateService: what is left out is kept; what tasks are made of starts a service deployment."""
    ecs.running()
    before = shown(ecs)
    ecs.update(**{name: EVERYTHING[name]})
    after = shown(ecs)
    expected: Doc = EVERYTHING[name]
    if name == "deploymentConfiguration":
        expected = before[name] | expected
    assert after == before | {name: expected}
    assert (len(ecs.history()) == 2) is (name not in IN_SERVICE)


def test_a_service_revision_shows_what_its_tasks_are_made_of(ecs: EcsCloud) -> None:
    """API_ServiceRevision."""
    ecs.create(**EVERYTHING)
    arn = ecs.service_deployment()["targetServiceRevision"]["arn"]
    [revision] = ecs.call("DescribeServiceRevisions", serviceRevisionArns=[arn])["serviceRevisions"]
    made_of = IN_REVISION | IN_DEPLOYMENT
    assert {name: revision[name] for name in made_of} == made_of


def test_monitoring_stands_in_the_revision(ecs: EcsCloud) -> None:
    """API_UpdateService, monitoring; API_ServiceRevision."""
    ecs.running()
    asked = {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}
    ecs.update(monitoring=asked)
    arn = ecs.service_deployment()["targetServiceRevision"]["arn"]
    [revision] = ecs.call("DescribeServiceRevisions", serviceRevisionArns=[arn])["serviceRevisions"]
    assert revision["monitoring"] == asked
