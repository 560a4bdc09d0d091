"""Wanted states survive storage, and equal ones are stored under one hash."""

import pytest

from gitmoxi.domain.bodies import ref_of
from gitmoxi.errors import UnreadableBodyError
from gitmoxi.planning.desired import from_bytes, to_bytes
from tests.unit.planning.samples import (
    desired_ecs,
    desired_ecs_by_reference,
    desired_lambda,
)


@pytest.mark.parametrize(
    "desired",
    [
        pytest.param(desired_ecs(settings={"alarms": {"alarmNames": ["rot"]}}), id="ECS"),
        pytest.param(desired_ecs(sensitive_values=("wört", "\n")), id="ECS with sensitive values"),
        pytest.param(desired_ecs_by_reference("web:1"), id="ECS without a task definition file"),
        pytest.param(desired_lambda(sensitive_values=("s",)), id="Lambda"),
        pytest.param(desired_lambda(event_sources={"PushEventSources": []}), id="Lambda with event sources"),
    ],
)
def test_what_is_stored_comes_back(desired):
    assert from_bytes(to_bytes(desired)) == desired


def test_the_order_of_members_does_not_make_another_body():
    desired = desired_ecs()
    reordered = desired_ecs(service={"desiredCount": ...})
    reordered.service["desiredCount"] = 2
    assert list(reordered.service) != list(desired.service)
    assert ref_of(to_bytes(reordered)) == ref_of(to_bytes(desired))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff", id="no text"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="no target"),
        pytest.param(b'{"target":"lambda/1/2/f"}', id="no function"),
        pytest.param(b'{"target":"ec2/1"}', id="no target id"),
    ],
)
def test_another_body_is_a_bug(content):
    with pytest.raises(
        UnreadableBodyError, match="Another release of Gitmoxi stored what the deployment wants"
    ):
        from_bytes(content)
