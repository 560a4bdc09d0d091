"""Targets of a repository or branch that is registered no longer: any other may take them over."""

from __future__ import annotations

import pytest

from gitmoxi.domain.deployments import Deployment, Verb
from gitmoxi.domain.records import Orphan
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import PutOrphan
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, a_push
from tests.unit.planner.stage import PlannerStage, a_service_document, a_task_definition, ecs_files

OTHER = "https://git.example.com/team/other"
OTHER_ID = repository_id(OTHER)
WEB = ecs_files("prod/web", "web")
THEIRS = ecs_files("apps/web", "web")


@pytest.fixture
async def deployed(stage: PlannerStage) -> PlannerStage:
    """One repository deployed a service; another is registered, whose files name the same service."""
    stage.ecs.run(a_service_document("web"), a_task_definition("web"))
    await stage.deploy(WEB)
    stage.git.create(OTHER)
    await stage.register(url=OTHER, baseline=True)
    return stage


async def forget(stage: PlannerStage, *, unregistered: bool = True) -> None:
    record = await stage.record("web")
    assert record.claim is not None
    orphan = Orphan(
        target=record.target,
        claim=record.claim,
        since=stage.clock.now(),
        because="It is registered no longer.",
        unregistered=unregistered,
    )
    await stage.ledger.transact([PutOrphan(orphan=orphan)])


async def baseline(stage: PlannerStage) -> Deployment:
    stage.commit(THEIRS, url=OTHER)
    result = await stage.ingestor().push(a_push(repository=OTHER))
    assert result.commit is not None
    await stage.planner().commit(OTHER_ID, BRANCH, result.commit.seq)
    (head,) = [head for head in await stage.deployments() if head.origin.repository_id == OTHER_ID]
    return head


async def test_what_is_registered_keeps_its_target(deployed):
    head = await baseline(deployed)

    assert head.state is State.FAILED
    assert "belongs to prod/web in" in head.because


async def test_what_is_forgotten_gives_its_target_up(deployed):
    await forget(deployed)

    head = await baseline(deployed)

    assert (head.state, head.verb) == (State.BASELINED, Verb.NOTHING)
    record = await deployed.record("web")
    assert (record.claim.repository_id, record.claim.prefix) == (OTHER_ID, "apps/web")
    assert await deployed.ledger.orphans() == []


async def test_what_was_taken_over_is_owned_by_nobody_else(deployed):
    await forget(deployed)
    await baseline(deployed)

    assert await deployed.owned() == {}
    (owned,) = await deployed.ledger.ownerships(OTHER_ID, BRANCH)
    assert owned.prefix == "apps/web"


async def test_who_comes_back_too_late_does_not_get_it_back(deployed):
    await forget(deployed)
    await baseline(deployed)

    head = (await deployed.deploy(ecs_files("prod/web", "web", "web:2")))["prod/web"]

    assert head.state is State.FAILED
    assert f"belongs to apps/web in {OTHER}" in head.because


async def test_an_orphan_of_a_registered_branch_is_not_for_others(deployed):
    """Its deletion failed, perhaps: its own people still decide about it."""
    await forget(deployed, unregistered=False)

    assert (await baseline(deployed)).state is State.FAILED
    assert (await deployed.ledger.ownerships(REPOSITORY, BRANCH))[0].prefix == "prod/web"
