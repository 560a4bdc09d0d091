"""What a running deployment does when somebody asks something of it, and how every strategy fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.deployments import Command, CommandKind, Progress, Verb
from gitmoxi.domain.states import State, check_transition
from gitmoxi.strategies.commands import obey
from gitmoxi.strategies.failing import CHANGED, changed, fail, fail_as_told, inheriting, unchanged
from tests.unit.strategies.stories import ECS, LAMBDA, NOW, called, deployment

TOUCHED = {CHANGED: "yes"}


def command(kind, number=1):
    return Command(id=f"{number:026d}", deployment_id="d-1", kind=kind, by="ann", at=NOW)


@pytest.mark.parametrize(
    ("kind", "state", "values", "target", "to", "ending"),
    [
        pytest.param("abort", "WAITING", {}, ECS, "CANCELLED", None, id="abort in the line"),
        pytest.param("abort", "RUNNING", {}, ECS, "CANCELLED", None, id="abort before anything was changed"),
        pytest.param(
            "abort", "RUNNING", TOUCHED, ECS, "ROLLING_BACK", "CANCELLED", id="abort after a change"
        ),
        pytest.param("abort", "PAUSED", {}, ECS, "CANCELLED", None, id="abort a pause"),
        pytest.param(
            "abort", "PAUSED", TOUCHED, ECS, "ROLLING_BACK", "CANCELLED", id="abort a pause after a change"
        ),
        pytest.param(
            "abort", "ROLLING_BACK", TOUCHED, ECS, "ROLLING_BACK", None, id="a rollback cannot be aborted"
        ),
        pytest.param("pause", "RUNNING", {}, ECS, "PAUSED", None, id="pause"),
        pytest.param("pause", "PAUSED", {}, ECS, "PAUSED", None, id="pause twice"),
        pytest.param("pause", "WAITING", {}, ECS, "WAITING", None, id="pause in the line means nothing"),
        pytest.param("resume", "PAUSED", {}, ECS, "RUNNING", None, id="resume"),
        pytest.param("resume", "RUNNING", {}, ECS, "RUNNING", None, id="resume what runs"),
        pytest.param(
            "promote", "RUNNING", {}, ECS, "RUNNING", None, id="promote means nothing to plain rolling"
        ),
        pytest.param(
            "supersede", "RUNNING", TOUCHED, ECS, "SUPERSEDED", None, id="ECS replaces it in flight"
        ),
        pytest.param("supersede", "WAITING", {}, ECS, "SUPERSEDED", None, id="supersede in the line"),
        pytest.param(
            "supersede",
            "RUNNING",
            TOUCHED,
            LAMBDA,
            "ROLLING_BACK",
            "SUPERSEDED",
            id="a function is undone first",
        ),
        pytest.param(
            "supersede", "RUNNING", {}, LAMBDA, "SUPERSEDED", None, id="a function before any change"
        ),
        pytest.param(
            "supersede", "PAUSED", TOUCHED, ECS, "ROLLING_BACK", "SUPERSEDED", id="supersede a pause"
        ),
    ],
)
def test_a_command(kind, state, values, target, to, ending):
    head = deployment("follow", values, state=State(state), target=target)
    decision = obey(head, [command(CommandKind(kind))], followed=True)
    assert decision is not None
    assert decision.to is State(to)
    assert decision.ending == (None if ending is None else State(ending))
    assert decision.command_cursor == f"{1:026d}"
    assert "ann" in decision.because
    if decision.to is not head.state:
        check_transition(head.state, decision.to, head.owner)


def test_the_oldest_command_comes_first_and_the_others_later():
    commands = [command(CommandKind.PAUSE, 1), command(CommandKind.ABORT, 2)]
    decision = obey(deployment(), commands, followed=False)
    assert decision is not None
    assert (decision.to, decision.command_cursor) == (State.PAUSED, f"{1:026d}")


def test_nothing_gives_way_to_a_deployment_that_has_left_the_line():
    decision = obey(deployment("follow", TOUCHED), [command(CommandKind.SUPERSEDE)], followed=False)
    assert decision is not None
    assert (decision.to, decision.command_cursor) == (State.RUNNING, f"{1:026d}")
    assert decision.because == "This goes on: the deployment of ann has left the line."


@pytest.mark.parametrize("state", [State.RUNNING, State.PAUSED])
@pytest.mark.parametrize("kind", [CommandKind.ABORT, CommandKind.SUPERSEDE])
def test_nobody_takes_a_deletion_back_that_aws_was_asked_for(kind, state):
    head = deployment("drain", TOUCHED, state=state, verb=Verb.DELETE)
    decision = obey(head, [command(kind)], followed=True)
    assert decision is not None
    assert decision.to is state
    assert "AWS deletes ECS service web" in decision.because
    assert f"gmctl undelete {head.target.id}" in decision.because


def test_a_deletion_that_aws_was_not_asked_for_yet_is_called_off():
    decision = obey(deployment(verb=Verb.DELETE), [command(CommandKind.ABORT)], followed=False)
    assert decision is not None
    assert decision.to is State.CANCELLED


def test_a_deletion_that_fails_is_not_rolled_back():
    assert fail(deployment("drain", TOUCHED, verb=Verb.DELETE), "It drains for ever.").to is State.FAILED


def test_without_a_command_the_strategy_decides():
    assert obey(deployment(), [], followed=True) is None


def test_a_pause_waits_quietly():
    decision = obey(deployment(state=State.PAUSED), [], followed=True)
    assert decision is not None
    assert (decision.to, decision.quiet) == (State.PAUSED, True)


@pytest.mark.parametrize(
    ("head", "options", "to", "ending"),
    [
        pytest.param(deployment(), {}, State.FAILED, None, id="nothing was changed"),
        pytest.param(deployment("x", TOUCHED), {}, State.ROLLING_BACK, State.ROLLED_BACK, id="undone"),
        pytest.param(
            deployment("x", TOUCHED), {"rollback": False}, State.FAILED, None, id="not to be undone"
        ),
        pytest.param(
            deployment(state=State.ROLLING_BACK),
            {},
            State.ROLLBACK_FAILED,
            None,
            id="the way back itself failed",
        ),
        pytest.param(
            deployment(),
            {"ending": State.CANCELLED},
            State.CANCELLED,
            None,
            id="asked for, nothing was changed",
        ),
        pytest.param(
            deployment("x", TOUCHED),
            {"ending": State.CANCELLED},
            State.ROLLING_BACK,
            State.CANCELLED,
            id="asked for, undone",
        ),
    ],
)
def test_failing(head, options, to, ending):
    decision = fail(head, "It broke.", **options)
    assert (decision.to, decision.ending) == (to, ending)
    assert "It broke." in decision.because
    check_transition(head.state, decision.to, head.owner)


INHERITED = inheriting(changed(Progress()))


@pytest.mark.parametrize(
    ("progress", "to"),
    [
        pytest.param(inheriting(Progress()), State.ROLLING_BACK, id="before any change of its own"),
        pytest.param(
            unchanged(deployment("apply", INHERITED.values)).progress,
            State.ROLLING_BACK,
            id="its own change was refused",
        ),
    ],
)
def test_what_a_superseded_deployment_left_is_undone_by_the_next_one(progress, to):
    assert fail(replace(deployment(), progress=progress), "It broke.").to is to


def test_a_hand_over_starts_the_rollback_with_what_the_deployment_learnt():
    decision = fail(deployment("follow", {**TOUCHED, "version": "2"}), "It broke.")
    assert (decision.progress.phase, decision.progress.since) == ("start", None)
    assert decision.progress.values["version"] == "2"
    assert decision.cause == "It broke."


def test_a_hand_over_takes_answers_along_that_no_decision_has_looked_at():
    """A person aborted between PublishVersion and the look at its answer."""
    head = deployment("published", TOUCHED, intents=(called("lambda:PublishVersion", {"version": "2"}),))
    decision = fail(head, "Aborted by ann.", ending=State.CANCELLED)
    assert decision.progress.values == {**TOUCHED, "version": "2"}


def test_what_a_person_does_after_a_rollback_that_failed_depends_on_what_it_was():
    advice = {
        verb: fail(deployment(state=State.ROLLING_BACK, verb=verb), "It broke.").because
        for verb in (Verb.CREATE, Verb.UPDATE)
    }
    asked = fail(deployment(state=State.ROLLING_BACK, verb=Verb.ROLLBACK, restores="d-0"), "It broke.")
    assert "gmctl commit deploy -f" in advice[Verb.CREATE]
    assert advice[Verb.UPDATE].endswith(f"gmctl rollback {ECS.id}.")
    assert asked.because.endswith(f"gmctl rollback {ECS.id} --to d-0.")


def test_a_rollback_keeps_the_cause_of_the_failure_that_it_undoes():
    assert fail(deployment(state=State.ROLLING_BACK), "No way back.").cause is None


def test_marks_of_change():
    head = deployment("x", {"version": "2"})
    assert CHANGED in changed(head.progress).values
    touched = deployment("x", {**TOUCHED, "version": "2"})
    assert unchanged(touched).progress.values == {"version": "2"}


def test_a_switch_that_saved_nothing_is_not_mentioned():
    decision = fail_as_told(deployment(), "It broke.", rollback=False, explanations=())
    assert decision.because == "It broke."
