"""What becomes of a push: processed once, or refused with a reason, and never a loss of what was known."""

from __future__ import annotations

import pytest

from gitmoxi.domain.records import CommitStatus, PushOutcome
from gitmoxi.errors import RetryableError, UnavailableError
from gitmoxi.ports.git import RepositoryTooLargeError
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL, Stage, a_push, a_service

SHOP, CART = a_service("dev/shop"), a_service("dev/cart")


async def test_paths_that_select_nothing_are_named(stage):
    await stage.register(globs=("typo/**",))
    stage.commit(a_service("prod/web"))
    answer = await stage.push()
    assert answer.because == (
        "No definition file lies on the registered paths (typo/**): gmctl repo update --path."
    )


async def test_a_processed_tip_is_nothing_new_and_the_answer_leads_to_its_commit(stage):
    sha = stage.commit(SHOP)
    await stage.push()

    again = await stage.push(delivery_id="second")

    assert again.outcome is PushOutcome.NOTHING_NEW
    assert again.commit is not None
    assert again.commit.sha == sha
    answer = await stage.ledger.push("second")
    assert (answer.outcome, answer.seq, answer.sha) == (PushOutcome.NOTHING_NEW, 1, sha)


async def test_scenario_22_the_same_webhook_a_hundred_times_is_one_deployment(stage):
    stage.commit(SHOP)

    for _ in range(100):
        await stage.push(delivery_id="one")

    assert len(await stage.deployments()) == 1
    assert stage.announced == [1]


async def test_the_commit_that_a_sender_names_does_not_count_the_tip_does(stage):
    stage.commit(SHOP)
    tip = stage.commit(CART)

    result = await stage.push(commit="0" * 40)

    assert result.commit is not None
    assert result.commit.sha == tip


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(f"{URL}.git", id="with .git"),
        pytest.param(f"{URL}/", id="with a last slash"),
        pytest.param("https://GIT.example.com:443/team/shop", id="host in capitals, port"),
    ],
)
async def test_a_repository_is_found_by_any_spelling_of_its_url(stage, spelling):
    stage.commit(SHOP)

    assert (await stage.push(repository=spelling)).outcome is PushOutcome.INGESTED


class TestForced:
    """A person asks for everything to be planned again."""

    async def test_every_object_is_forced(self, stage):
        stage.commit({**SHOP, **CART, "dev/alone_taskdef.json": "{}"})
        await stage.push()

        await stage.push(force=True)

        assert await stage.changed(2) == {"dev/shop": "forced", "dev/cart": "forced"}

    @pytest.mark.parametrize(
        ("changes", "because"),
        [
            pytest.param({}, "2 service objects are planned again, as asked.", id="nothing changed"),
            pytest.param(
                a_service("dev/cart", "9"),
                "1 service object changed, by 1 relevant file; 1 more is planned again, as asked.",
                id="one changed",
            ),
        ],
    )
    async def test_it_is_told_what_is_planned_because_it_was_asked_for(self, stage, changes, because):
        stage.commit({**a_service("dev/shop"), **a_service("dev/cart")})
        await stage.push()
        stage.commit({"README.md": "words", **changes})

        assert (await stage.push(force=True)).because == because

    async def test_what_changed_since_is_changed_and_the_rest_is_forced(self, stage):
        stage.commit({**SHOP, **CART})
        await stage.push()
        stage.commit({"dev/cart_taskdef.json": "2", **a_service("dev/new")})

        await stage.push(force=True)

        assert await stage.changed(2) == {"dev/shop": "forced", "dev/cart": "modified", "dev/new": "added"}

    async def test_a_second_delivery_forces_nothing_again(self, stage):
        stage.commit(SHOP)
        await stage.push()
        await stage.push(force=True, delivery_id="one")
        await stage.push(force=True, delivery_id="two")

        for delivery in ("one", "two", "one"):
            again = await stage.push(force=True, delivery_id=delivery)
            assert again.outcome is PushOutcome.NOTHING_NEW

        assert stage.announced == [1, 2, 3]

    async def test_another_forced_push_is_another_processing(self, stage):
        stage.commit(SHOP)
        await stage.push(force=True, delivery_id="one")

        assert (await stage.push(force=True, delivery_id="two")).outcome is PushOutcome.INGESTED

    async def test_a_forced_push_that_meets_a_plain_one_under_way_is_not_lost_in_it(self, stage):
        stage.commit(SHOP)
        await stage.push()
        stage.commit(CART)
        await begin_only(stage)

        await stage.push(force=True, delivery_id="mine")

        assert await stage.changed(2) == {"dev/cart": "added"}
        assert await stage.changed(3) == {"dev/cart": "forced", "dev/shop": "forced"}


async def begin_only(stage: Stage) -> None:
    """A push whose process ends right after its number was given."""

    def stop(edge: str) -> None:
        if edge == "ingest.after_reserve":
            raise UnavailableError("gone")

    with pytest.raises(UnavailableError):
        await stage.ingestor(edge=stop).push(a_push())


class TestRefused:
    """A push that cannot be used leaves an answer and an audit record, and changes nothing else."""

    async def refused(self, stage: Stage, **said: str) -> str:
        stage.commit(SHOP)
        await stage.push()
        before = await stage.ledger.branch(REPOSITORY, BRANCH)

        result = await stage.push(delivery_id="d", **said)

        assert result.outcome is PushOutcome.REFUSED
        answer = await stage.ledger.push("d")
        assert (answer.outcome, answer.because) == (PushOutcome.REFUSED, result.because)
        (entry,) = await stage.ledger.audit(10)
        assert (entry.kind, entry.summary) == ("push.refused", result.because)
        assert await stage.ledger.branch(REPOSITORY, BRANCH) == before
        assert await stage.changed(2) == {}
        return result.because

    async def test_an_unregistered_repository(self, stage):
        because = await self.refused(stage, repository="https://git.example.com/team/other")

        assert "is not registered: gmctl repo add -r https://git.example.com/team/other -b main" in because

    async def test_an_unregistered_branch(self, stage):
        because = await self.refused(stage, branch="release")

        assert because == f"Branch release of {URL} is not registered; registered are: main"

    @pytest.mark.parametrize(
        "url",
        [
            pytest.param("ext::sh -c touch% x", id="a command"),
            pytest.param("git@git.example.com:team/shop", id="ssh"),
            pytest.param("https://git.example.com", id="no path"),
            pytest.param("https://git.example.com/../x", id="dots"),
        ],
    )
    async def test_an_odd_url(self, stage, url):
        assert "names no usable repository" in await self.refused(stage, repository=url)

    async def test_credentials_in_a_url_are_written_nowhere(self, stage):
        secret = "hunter" + "2"

        because = await self.refused(stage, repository=f"https://ada:{secret}@git.example.com/team/shop")

        (entry,) = await stage.ledger.audit(10)
        assert secret not in f"{because}{entry}{await stage.ledger.push('d')}"

    @pytest.mark.parametrize("branch", ["--upload-pack=x", "$(id)", "a..b"])
    async def test_an_odd_branch(self, stage, branch):
        assert "is no branch name" in await self.refused(stage, branch=branch)

    async def test_a_deleted_branch(self, stage):
        stage.commit({"x": "y"}, branch="other")
        stage.commit(SHOP)
        await stage.push()
        stage.git.delete_branch(URL, BRANCH)

        result = await stage.push(delivery_id="d")

        assert result.outcome is PushOutcome.REFUSED
        assert f"{URL} has no branch {BRANCH}" in result.because
        assert [head.change for head in await stage.deployments()] == ["added"]
        assert (await stage.ledger.branch(REPOSITORY, BRANCH)).seq == 1

    async def test_a_repository_that_is_gone(self, stage):
        stage.commit(SHOP)
        await stage.push()
        stage.git.remove(URL)

        result = await stage.push(delivery_id="d")

        assert result.outcome is PushOutcome.REFUSED
        assert f"no repository at {URL}" in result.because
        assert len(await stage.deployments()) == 1


async def test_an_unreachable_repository_is_tried_again_and_nothing_is_lost(stage):
    sha = stage.commit(SHOP)
    stage.git.set_reachable(URL, reachable=False)
    with pytest.raises(RetryableError):
        await stage.push(delivery_id="d")
    assert (await stage.ledger.push("d")).outcome is PushOutcome.RETRYING
    assert await stage.ledger.audit(10) == []
    stage.git.set_reachable(URL, reachable=True)

    result = await stage.push(delivery_id="d")

    assert result.outcome is PushOutcome.INGESTED
    assert (await stage.ledger.push("d")).sha == sha


class TestUnusableCommit:
    """The tip itself cannot be used, as when its tree is above a limit."""

    @pytest.fixture
    async def spoilt(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
        stage.commit(SHOP)
        await stage.push()
        sha = stage.commit(CART)
        read = stage.git.list_paths

        async def list_paths(url: str, tip: str) -> list[str]:
            if tip == sha:
                raise RepositoryTooLargeError("the tree has 10001 files, 10000 are read")
            return await read(url, tip)

        monkeypatch.setattr(stage.git, "list_paths", list_paths)
        return stage

    async def test_it_fails_as_a_whole_and_says_why(self, spoilt):
        result = await spoilt.push(delivery_id="d")

        assert result.outcome is PushOutcome.REFUSED
        commit = (await spoilt.commits())[-1]
        assert (commit.status, commit.because) == (CommitStatus.FAILED, result.because)
        assert "10001 files" in result.because
        assert spoilt.announced == [1]

    async def test_a_second_delivery_gets_the_same_answer(self, spoilt):
        first = await spoilt.push(delivery_id="d")

        again = await spoilt.push(delivery_id="d")

        assert (again.outcome, again.because) == (first.outcome, first.because)
        assert len(await spoilt.commits()) == 2

    async def test_another_push_tries_it_again(self, spoilt):
        await spoilt.push(delivery_id="d")

        await spoilt.push(delivery_id="e")

        assert [c.status for c in await spoilt.commits()][1:] == [CommitStatus.FAILED] * 2

    async def test_the_next_tip_is_compared_with_what_was_processed(self, spoilt):
        await spoilt.push()
        spoilt.commit({"README.md": "smaller now"})

        await spoilt.push()

        assert await spoilt.changed(3) == {"dev/cart": "added"}

    async def test_the_poller_leaves_it_alone(self, spoilt):
        await spoilt.push()

        assert await spoilt.poller().poll() == []
        assert len(await spoilt.commits()) == 2
