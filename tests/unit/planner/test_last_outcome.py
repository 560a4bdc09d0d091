"""What a target's record remembers of its last deployment: written where the deployment ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.outcomes import LONGEST_REASON, outcome_of
from gitmoxi.domain.states import State
from tests.contract.stores.records import a_deployment, at
from tests.unit.planner.stage import a_service_document, a_task_definition, ecs_files, gone

WEB = ecs_files("prod/web", "web")
BROKEN = {"prod/web_svcdef.json": "{ not JSON"}


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.ROLLED_BACK, State.FAILED, State.CANCELLED])
async def test_a_deployment_that_ends_says_how(stage, state):
    head = (await stage.deploy(WEB))["prod/web"]
    assert (await stage.record("web")).last is None

    await stage.finish(head, to=state)

    last = (await stage.record("web")).last
    assert last is not None
    assert (last.deployment_id, last.state, last.verb) == (head.id, state, Verb.CREATE)
    assert (last.commit_sha, last.seq, last.because) == (head.origin.commit_sha, 1, "It ended.")
    assert last.at == stage.clock.now()


async def test_what_already_is_as_wanted_says_so(stage):
    stage.ecs.run(a_service_document("web"), a_task_definition("web"))

    head = (await stage.deploy(WEB))["prod/web"]

    last = (await stage.record("web")).last
    assert last is not None
    assert (last.deployment_id, last.state, last.verb) == (head.id, State.NO_CHANGE, Verb.NOTHING)


async def test_files_that_cannot_be_rendered_are_the_last_outcome_of_what_their_prefix_owns(stage):
    await stage.finish((await stage.deploy(WEB))["prod/web"])
    before = await stage.record("web")

    head = (await stage.deploy(BROKEN))["prod/web"]

    record = await stage.record("web")
    assert head.state is State.FAILED
    assert record.last == outcome_of(head)
    assert record.last.verb is None, "nothing was begun"
    assert replace(record, last=before.last, revision=before.revision) == before


async def test_a_failure_of_another_prefix_says_nothing_about_a_target(stage):
    await stage.finish((await stage.deploy(WEB))["prod/web"])
    before = await stage.record("web")

    rival = (await stage.deploy(ecs_files("prod/rival", "web")))["prod/rival"]

    assert rival.state is State.FAILED
    assert await stage.record("web") == before


async def test_a_failure_beside_a_held_deletion_keeps_both_facts(stage):
    stage.delete_limits = DeleteLimits(at_most=0, percent=0)
    for head in (await stage.deploy(WEB | ecs_files("prod/stays", "stays"))).values():
        await stage.finish(head)
    stage.ecs.run(a_service_document("web"), a_task_definition("web"))
    await stage.deploy(gone(WEB))
    assert (await stage.record("web")).held_id is not None

    head = (await stage.deploy(WEB | BROKEN))["prod/web"]

    record = await stage.record("web")
    assert head.state is State.FAILED
    assert (record.held_id, record.last) == (None, outcome_of(head))


def test_a_superseded_deployment_leaves_the_word_to_its_successor():
    assert outcome_of(a_deployment(state=State.SUPERSEDED, ended_at=at(3))) is None
    assert outcome_of(a_deployment(state=State.WAITING)) is None


def test_a_long_reason_is_shortened_and_the_cause_comes_first():
    head = a_deployment(state=State.FAILED, because="It is undone.", cause="x" * 5000, ended_at=at(3))
    last = outcome_of(head)
    assert last is not None
    assert len(last.because) == LONGEST_REASON
    assert last.because.startswith("xxx")
    assert last.because.endswith("…")
    assert last.at == at(3)
