"""Which facts channels are told, and what they read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.commit_reports import CommitReport, CommitState
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.notices import NoticeKind, commit_notice, deployment_notice
from gitmoxi.domain.records import Commit, CommitStatus
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import EcsTarget
from tests.unit.domain.test_commit_reports import START, a_deployment

COMMIT = Commit(
    repository_id="r-1",
    repository_url="https://git.example.com/team/shop",
    branch="main",
    seq=4,
    sha="a" * 40,
    status=CommitStatus.INGESTED,
    because="Ingested.",
    received_at=START,
    message="Faster carts",
)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        pytest.param(State.HELD, NoticeKind.HELD, id="an approval is asked for"),
        pytest.param(State.FAILED, NoticeKind.FAILED, id="failed"),
        pytest.param(State.ROLLED_BACK, NoticeKind.ROLLED_BACK, id="rolled back"),
        pytest.param(State.ROLLBACK_FAILED, NoticeKind.ROLLBACK_FAILED, id="rollback failed"),
        *(
            pytest.param(state, None, id=f"{state} is told by nobody, or with its commit")
            for state in State
            if state not in {State.HELD, State.FAILED, State.ROLLED_BACK, State.ROLLBACK_FAILED}
        ),
    ],
)
def test_a_deployment_is_told_where_somebody_may_have_to_act(state, kind):
    notice = deployment_notice(a_deployment("prod/web", state))
    assert (notice.kind if notice else None) is kind


def test_a_failure_says_the_cause_what_to_do_and_what_to_type():
    target = EcsTarget(account="111122223333", region="eu-west-1", cluster="prod", service_name="web")
    head = a_deployment("prod/web", State.FAILED, cause="The image is not there.", target=target)
    why = Explanation(
        id="image.not-found", cause="The image is not there.", evidence=(), advice="Push it.", source=""
    )
    notice = deployment_notice(head, (why,))
    assert notice.title == "ECS service web in cluster prod (111122223333, eu-west-1) failed"
    assert notice.because == "The image is not there. Push it."
    assert notice.command == f"gmctl deployment get {head.id}"


def test_a_held_deletion_says_how_to_approve_it():
    notice = deployment_notice(a_deployment("prod/web", State.HELD))
    assert notice.command == f"gmctl commit approve-deletes -c {'a' * 40}"
    assert not notice.failure


def test_the_same_fact_has_the_same_id_and_another_one_another():
    head = a_deployment("prod/web", State.FAILED)
    later = replace(head, version=9)
    other = replace(head, state=State.ROLLED_BACK)
    ids = [deployment_notice(one).id for one in (head, later, other)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("state", "deployed", "is_told"),
    [
        pytest.param(CommitState.SUCCESS, 3, True, id="all is done"),
        pytest.param(CommitState.SUCCESS, 0, False, id="nothing was changed"),
        pytest.param(CommitState.PENDING, 1, False, id="some are under way"),
        pytest.param(CommitState.FAILURE, 2, False, id="one failed, which was told already"),
    ],
)
def test_a_commit_is_told_once_all_of_it_is_deployed(state, deployed, is_told):
    report = CommitReport(state=state, sentence="3 deployed.", deployed=deployed)
    notice = commit_notice(COMMIT, report, START)
    assert (notice is not None) is is_told
    if notice is not None:
        assert notice.because == "3 deployed. Faster carts"
        assert notice.kind is NoticeKind.COMMIT_DEPLOYED
