"""How an ECS service is brought back to its last good revision, or away after a failed first create."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State
from gitmoxi.errors import InvariantError
from gitmoxi.strategies.ecs_deleting import DELETE
from gitmoxi.strategies.ecs_progress import ECS_DEPLOYMENT, SERVICE_DEPLOYMENT
from gitmoxi.strategies.ecs_rollback import decide_ecs_rollback
from gitmoxi.strategies.ecs_rolling import (
    REGISTER,
    TAG,
    TASK_DEFINITION,
    UPDATE,
)
from gitmoxi.strategies.ecs_undoing import SCALE_TO_ZERO
from gitmoxi.strategies.failing import CHANGED
from tests.unit.strategies.stories import (
    BEFORE,
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
            pytest.param(
                back(), ecs(None), (State.ROLLBACK_FAILED, "start", ()), id="somebody deleted the service"
            ),
            pytest.param(
                back("register", intents=(called(REGISTER, {TASK_DEFINITION: NEW_ARN}),)),
                ecs(None),
                (State.ROLLBACK_FAILED, "register", ()),
                id="somebody deleted it meanwhile",
            ),
            pytest.param(
                back(since=None),
                ecs(None, desired=None, created=True),
                (State.ROLLING_BACK, "start", ()),
                id="what was just made may not be described yet",
            ),
            pytest.param(
                back(since=NOW - timedelta(minutes=2)),
                ecs(None, desired=None, created=True),
                (State.ROLLED_BACK, "start", ()),
                id="what was made is gone",
            ),
            pytest.param(
                back(),
                ecs(service(status="INACTIVE"), desired=None, created=True),
                (State.ROLLED_BACK, "start", ()),
                id="what was made is deleted",
            ),
            pytest.param(
                back(),
                ecs(service(status="DRAINING"), desired=None, created=True),
                (State.ROLLING_BACK, "remove", ()),
                id="what was made is being deleted already",
            ),
            pytest.param(
                back("start", {ECS_DEPLOYMENT: OURS}),
                ecs(service(primary=THEIRS), plan=UPDATING, known_task_definition=revision()),
                (State.ROLLBACK_FAILED, "start", ()),
                id="somebody else updated the service since",
            ),
            pytest.param(
                back("start", {ECS_DEPLOYMENT: OURS}),
                ecs(
                    service(primary=BEFORE),
                    plan=UPDATING,
                    known_task_definition=revision(),
                    following=rollout("ROLLBACK_IN_PROGRESS"),
                ),
                (State.ROLLING_BACK, "apply", (UPDATE,)),
                id="ECS's own way back is nobody else's",
            ),
            pytest.param(
                back(
                    "apply",
                    intents=(called(UPDATE, error=REFUSED, arguments={TASK_DEFINITION: OLD_ARN}),),
                ),
                ecs(service(), plan=UPDATING, known_task_definition=revision(status="INACTIVE")),
                (State.ROLLING_BACK, "register", (REGISTER,)),
                id="it became INACTIVE at the last moment",
            ),
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

    def test_a_daemon_cannot_be_kept_without_tasks(self):
        limits = replace(LIMITS, delete_failed_create=False)
        live = service()
        daemon = replace(live, document={**live.document, "schedulingStrategy": "DAEMON"})
        decision = decide_ecs_rollback(back(), record(), ecs(daemon, desired=None, created=True), limits, NOW)
        assert decision.to is State.ROLLBACK_FAILED
        assert "DAEMON" in decision.because

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


class TestRequested:
    """A person asked for a recorded revision."""

    def asked(self, phase="start", values=None):
        members = {"verb": Verb.ROLLBACK, "restores": "d-0", "ending": State.SUCCEEDED}
        return deployment(phase, values, state=State.ROLLING_BACK, **members)

    @pytest.mark.parametrize(
        ("phase", "values", "seen", "expected", "good"),
        [
            pytest.param(
                "start",
                {},
                ecs(AT_HOME, plan=UNCHANGED, known_task_definition=revision()),
                State.NO_CHANGE,
                OLD_ARN,
                id="it runs already",
            ),
            pytest.param(
                "follow",
                FOLLOWING,
                ecs(service(), following=rollout("SUCCESSFUL")),
                State.SUCCEEDED,
                NEW_ARN,
                id="it runs again",
            ),
        ],
    )
    def test_its_ends_make_the_revision_the_last_good_one(self, phase, values, seen, expected, good):
        decision = decide_ecs_rollback(self.asked(phase, values), record(), seen, LIMITS, NOW)
        assert (decision.to, decision.last_good) == (expected, {TASK_DEFINITION: good})
        assert "the revision of deployment d-0" in decision.because

    def test_what_cannot_run_says_what_stands_and_how_to_ask_again(self):
        seen = ecs(service(failed=3, running=0), following=rollout("IN_PROGRESS"))
        decision = decide_ecs_rollback(self.asked("follow", FOLLOWING), record(), seen, LIMITS, NOW)
        assert decision.to is State.ROLLBACK_FAILED
        assert decision.because.endswith(
            f"Mend that, then ask again: gmctl rollback {ECS.id} --to d-0. Now 0 of 2 tasks of web:2 run."
        )
