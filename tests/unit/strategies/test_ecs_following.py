"""Where a service deployment stands, read from ECS: a failure is never taken for a success."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import Progress
from gitmoxi.strategies.ecs_following import Course, follow, with_service_deployment
from gitmoxi.strategies.ecs_observation import limits_of
from gitmoxi.strategies.ecs_progress import (
    ECS_DEPLOYMENT,
    LOOK_CLOSER,
    PREVIOUS_SERVICE_DEPLOYMENT,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from gitmoxi.validation.depdef import EcsDepdef
from tests.unit.strategies.stories import (
    BEFORE,
    LIMITS,
    NOW,
    OUR_ROLLOUT,
    OURS,
    PREVIOUS_ROLLOUT,
    THEIRS,
    ecs,
    rollout,
    service,
    stopped,
)

FOLLOWED = Progress(
    phase="follow",
    since=NOW,
    values={ECS_DEPLOYMENT: OURS, SERVICE_DEPLOYMENT: OUR_ROLLOUT, STARTS_DEPLOYMENT: "yes"},
)
UNSEEN = Progress(
    phase="follow", since=NOW, values={ECS_DEPLOYMENT: OURS, PREVIOUS_SERVICE_DEPLOYMENT: PREVIOUS_ROLLOUT}
)
FIELDS_ONLY = Progress(phase="follow", since=NOW, values={STARTS_DEPLOYMENT: "no"})


def closer(progress):
    """``progress`` once the stopped tasks were asked for."""
    return replace(progress, values={**progress.values, LOOK_CLOSER: "yes"})


@pytest.mark.parametrize(
    ("seen", "course", "says"),
    [
        pytest.param(ecs(service(), following=rollout("PENDING")), Course.UNDER_WAY, "1 of 2", id="PENDING"),
        pytest.param(
            ecs(service(), following=rollout("IN_PROGRESS")), Course.UNDER_WAY, "1 of 2", id="IN_PROGRESS"
        ),
        pytest.param(
            ecs(service(), following=rollout("SUCCESSFUL")), Course.ARRIVED, "SUCCESSFUL", id="SUCCESSFUL"
        ),
        pytest.param(
            ecs(service(), following=rollout("STOPPED", reason="the breaker")),
            Course.FAILED,
            "stopped the deployment: the breaker",
            id="STOPPED",
        ),
        pytest.param(
            ecs(service(), following=rollout("STOP_REQUESTED")), Course.UNDER_WAY, "1 of", id="STOP_REQUESTED"
        ),
        pytest.param(
            ecs(service(primary=BEFORE), following=rollout("ROLLBACK_REQUESTED")),
            Course.UNDER_WAY,
            "rolling the deployment back",
            id="ROLLBACK_REQUESTED",
        ),
        pytest.param(
            ecs(service(primary=BEFORE), following=rollout("ROLLBACK_IN_PROGRESS"), stopped=stopped("OOM")),
            Course.UNDER_WAY,
            "OOM",
            id="ROLLBACK_IN_PROGRESS",
        ),
        pytest.param(
            ecs(service(primary=BEFORE), following=rollout("ROLLBACK_SUCCESSFUL")),
            Course.REVERTED_BY_ECS,
            "rolled the deployment back",
            id="ROLLBACK_SUCCESSFUL is a failure",
        ),
        pytest.param(
            ecs(service(primary=BEFORE), following=rollout("ROLLBACK_FAILED")),
            Course.REVERT_FAILED,
            "could not roll",
            id="ROLLBACK_FAILED is a failure",
        ),
        pytest.param(
            ecs(service(primary=THEIRS), following=rollout("STOPPED")),
            Course.REPLACED,
            "Somebody else updated",
            id="STOPPED by somebody else's update",
        ),
        pytest.param(
            ecs(service(primary=THEIRS), following=rollout("IN_PROGRESS")),
            Course.REPLACED,
            "Somebody else updated",
            id="somebody else's update",
        ),
        pytest.param(
            ecs(service(primary=THEIRS), following=rollout("SUCCESSFUL")),
            Course.ARRIVED,
            "SUCCESSFUL",
            id="ours had arrived before somebody else's update",
        ),
        pytest.param(
            ecs(service(failed=2), following=rollout("SUCCESSFUL")),
            Course.ARRIVED,
            "new tasks that failed on the way: 2",
            id="arrived, and what it met on its way is told",
        ),
        pytest.param(
            ecs(service(status="DRAINING"), following=rollout("STOPPED")),
            Course.REPLACED,
            "deleted the service",
            id="deleted",
        ),
        pytest.param(
            ecs(service(failed=2), following=rollout("IN_PROGRESS")),
            Course.UNDER_WAY,
            "1 of 2",
            id="failures below our threshold",
        ),
        pytest.param(
            ecs(service(failed=3), following=rollout("IN_PROGRESS"), stopped=stopped("CannotPull")),
            Course.FAILED,
            "CannotPull",
            id="our breaker at its threshold",
        ),
        pytest.param(ecs(None), Course.UNDER_WAY, "0 of 0", id="not described yet"),
    ],
)
def test_the_course(seen, course, says):
    following = follow(FOLLOWED, seen, LIMITS, NOW + timedelta(seconds=10))
    assert following.course is course
    assert says in following.because


@pytest.mark.parametrize(
    ("seconds", "course"),
    [
        pytest.param(299, Course.UNDER_WAY, id="in time"),
        pytest.param(300, Course.FAILED, id="too late"),
    ],
)
def test_the_timeout(seconds, course):
    seen = ecs(service(), following=rollout("IN_PROGRESS"))
    assert follow(closer(FOLLOWED), seen, LIMITS, NOW + timedelta(seconds=seconds)).course is course


def test_before_it_is_given_up_the_stopped_tasks_are_read():
    late = NOW + LIMITS.timeout
    unread = follow(FOLLOWED, ecs(service(), following=rollout("IN_PROGRESS")), LIMITS, late)
    assert (unread.course, unread.unread) == (Course.UNDER_WAY, True)

    seen = ecs(service(), following=rollout("IN_PROGRESS"), stopped=stopped("Task failed ELB health checks"))
    assert follow(FOLLOWED, seen, LIMITS, late).course is Course.FAILED


@pytest.mark.parametrize(
    ("seconds", "course"),
    [
        pytest.param(400, Course.UNDER_WAY, id="ECS gets as long again for its way back"),
        pytest.param(600, Course.FAILED, id="but not for ever"),
    ],
)
def test_ecs_on_its_way_back_is_bounded(seconds, course):
    seen = ecs(service(primary=BEFORE, failed=9), following=rollout("ROLLBACK_IN_PROGRESS"))
    assert follow(FOLLOWED, seen, LIMITS, NOW + timedelta(seconds=seconds)).course is course


def test_what_has_arrived_is_never_too_late():
    seen = ecs(service(), following=rollout("SUCCESSFUL"))
    assert follow(FOLLOWED, seen, LIMITS, NOW + timedelta(hours=9)).course is Course.ARRIVED


def test_without_our_breaker_failed_tasks_alone_fail_nothing():
    seen = ecs(service(failed=99), following=rollout("IN_PROGRESS"))
    assert follow(FOLLOWED, seen, replace(LIMITS, failures_allowed=None), NOW).course is Course.UNDER_WAY


@pytest.mark.parametrize(
    ("live", "seconds", "course"),
    [
        pytest.param(service(running=2), 0, Course.ARRIVED, id="as many run as are wanted"),
        pytest.param(service(running=2, pending=1), 0, Course.UNDER_WAY, id="one still starts"),
        pytest.param(service(running=1), 0, Course.UNDER_WAY, id="too few"),
        pytest.param(service(running=1), 300, Course.FAILED, id="too few for too long"),
        pytest.param(service(running=0, desired=0), 0, Course.ARRIVED, id="scaled to 0"),
    ],
)
def test_an_update_that_starts_no_service_deployment_is_read_back(live, seconds, course):
    assert follow(closer(FIELDS_ONLY), ecs(live), LIMITS, NOW + timedelta(seconds=seconds)).course is course


@pytest.mark.parametrize(
    ("progress", "seen", "adopted"),
    [
        pytest.param(UNSEEN, ecs(service()), False, id="none is shown yet"),
        pytest.param(
            UNSEEN,
            ecs(service(), following=rollout("SUCCESSFUL", PREVIOUS_ROLLOUT)),
            False,
            id="the earlier one",
        ),
        pytest.param(UNSEEN, ecs(service(), following=rollout("PENDING")), True, id="a newer one"),
        pytest.param(
            UNSEEN,
            ecs(service(primary=THEIRS), following=rollout("PENDING")),
            False,
            id="a newer one of somebody else",
        ),
        pytest.param(
            UNSEEN,
            ecs(service(primary=BEFORE), following=rollout("ROLLBACK_IN_PROGRESS")),
            True,
            id="ours, which ECS takes back already",
        ),
    ],
)
def test_which_service_deployment_is_ours(progress, seen, adopted):
    assert (SERVICE_DEPLOYMENT in with_service_deployment(progress, seen).values) is adopted


def test_a_known_service_deployment_stays_the_one_that_is_followed():
    seen = ecs(service(), following=rollout("PENDING", "another"))
    assert with_service_deployment(FOLLOWED, seen) is FOLLOWED


@pytest.mark.parametrize(
    ("settings", "desired", "seconds"),
    [
        pytest.param({}, 2, 300, id="default"),
        pytest.param({"timeout": 60}, 2, 60, id="timeout"),
        pytest.param({"timeout": 60, "timeoutPerTask": 20}, 2, 60, id="few tasks"),
        pytest.param({"timeout": 60, "timeoutPerTask": 20}, 10, 200, id="timeoutPerTask for many tasks"),
    ],
)
def test_the_effective_timeout(settings, desired, seconds):
    limits = limits_of(EcsDepdef.model_validate({"stabilityCheck": settings}), desired)
    assert limits.timeout == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("breaker", "desired", "allowed", "rollback"),
    [
        pytest.param(None, 2, None, True, id="absent: off, and failures are undone"),
        pytest.param({}, 2, 5, True, id="present: on"),
        pytest.param(
            {"failureThreshold": 9, "failureThresholdPercent": 50}, 4, 2, True, id="percent is less"
        ),
        pytest.param({"failureThreshold": 1, "failureThresholdPercent": 50}, 9, 1, True, id="count is less"),
        pytest.param({"failureThresholdPercent": 50}, 0, 1, True, id="never below one"),
        pytest.param({"rollback": False}, 2, 5, False, id="rollback off"),
    ],
)
def test_the_effective_breaker(breaker, desired, allowed, rollback):
    settings = {} if breaker is None else {"gmDeploymentCircuitBreaker": breaker}
    limits = limits_of(EcsDepdef.model_validate(settings), desired)
    assert (limits.failures_allowed, limits.rollback) == (allowed, rollback)
