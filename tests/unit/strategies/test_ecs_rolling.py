"""What is done next to an ECS service: forward, and away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.planning.errors import PlanningError
from gitmoxi.strategies.ecs_deleting import DELETE, decide_deletion
from gitmoxi.strategies.ecs_forward import decide_rolling
from gitmoxi.strategies.ecs_progress import (
    ECS_DEPLOYMENT,
    READ_BACK,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from gitmoxi.strategies.ecs_rolling import (
    CREATE,
    REGISTER,
    TAG,
    TASK_DEFINITION,
    UNTAG,
    UPDATE,
)
from gitmoxi.strategies.failing import CHANGED
from tests.unit.strategies.stories import (
    ECS,
    LIMITS,
    NEW_ARN,
    NOW,
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
    stopped,
)

LATER = NOW + timedelta(minutes=20)
FOLLOWING = {
    ECS_DEPLOYMENT: OURS,
    SERVICE_DEPLOYMENT: OUR_ROLLOUT,
    TASK_DEFINITION: NEW_ARN,
    CHANGED: "yes",
    READ_BACK: "yes",
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
                ecs(service(rollout="COMPLETED"), plan=UNCHANGED),
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

    def test_a_failure_is_noticed_once_while_the_deployment_goes_on(self):
        head = deployment("follow", FOLLOWING)
        seen = ecs(service(failed=1), following=rollout("IN_PROGRESS"), stopped=stopped("The moon."))
        noticed = decide_rolling(head, record(), seen, LIMITS, NOW)
        assert (noticed.to, noticed.quiet, noticed.step) == (State.RUNNING, False, "notice a failure")
        assert (
            noticed.because
            == "ECS is deploying: 1 of 2 new tasks run, and 1 failed so far; meanwhile: The moon."
        )
        assert [one.evidence for one in noticed.explanations] == [("The moon.",)]
        assert noticed.look_again == LIMITS.poll_interval

        after = decide_rolling(replace(head, progress=noticed.progress), record(), seen, LIMITS, NOW)
        assert (after.quiet, after.explanations) == (True, ())

    def test_a_deployment_that_is_late_first_reads_its_stopped_tasks(self):
        head, seen = deployment("follow", FOLLOWING), ecs(service(), following=rollout("IN_PROGRESS"))
        reading = decide_rolling(head, record(), seen, LIMITS, LATER)
        assert (reading.to, reading.step) == (State.RUNNING, "read the stopped tasks")
        assert reading.look_again == timedelta(0)

        told = replace(seen, stopped=stopped("The moon."))
        failed = decide_rolling(replace(head, progress=reading.progress), record(), told, LIMITS, LATER)
        assert failed.to is State.ROLLING_BACK
        assert [one.evidence for one in failed.explanations] == [("The moon.",)]
        assert (failed.cause or "").endswith("1 of 2 new tasks run, and 1 failed so far; The moon.")

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


def test_the_target_is_named_where_people_read_it():
    decision = decide_deletion(deployment(), record(), ecs(None), NOW)
    assert str(ECS) in decision.because
