"""What is done next to an ECS service: forward, away, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.planning.errors import PlanningError
from gitmoxi.strategies.ecs_deleting import DELETE, decide_deletion
from gitmoxi.strategies.ecs_following import ECS_DEPLOYMENT, SERVICE_DEPLOYMENT, STARTS_DEPLOYMENT
from gitmoxi.strategies.ecs_rollback import SCALE_TO_ZERO, decide_ecs_rollback
from gitmoxi.strategies.ecs_rolling import (
    CREATE,
    REGISTER,
    TAG,
    TASK_DEFINITION,
    UNTAG,
    UPDATE,
    decide_rolling,
)
from gitmoxi.strategies.failing import CHANGED
from tests.unit.strategies.stories import (
    DESIRED,
    ECS,
    LIMITS,
    NEW_ARN,
    NOW,
    OLD_ARN,
    OUR_ROLLOUT,
    OURS,
    REFUSED,
    THEIRS,
    called,
    deployment,
    ecs,
    ecs_plan,
    record,
    revision,
    rollout,
    service,
)

LATER = NOW + timedelta(minutes=20)
FOLLOWING = {
    ECS_DEPLOYMENT: OURS,
    SERVICE_DEPLOYMENT: OUR_ROLLOUT,
    TASK_DEFINITION: NEW_ARN,
    CHANGED: "yes",
}
CREATION = ecs_plan(Verb.CREATE, register=True, create_request={}, starts_deployment=True)
UPDATING = ecs_plan(register=True, update_request={}, starts_deployment=True)
TAGGING = ecs_plan(tags_to_set={"team": "shop"}, tags_to_remove=("stage",))
UNCHANGED = ecs_plan(Verb.NOTHING)


def summary(decision):
    """State, phase and calls: what a decision comes to."""
    return decision.to, decision.progress.phase, tuple(action.call for action in decision.actions)


class TestRolling:
    @pytest.mark.parametrize(
        ("head", "seen", "expected"),
        [
            pytest.param(
                deployment(),
                ecs(None, plan=CREATION),
                (State.RUNNING, "register", (REGISTER,)),
                id="register",
            ),
            pytest.param(
                deployment(),
                ecs(service(), plan=UPDATING, known_task_definition=revision()),
                (State.RUNNING, "apply", (UPDATE,)),
                id="a known revision is used again",
            ),
            pytest.param(
                deployment(),
                ecs(service(), plan=UPDATING, known_task_definition=revision(status="INACTIVE")),
                (State.RUNNING, "register", (REGISTER,)),
                id="an INACTIVE one is not",
            ),
            pytest.param(
                deployment(),
                ecs(service(), plan=UNCHANGED),
                (State.NO_CHANGE, "start", ()),
                id="nothing to do",
            ),
            pytest.param(
                deployment(),
                ecs(service(), refused=PlanningError("it cannot be")),
                (State.FAILED, "start", ()),
                id="no plan can be made",
            ),
            pytest.param(
                deployment("register", intents=(called(REGISTER, {TASK_DEFINITION: NEW_ARN}),)),
                ecs(None, plan=CREATION),
                (State.RUNNING, "apply", (CREATE,)),
                id="create",
            ),
            pytest.param(
                deployment("register", intents=(called(REGISTER, {TASK_DEFINITION: NEW_ARN}),)),
                ecs(service(), plan=UPDATING),
                (State.RUNNING, "apply", (UPDATE,)),
                id="update",
            ),
            pytest.param(
                deployment("register", intents=(called(REGISTER, error=REFUSED),)),
                ecs(service(), plan=UPDATING),
                (State.FAILED, "register", ()),
                id="registering is refused: nothing was changed",
            ),
            pytest.param(
                deployment("apply", {CHANGED: "yes"}, intents=(called(UPDATE, error=REFUSED),)),
                ecs(service(), plan=UPDATING),
                (State.FAILED, "apply", ()),
                id="the update is refused: nothing was changed",
            ),
            pytest.param(
                deployment("untag", {CHANGED: "yes"}, intents=(called(TAG, error=REFUSED),)),
                ecs(service(), plan=TAGGING),
                (State.ROLLING_BACK, "start", ()),
                id="tagging is refused after an update",
            ),
            pytest.param(
                deployment("apply", {CHANGED: "yes"}, intents=(called(UPDATE),)),
                ecs(service(), plan=TAGGING),
                (State.RUNNING, "untag", (TAG,)),
                id="tags are set",
            ),
            pytest.param(
                deployment("untag", {CHANGED: "yes"}, intents=(called(TAG),)),
                ecs(service(), plan=TAGGING),
                (State.RUNNING, "untag", (UNTAG,)),
                id="then others removed",
            ),
            pytest.param(
                deployment("untag", {CHANGED: "yes"}, intents=(called(UNTAG),)),
                ecs(service(), plan=TAGGING),
                (State.RUNNING, "follow", ()),
                id="then it is followed",
            ),
            pytest.param(
                deployment("follow", FOLLOWING),
                ecs(service(), following=rollout("IN_PROGRESS")),
                (State.RUNNING, "follow", ()),
                id="under way",
            ),
            pytest.param(
                deployment("follow", FOLLOWING),
                ecs(service(), following=rollout("SUCCESSFUL")),
                (State.SUCCEEDED, "follow", ()),
                id="arrived",
            ),
            pytest.param(
                deployment("follow", FOLLOWING),
                ecs(service(), following=rollout("STOPPED")),
                (State.ROLLING_BACK, "start", ()),
                id="failed",
            ),
            pytest.param(
                deployment("follow", FOLLOWING),
                ecs(service(), following=rollout("ROLLBACK_SUCCESSFUL")),
                (State.ROLLED_BACK, "follow", ()),
                id="ECS rolled back",
            ),
            pytest.param(
                deployment("follow", FOLLOWING),
                ecs(service(), following=rollout("ROLLBACK_FAILED")),
                (State.ROLLBACK_FAILED, "follow", ()),
                id="ECS could not roll back",
            ),
            pytest.param(
                deployment("follow", FOLLOWING),
                ecs(service(primary=THEIRS), following=rollout("STOPPED")),
                (State.FAILED, "follow", ()),
                id="replaced by somebody else: left alone",
            ),
        ],
    )
    def test_the_next_step(self, head, seen, expected):
        decision = decide_rolling(head, record(), seen, LIMITS, NOW)
        assert summary(decision) == expected
        assert decision.because

    def test_only_tags_change_nothing_that_is_followed(self):
        decision = decide_rolling(deployment(), record(), ecs(service(), plan=TAGGING), LIMITS, NOW)
        assert summary(decision) == (State.RUNNING, "untag", (TAG,))
        assert decision.progress.values[STARTS_DEPLOYMENT] == "no"
        assert CHANGED in decision.progress.values

    def test_a_success_remembers_what_to_go_back_to(self):
        seen = ecs(service(), following=rollout("SUCCESSFUL"))
        decision = decide_rolling(deployment("follow", FOLLOWING), record(), seen, LIMITS, NOW)
        assert decision.last_good == {TASK_DEFINITION: NEW_ARN}

    def test_with_rollback_off_a_failure_stays_and_says_so(self):
        seen = ecs(service(), following=rollout("STOPPED"))
        limits = replace(LIMITS, rollback=False)
        decision = decide_rolling(deployment("follow", FOLLOWING), record(), seen, limits, NOW)
        assert decision.to is State.FAILED
        assert "rollback is switched off" in decision.because

    def test_a_wait_that_learns_nothing_leaves_no_step(self):
        seen = ecs(service(), following=rollout("IN_PROGRESS"))
        decision = decide_rolling(deployment("follow", FOLLOWING), record(), seen, LIMITS, NOW)
        assert (decision.quiet, decision.look_again) == (True, LIMITS.poll_interval)

    @pytest.mark.parametrize(
        "head",
        [
            pytest.param(deployment("elsewhere"), id="unknown phase"),
            pytest.param(deployment("apply"), id="no answer"),
            pytest.param(deployment("start"), id="no plan"),
        ],
    )
    def test_what_cannot_be_is_a_bug(self, head):
        with pytest.raises(InvariantError):
            decide_rolling(head, record(), ecs(service()), LIMITS, NOW)


class TestDeleting:
    @pytest.mark.parametrize(
        ("head", "seen", "now", "expected"),
        [
            pytest.param(deployment(), ecs(service()), NOW, (State.RUNNING, "drain", (DELETE,)), id="ours"),
            pytest.param(
                deployment(), ecs(service(), owned=False), NOW, (State.FAILED, "start", ()), id="not ours"
            ),
            pytest.param(deployment(), ecs(None), NOW, (State.SUCCEEDED, "start", ()), id="never there"),
            pytest.param(
                deployment(),
                ecs(service(status="DRAINING")),
                NOW,
                (State.RUNNING, "drain", ()),
                id="somebody deletes it already",
            ),
            pytest.param(
                deployment("drain", intents=(called(DELETE),)),
                ecs(service(status="DRAINING")),
                NOW,
                (State.RUNNING, "drain", ()),
                id="draining",
            ),
            pytest.param(
                deployment("drain"),
                ecs(service(status="INACTIVE")),
                NOW,
                (State.SUCCEEDED, "drain", ()),
                id="gone",
            ),
            pytest.param(
                deployment("drain", intents=(called(DELETE, error=REFUSED),)),
                ecs(service(status="INACTIVE")),
                NOW,
                (State.SUCCEEDED, "drain", ()),
                id="refused because it is gone",
            ),
            pytest.param(
                deployment("drain", {CHANGED: "yes"}, intents=(called(DELETE, error=REFUSED),)),
                ecs(service()),
                NOW,
                (State.FAILED, "drain", ()),
                id="refused",
            ),
            pytest.param(
                deployment("drain", {CHANGED: "yes"}),
                ecs(service(status="DRAINING")),
                LATER,
                (State.FAILED, "drain", ()),
                id="draining for ever",
            ),
        ],
    )
    def test_the_next_step(self, head, seen, now, expected):
        assert summary(decide_deletion(head, record(), seen, now)) == expected


def back(phase="start", values=None, **members):
    return deployment(phase, values, state=State.ROLLING_BACK, cause="It failed.", **members)


GOOD = {TASK_DEFINITION: OLD_ARN}
AT_HOME = service(arn=OLD_ARN, rollout="COMPLETED", primary="ecs-svc/1")


class TestRollback:
    @pytest.mark.parametrize(
        ("head", "seen", "expected"),
        [
            pytest.param(
                back(),
                ecs(service(), plan=UPDATING, known_task_definition=revision()),
                (State.ROLLING_BACK, "apply", (UPDATE,)),
                id="the last good revision is ACTIVE",
            ),
            pytest.param(
                back(),
                ecs(service(), plan=UPDATING, known_task_definition=revision(status="INACTIVE")),
                (State.ROLLING_BACK, "register", (REGISTER,)),
                id="it is INACTIVE: registered again",
            ),
            pytest.param(
                back(),
                ecs(service(), plan=UPDATING),
                (State.ROLLING_BACK, "register", (REGISTER,)),
                id="it is gone: registered again",
            ),
            pytest.param(
                back(),
                ecs(service(), plan=UPDATING, desired=replace(DESIRED, task_definition=None)),
                (State.ROLLBACK_FAILED, "start", ()),
                id="it is gone, and nobody has a copy",
            ),
            pytest.param(
                back("register", intents=(called(REGISTER, {TASK_DEFINITION: NEW_ARN}),)),
                ecs(service(), plan=UPDATING),
                (State.ROLLING_BACK, "apply", (UPDATE,)),
                id="registered",
            ),
            pytest.param(
                back("apply", intents=(called(UPDATE, {ECS_DEPLOYMENT: OURS}),)),
                ecs(service(), plan=UNCHANGED),
                (State.ROLLING_BACK, "follow", ()),
                id="updated",
            ),
            pytest.param(
                back("apply", intents=(called(UPDATE, {ECS_DEPLOYMENT: OURS}),)),
                ecs(service(), plan=TAGGING),
                (State.ROLLING_BACK, "untag", (TAG,)),
                id="the tags are brought back too",
            ),
            pytest.param(
                back("follow", FOLLOWING),
                ecs(service(), following=rollout("SUCCESSFUL")),
                (State.ROLLED_BACK, "follow", ()),
                id="back",
            ),
            pytest.param(
                back("follow", FOLLOWING),
                ecs(service(failed=3), following=rollout("IN_PROGRESS")),
                (State.ROLLBACK_FAILED, "follow", ()),
                id="what it goes back to is unhealthy too",
            ),
            pytest.param(
                back("follow", FOLLOWING),
                ecs(service(), following=rollout("ROLLBACK_SUCCESSFUL")),
                (State.ROLLBACK_FAILED, "follow", ()),
                id="ECS takes the way back back",
            ),
            pytest.param(
                back("apply", intents=(called(UPDATE, error=REFUSED),)),
                ecs(service(), plan=UPDATING),
                (State.ROLLBACK_FAILED, "apply", ()),
                id="refused",
            ),
            pytest.param(
                back(),
                ecs(AT_HOME, plan=UNCHANGED, known_task_definition=revision()),
                (State.ROLLED_BACK, "start", ()),
                id="it never left its good revision",
            ),
            pytest.param(
                back(),
                ecs(AT_HOME, plan=TAGGING, known_task_definition=revision()),
                (State.ROLLING_BACK, "untag", (TAG,)),
                id="only its tags left",
            ),
            pytest.param(back(), ecs(None), (State.ROLLED_BACK, "start", ()), id="the service is gone"),
            pytest.param(
                back(),
                ecs(service(), desired=None, created=True),
                (State.ROLLING_BACK, "remove", (DELETE,)),
                id="a first create is removed",
            ),
            pytest.param(
                back(),
                ecs(service(), desired=None, created=True, owned=False),
                (State.ROLLBACK_FAILED, "start", ()),
                id="what is not ours is left alone",
            ),
            pytest.param(
                back("remove", intents=(called(DELETE),)),
                ecs(service(status="DRAINING"), desired=None),
                (State.ROLLING_BACK, "remove", ()),
                id="draining",
            ),
            pytest.param(
                back("remove"), ecs(None, desired=None), (State.ROLLED_BACK, "remove", ()), id="removed"
            ),
            pytest.param(
                back("remove", intents=(called(DELETE, error=REFUSED),)),
                ecs(service(status="INACTIVE"), desired=None),
                (State.ROLLED_BACK, "remove", ()),
                id="refused because it is gone",
            ),
            pytest.param(
                back("remove"),
                ecs(service(desired=0, running=0), desired=None),
                (State.ROLLED_BACK, "remove", ()),
                id="scaled to 0",
            ),
            pytest.param(
                back("remove"),
                ecs(service(desired=2, running=0), desired=None),
                (State.ROLLING_BACK, "remove", ()),
                id="a stale look at what was deleted is no end",
            ),
        ],
    )
    def test_the_next_step(self, head, seen, expected):
        assert summary(decide_ecs_rollback(head, record(good=GOOD), seen, LIMITS, NOW)) == expected

    def test_a_failed_first_create_may_be_kept_for_a_look(self):
        limits = replace(LIMITS, delete_failed_create=False)
        seen = ecs(service(), desired=None, created=True)
        decision = decide_ecs_rollback(back(), record(), seen, limits, NOW)
        assert summary(decision) == (State.ROLLING_BACK, "remove", (SCALE_TO_ZERO,))

    def test_a_removal_is_bounded(self):
        seen = ecs(service(status="DRAINING"), desired=None)
        decision = decide_ecs_rollback(back("remove"), record(), seen, LIMITS, LATER)
        assert decision.to is State.ROLLBACK_FAILED

    @pytest.mark.parametrize("ending", [State.CANCELLED, State.SUPERSEDED, State.ROLLED_BACK])
    def test_the_end_is_the_one_that_was_asked_for(self, ending):
        seen = ecs(service(), following=rollout("SUCCESSFUL"))
        head = back("follow", FOLLOWING, ending=ending)
        assert decide_ecs_rollback(head, record(good=GOOD), seen, LIMITS, NOW).to is ending

    def test_an_unknown_phase_is_a_bug(self):
        with pytest.raises(InvariantError):
            decide_ecs_rollback(back("elsewhere"), record(), ecs(service()), LIMITS, NOW)


def test_the_target_is_named_where_people_read_it():
    decision = decide_deletion(deployment(), record(), ecs(None), NOW)
    assert str(ECS) in decision.because
