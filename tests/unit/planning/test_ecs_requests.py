"""The requests that a deployer sends for an ECS plan: native, tagged, and complete."""

import pytest

from gitmoxi.domain.targets import ACTION_TAG, OWNER_TAG
from gitmoxi.errors import InvariantError
from gitmoxi.planning.desired import task_definition_hash
from gitmoxi.planning.ecs import plan_ecs
from gitmoxi.planning.ecs_requests import (
    SPEC_TAG,
    create_service_request,
    register_request,
    update_service_request,
)
from tests.unit.planning.samples import (
    OWNER,
    SERVICE,
    TASK_DEFINITION,
    TASK_DEFINITION_ARN,
    desired_ecs,
    desired_ecs_by_reference,
    live_ecs,
    live_task_definition,
    merged,
)

ACTION, TOKEN = "a" * 32, "b" * 32


def creation(desired=None):
    return plan_ecs(desired or desired_ecs(), None, None, owner=OWNER)


def update(desired, **options):
    return plan_ecs(desired, live_ecs(), live_task_definition(), owner=OWNER, **options)


def created(plan, arn=TASK_DEFINITION_ARN):
    return create_service_request(
        plan, task_definition_arn=arn, client_token=TOKEN, owner=OWNER, action_id=ACTION
    )


def tags(request):
    return {tag["key"]: tag["value"] for tag in request["tags"]}


def test_a_registered_task_definition_carries_owner_action_and_hash():
    desired = desired_ecs(task_definition={"tags": [{"key": "team", "value": "shop"}], "pidMode": None})
    request = register_request(desired, owner=OWNER, action_id=ACTION)
    assert tags(request) == {
        "team": "shop",
        OWNER_TAG: OWNER,
        ACTION_TAG: ACTION,
        SPEC_TAG: task_definition_hash(desired.task_definition),
    }
    assert {name: value for name, value in request.items() if name != "tags"} == TASK_DEFINITION


def test_nothing_is_registered_without_a_file():
    with pytest.raises(InvariantError):
        register_request(desired_ecs_by_reference("web:1"), owner=OWNER, action_id=ACTION)


def test_a_service_is_created_with_token_task_definition_and_tags():
    request = created(creation())
    assert request == {
        **SERVICE,
        "taskDefinition": TASK_DEFINITION_ARN,
        "clientToken": TOKEN,
        "tags": [
            {"key": ACTION_TAG, "value": ACTION},
            {"key": OWNER_TAG, "value": OWNER},
            {"key": "team", "value": "shop"},
        ],
    }


def test_our_tags_win_over_the_users():
    own = [{"key": OWNER_TAG, "value": "me"}]
    assert tags(created(creation(desired_ecs(service={"tags": own}))))[OWNER_TAG] == OWNER


def test_a_named_task_definition_is_used_when_none_was_registered():
    assert created(creation(desired_ecs_by_reference("web:3")), arn=None)["taskDefinition"] == "web:3"


def test_an_update_names_the_service_and_only_what_changes():
    plan = update(desired_ecs(service={"desiredCount": 3}))
    assert update_service_request(plan, task_definition_arn=None) == {
        "cluster": "demo",
        "service": "web",
        "desiredCount": 3,
    }


def test_an_update_takes_the_registered_revision():
    plan = update(desired_ecs(task_definition={"cpu": "512"}))
    assert update_service_request(plan, task_definition_arn="arn:8") == {
        "cluster": "demo",
        "service": "web",
        "taskDefinition": "arn:8",
    }


def test_an_update_takes_the_revision_that_the_svcdef_names():
    request = update_service_request(update(desired_ecs_by_reference("web:8")), task_definition_arn=None)
    assert request["taskDefinition"] == "web:8"


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: created(update(desired_ecs())), id="no creation planned"),
        pytest.param(lambda: created(creation(), arn=None), id="created without a task definition"),
        pytest.param(
            lambda: update_service_request(update(desired_ecs()), task_definition_arn=None),
            id="no update planned",
        ),
        pytest.param(
            lambda: update_service_request(
                update(desired_ecs(task_definition={"cpu": "512"})), task_definition_arn=None
            ),
            id="registered, but without its ARN",
        ),
    ],
)
def test_a_request_that_the_plan_does_not_foresee_is_a_bug(build):
    with pytest.raises(InvariantError):
        build()


def test_the_plan_and_the_documents_are_left_as_they_are():
    desired = desired_ecs()
    plan = creation(desired)
    created(plan)["networkConfiguration"] = None
    assert plan.create_request == desired.service == merged(SERVICE, {})
