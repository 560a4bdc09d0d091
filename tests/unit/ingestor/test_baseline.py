"""Which commits of a branch are its baseline: the first one that holds service objects, and no other."""

from __future__ import annotations

import pytest

from gitmoxi.domain.records import CommitStatus, PushOutcome
from gitmoxi.ports.git import RepositoryTooLargeError
from tests.unit.ingestor.stage import KilledError, Stage, a_push, a_service

SHOP, CART = a_service("dev/shop"), a_service("dev/cart")


@pytest.fixture
async def stage() -> Stage:
    stage = Stage()
    await stage.register(branches=("main", "develop"), baseline=True)
    return stage


async def baselines(stage: Stage) -> list[bool]:
    return [commit.baseline for commit in await stage.commits()]


async def test_the_first_commit_is_the_baseline_and_says_so(stage):
    stage.commit(SHOP | CART)

    result = await stage.push()

    assert result.commit.baseline
    assert result.because == (
        "Baseline: 2 service objects are compared with what lives, and nothing is deployed."
    )
    assert {head.baseline for head in await stage.deployments()} == {True}


async def test_later_commits_deploy_what_they_change(stage):
    stage.commit(SHOP)
    await stage.push()
    stage.commit(a_service("dev/shop", "2"))
    await stage.push()

    assert await baselines(stage) == [True, False]
    assert [head.baseline for head in await stage.deployments()] == [True, False]


async def test_every_branch_has_a_baseline_of_its_own(stage):
    for branch in ("main", "develop"):
        stage.commit(SHOP, branch=branch)
        assert (await stage.push(branch=branch)).commit.baseline


async def test_a_commit_without_service_objects_leaves_the_baseline_to_the_next_one(stage):
    stage.commit({"README.md": "Soon."})
    first = await stage.push()
    stage.commit(SHOP)
    second = await stage.push()

    assert first.because == ("It holds no service object, so the next commit of the branch is its baseline.")
    assert second.commit.baseline
    assert second.because.startswith("Baseline: 1 service object is compared")


@pytest.mark.parametrize("before", [{}, {"README.md": "Soon."}], ids=["none before", "an empty one before"])
async def test_a_commit_that_could_not_be_used_leaves_the_baseline_to_the_next_one(stage, before):
    if before:
        stage.commit(before)
        await stage.push()
    stage.commit(SHOP)
    real = stage.git.list_paths

    async def too_large(url: str, sha: str) -> list[str]:
        raise RepositoryTooLargeError("it is too large")

    stage.git.list_paths = too_large
    assert (await stage.push()).outcome is PushOutcome.REFUSED
    stage.git.list_paths = real
    stage.commit(CART)

    assert (await stage.push()).commit.baseline


async def test_a_newer_tip_that_takes_the_place_of_an_unfinished_baseline_is_the_baseline(stage):
    stage.commit(SHOP)

    def kill(name: str) -> None:
        if name == "ingest.after_reserve":
            raise KilledError

    with pytest.raises(KilledError):
        await stage.ingestor(edge=kill).push(a_push())
    stage.commit(CART)
    await stage.push()

    assert [(c.status, c.baseline) for c in await stage.commits()] == [
        (CommitStatus.ABANDONED, True),
        (CommitStatus.INGESTED, True),
    ]


async def test_a_branch_that_was_processed_before_has_none(stage):
    await stage.register(baseline=False)
    stage.commit(SHOP)
    await stage.push()
    await stage.register(baseline=True)
    stage.commit(CART)

    assert not (await stage.push()).commit.baseline


async def test_a_forced_push_of_a_baselined_commit_deploys_all(stage):
    stage.commit(SHOP)
    await stage.push()

    forced = await stage.push(force=True)

    assert (forced.commit.seq, forced.commit.baseline, forced.commit.forced) == (2, False, True)


async def test_a_forced_push_that_is_the_first_of_all_is_the_baseline_nevertheless(stage):
    stage.commit(SHOP)

    first = await stage.push(force=True)

    assert (first.commit.seq, first.commit.baseline) == (1, True)
    assert len(await stage.commits()) == 1
