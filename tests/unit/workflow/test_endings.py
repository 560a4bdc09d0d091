"""What the end of a deployment leaves in its target's record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.adapters.memory.clock import SequentialIds
from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.records import Claim, TargetRecord
from gitmoxi.domain.states import State, Worker
from gitmoxi.ports.ledger import DeleteOwnership, PutTarget
from gitmoxi.strategies.decision import Decision
from gitmoxi.workflow.commits import Commitment, Scene, commit_decision
from tests.unit.workflow.stage import START, TARGET, waiting_deployment

CLAIM = Claim(repository_id="r-1", repository_url="https://git.example/web", branch="main", prefix="prod/web")


def ended_deletion(*, waiting: bool) -> Commitment:
    head = replace(waiting_deployment("d-1", 1), state=State.RUNNING, verb=Verb.DELETE)
    record = TargetRecord(
        target=TARGET, revision=3, claim=CLAIM, active_id="d-1", waiting_id="d-2" if waiting else None
    )
    scene = Scene(
        deployment=head,
        record=record,
        epoch=1,
        now=START,
        worker=Worker.ECS_DEPLOYER,
        waiting=waiting_deployment("d-2", 2) if waiting else None,
    )
    done = Decision(step="finish", because="It is gone.", to=State.SUCCEEDED, progress=head.progress)
    return commit_decision(scene, done, SequentialIds())


@pytest.mark.parametrize(
    ("waiting", "claim"),
    [
        pytest.param(False, None, id="nobody waits: the target is free for any prefix"),
        pytest.param(True, CLAIM, id="the prefix was added again: its claim outlives the deletion"),
    ],
)
def test_a_deletion_gives_the_claim_up_unless_the_next_in_line_needs_it(
    waiting: bool, claim: Claim | None
) -> None:
    writes = ended_deletion(waiting=waiting).writes

    [put] = [write for write in writes if isinstance(write, PutTarget)]
    assert put.record.claim == claim
    assert put.record.active_id is None


def test_a_deletion_leaves_the_ownership_to_the_planner_who_gave_it_up_already() -> None:
    writes = ended_deletion(waiting=True).writes

    assert not [write for write in writes if isinstance(write, DeleteOwnership)]
