"""What people are shown of a creation, a deletion and of what cannot be done in place."""

import hashlib
from dataclasses import replace

import pytest

from gitmoxi.domain.deployments import Risk, Verb
from gitmoxi.planning.aws_lambda import deleting_versions, plan_lambda
from gitmoxi.planning.deletion import describe_deletion
from gitmoxi.planning.ecs import plan_ecs, using_known_revision
from gitmoxi.planning.errors import ReplacementNeededError
from gitmoxi.planning.rendered_plan import describe, describe_refusal
from tests.unit.planning.samples import (
    ECS_TARGET,
    LAMBDA_TARGET,
    LIVE_ALIAS,
    OWNER,
    desired_ecs,
    desired_ecs_by_reference,
    desired_lambda,
    live_ecs,
    live_lambda,
    live_task_definition,
    live_version,
)

SECRET = hashlib.sha256(b"a secret").hexdigest()[:20]


def record(plan, **options):
    return describe(plan, deployment_id="d-1", **options)


def ecs(desired=None, live=None, **options):
    return plan_ecs(desired or desired_ecs(), live, live_task_definition(), owner=OWNER, **options)


def shown(record):
    return {(one.document, one.path): one.after for one in record.differences}


class TestCreation:
    def test_of_a_service_shows_every_place_of_its_documents(self):
        made = shown(record(ecs()))
        assert made["service", "desiredCount"] == "2"
        assert (
            made["service", "networkConfiguration.awsvpcConfiguration.subnets"] == '["subnet-b","subnet-a"]'
        )
        assert made["task definition", "containerDefinitions[nginx].image"] == "nginx:1"
        assert made["task definition", "containerDefinitions[nginx].environment[COLOUR].value"] == "blue"
        assert (
            made["task definition", "containerDefinitions[nginx].portMappings[80]"] == '{"containerPort":80}'
        )
        assert made["tags", "tags[team]"] == "shop"

    def test_shows_nothing_that_was_there(self):
        assert {one.before for one in record(ecs()).differences} == {None}

    def test_by_reference_shows_the_reference(self):
        assert shown(record(ecs(desired_ecs_by_reference("web:3"))))["service", "taskDefinition"] == "web:3"

    def test_of_a_function_shows_code_alias_and_configuration(self):
        made = shown(record(plan_lambda(desired_lambda(), None, None, None, owner=OWNER)))
        assert made["code", "Code"] == '{"S3Bucket":"code","S3Key":"greet-1.zip"}'
        assert made["alias", "live"] == "a newly published version"
        assert made["function", "Environment.Variables.COLOUR"] == "blue"
        assert made["tags", "tags[team]"] == "shop"
        assert ("function", "FunctionName") not in made

    def test_shows_no_sensitive_value(self):
        containers = [{"name": "a", "image": "a", "environment": [{"name": "KEY", "value": SECRET}]}]
        desired = desired_ecs(task_definition={"containerDefinitions": containers})
        made = record(ecs(desired), sensitive_values=(SECRET,))
        assert shown(made)["task definition", "containerDefinitions[a].environment[KEY].value"].startswith(
            "[sensitive "
        )
        assert SECRET not in repr(made)

    def test_names_the_calls(self):
        assert [str(call.api) for call in record(ecs()).calls] == [
            "ecs:RegisterTaskDefinition",
            "ecs:CreateService",
        ]


class TestCalls:
    def test_say_what_each_is_for(self):
        desired = desired_ecs(
            service={"desiredCount": 3, "tags": [{"key": "stage", "value": "prod"}]},
            task_definition={"cpu": "512", "memory": "1024"},
        )
        told = record(ecs(desired, live_ecs(), previous=desired_ecs())).calls
        assert [(call.api, call.summary) for call in told] == [
            ("ecs:RegisterTaskDefinition", "a new revision of the task definition web"),
            ("ecs:UpdateService", "taskDefinition, desiredCount"),
            ("ecs:TagResource", "stage=prod"),
            ("ecs:UntagResource", "team"),
        ]

    def test_of_nothing_are_none(self):
        assert record(ecs(live=live_ecs())).calls == ()

    def test_a_known_revision_is_used_and_not_registered(self):
        plan = ecs(desired_ecs(task_definition={"cpu": "512", "memory": "1024"}), live_ecs())
        told = record(using_known_revision(plan, "arn:web:3"))
        assert [call.api for call in told.calls] == ["ecs:UpdateService"]
        assert told.steps[0] == "update the service: taskDefinition"

    def test_a_plan_that_registers_nothing_needs_no_known_revision(self):
        plan = ecs(desired_ecs(service={"desiredCount": 3}), live_ecs())
        assert using_known_revision(plan, "arn:web:3") == plan

    @pytest.mark.parametrize(
        ("timeout", "deleted"),
        [
            pytest.param(9, ["version 2", "version 3"], id="once a newer one serves"),
            pytest.param(30, [], id="where none is published"),
        ],
    )
    def test_versions_that_are_too_many_are_deleted(self, timeout, deleted):
        wanted = desired_lambda({"Timeout": timeout})
        plan = plan_lambda(
            wanted,
            live_lambda({"Timeout": 30}),
            LIVE_ALIAS,
            live_version("4", {"Timeout": 30}),
            owner=OWNER,
            previous=desired_lambda({"Timeout": 30}),
        )
        told = record(deleting_versions(plan, ("2", "3")))
        calls = [call.summary for call in told.calls if call.api == "lambda:DeleteFunction"]
        assert calls == [f"{version}, which is older than those that are kept" for version in deleted]
        assert [step for step in told.steps if step.startswith("delete")] == [
            f"delete {one}" for one in calls
        ]

    def test_the_calls_of_a_functions_concurrency_stand_where_they_are_made(self):
        settings = {"alias": "live", "reservedConcurrency": 9, "provisionedConcurrency": 4}
        plan = plan_lambda(
            replace(desired_lambda({"Timeout": 9}), settings=settings),
            live_lambda(),
            LIVE_ALIAS,
            live_version(),
            owner=OWNER,
            previous=desired_lambda(),
        )
        assert [call.api.partition(":")[2] for call in record(plan).calls] == [
            "UpdateFunctionConfiguration",
            "PutFunctionConcurrency",
            "PublishVersion",
            "UpdateAlias",
            "PutProvisionedConcurrencyConfig",
        ]


class TestDeletion:
    @pytest.mark.parametrize(
        ("target", "api"),
        [(ECS_TARGET, "ecs:DeleteService"), (LAMBDA_TARGET, "lambda:DeleteFunction")],
        ids=["service", "function"],
    )
    def test_names_the_call_and_its_risk(self, target, api):
        told = describe_deletion(target, deployment_id="d-1")
        assert (told.verb, [call.api for call in told.calls]) == (Verb.DELETE, [api])
        assert [warning.risk for warning in told.warnings] == [Risk.DELETION]
        assert str(target) in told.steps[0]


class TestReplacement:
    @pytest.mark.parametrize(
        ("service", "live", "place"),
        [
            pytest.param({"launchType": "EC2"}, {}, "launchType: FARGATE → EC2", id="launch type"),
            pytest.param({"schedulingStrategy": "DAEMON"}, {}, "schedulingStrategy: ", id="scheduling"),
            pytest.param(
                {},
                {"deploymentController": {"type": "EXTERNAL"}},
                "deploymentController.type: EXTERNAL → ECS",
                id="controller",
            ),
        ],
    )
    def test_of_a_service_shows_what_differs_and_what_to_do(self, service, live, place):
        with pytest.raises(ReplacementNeededError) as caught:
            ecs(desired_ecs(service=service), live_ecs(live))
        told = describe_refusal(caught.value, deployment_id="d-1")
        assert (told.verb, told.calls, told.steps) == (Verb.REPLACE, (), ())
        assert any(str(one).startswith(place) for one in told.differences)
        assert "another serviceName, or delete the live" in told.warnings[0].text
        assert told.warnings[0].risk is Risk.DOWNTIME

    def test_shows_also_what_could_be_done_in_place(self):
        desired = desired_ecs(
            service={"launchType": "EC2", "desiredCount": 3},
            task_definition={"containerDefinitions": [{"name": "nginx", "image": "nginx:2"}]},
        )
        with pytest.raises(ReplacementNeededError) as caught:
            ecs(desired, live_ecs())
        told = [str(one) for one in describe_refusal(caught.value, deployment_id="d-1").differences]
        assert {"desiredCount: 2 → 3", "containerDefinitions[nginx].image: nginx:1 → nginx:2"} <= set(told)

    def test_of_a_function_shows_the_package(self):
        image = {"Code": {"ImageUri": "repo/greet:1", "S3Bucket": ..., "S3Key": ...}, "PackageType": "Image"}
        with pytest.raises(ReplacementNeededError) as caught:
            plan_lambda(desired_lambda(image), live_lambda(), LIVE_ALIAS, live_version(), owner=OWNER)
        told = describe_refusal(caught.value, deployment_id="d-1")
        assert str(told.differences[0]) == "PackageType: Zip → Image"
        assert "another FunctionName" in told.warnings[0].text

    def test_masks_both_the_places_and_the_advice(self):
        desired = desired_ecs(service={"role": SECRET})
        with pytest.raises(ReplacementNeededError) as caught:
            ecs(desired, live_ecs())
        told = describe_refusal(caught.value, deployment_id="d-1", sensitive_values=(SECRET,))
        assert SECRET not in repr(told)
