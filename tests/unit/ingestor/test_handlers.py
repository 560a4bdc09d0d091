"""From messages to pushes: our own events, CodeCommit's, the schedule, and what cannot be done now."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from faststream_sqs import TestSQSBroker
from gitmoxi.contracts.messages import CommitIngested, Push, Sweep
from gitmoxi.domain.records import PushOutcome
from gitmoxi.domain.states import Worker
from gitmoxi.errors import RetryableError, UnavailableError
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.events import outbox
from gitmoxi_ingestor.handlers import MAX_ATTEMPTS, Handlers, retry_delay
from tests.unit.ingestor.shell import ShellStandIn, a_shell
from tests.unit.ingestor.stage import URL, Stage, a_service

SHOP = a_service("dev/shop")
CODECOMMIT = "CodeCommit Repository State Change"
CODECOMMIT_URL = "https://git-codecommit.test.amazonaws.com/v1/repos/shop"
CREATED = {
    "event": "referenceCreated",
    "repositoryName": "shop",
    "repositoryId": "12345678-1234-5678-abcd-12345678abcd",
    "referenceType": "branch",
    "referenceName": "main",
    "referenceFullName": "refs/heads/main",
    "commitId": "a" * 40,
}
"""As on https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html."""


@pytest.fixture
async def service(stage: Stage) -> AsyncIterator[ShellStandIn]:
    def register(shell: Shell) -> None:
        Handlers(shell=shell, ingestor=stage.ingestor()).register()

    standin = a_shell(stage.courier(), stage.clock, register)
    async with TestSQSBroker(standin.broker):
        yield standin


async def test_a_push_event_is_processed_and_its_line_says_what_became_of_it(stage, service):
    sha = stage.commit(SHOP)

    notes = await service.receive(Push.DETAIL_TYPE, {"repository": URL, "branch": "main", "other": 1})

    assert notes == {
        "outcome": "INGESTED",
        "because": "1 service object changed, by 2 relevant files.",
        "repository": URL,
        "branch": "main",
        "commit": sha,
        "seq": 1,
    }
    assert service.metrics.counts == [("Pushes", "INGESTED")]


async def test_a_forced_push_without_an_id_has_that_of_its_event(stage, service):
    stage.commit(SHOP)
    await service.receive(Push.DETAIL_TYPE, {"repository": URL, "branch": "main", "force": True})

    (commit,) = await stage.commits()

    assert commit.forced
    assert commit.delivery_id is not None


async def test_an_out_of_reach_repository_is_put_off_and_uses_up_no_receive(stage, service):
    stage.git.set_reachable(URL, reachable=False)

    notes = await service.receive(
        Push.DETAIL_TYPE, {"repository": URL, "branch": "main", "delivery_id": "d"}, headers={"attempt": "3"}
    )

    (sent,) = service.broker.sent
    assert sent.body == Push(repository=URL, branch="main", delivery_id="d")
    assert (sent.detail_type, sent.delay_seconds, sent.headers) == (Push.DETAIL_TYPE, 16, {"attempt": "4"})
    assert (notes["outcome"], notes["because"]) == ("put off", f"{URL} cannot be read now")
    assert (await stage.ledger.push("d")).outcome is PushOutcome.RETRYING


async def test_after_a_day_of_attempts_the_queue_has_it(stage, service):
    stage.git.set_reachable(URL, reachable=False)

    with pytest.raises(RetryableError):
        await service.receive(
            Push.DETAIL_TYPE,
            {"repository": URL, "branch": "main"},
            headers={"attempt": str(MAX_ATTEMPTS)},
        )

    assert service.broker.sent == []


@pytest.mark.parametrize("said", ["", "-1", "many", "²"])
async def test_an_odd_count_of_attempts_is_none(stage, service, said):
    stage.git.set_reachable(URL, reachable=False)

    await service.receive(Push.DETAIL_TYPE, {"repository": URL, "branch": "main"}, headers={"attempt": said})

    assert service.broker.sent[0].delay_seconds == 2


def test_the_delays_grow_to_what_sqs_takes_and_make_a_day():
    delays = [retry_delay(attempt) for attempt in range(MAX_ATTEMPTS)]

    assert delays == sorted(delays)
    assert delays[-1] == 900
    assert 20 * 3600 < sum(delays) < 28 * 3600


async def test_credentials_in_a_url_reach_no_log(service):
    secret = "hunter" + "2"

    notes = await service.receive(
        Push.DETAIL_TYPE, {"repository": f"https://ada:{secret}@git.example.com/x", "branch": "main"}
    )

    assert notes["outcome"] == "REFUSED"
    assert secret not in str(notes)


class TestCodeCommit:
    """CodeCommit's own events, from the default bus."""

    @pytest.mark.parametrize("event", ["referenceCreated", "referenceUpdated"])
    async def test_a_push_to_a_branch(self, stage, service, event):
        stage.git.create(CODECOMMIT_URL)
        await stage.register(url=CODECOMMIT_URL)
        stage.commit(SHOP, url=CODECOMMIT_URL)

        notes = await service.receive(CODECOMMIT, CREATED | {"event": event}, source="aws.codecommit")

        assert (notes["outcome"], notes["repository"]) == ("INGESTED", CODECOMMIT_URL)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"event": "referenceDeleted", "oldCommitId": "a" * 40}, id="a branch was deleted"),
            pytest.param({"referenceType": "tag"}, id="a tag"),
        ],
    )
    async def test_what_is_no_push_to_a_branch_is_ignored(self, service, change):
        notes = await service.receive(CODECOMMIT, CREATED | change, source="aws.codecommit")

        assert notes == {"outcome": "ignored", "because": "It is no push to a branch."}

    async def test_an_unregistered_repository_is_refused(self, service):
        notes = await service.receive(CODECOMMIT, CREATED, source="aws.codecommit")

        assert notes["outcome"] == "REFUSED"
        assert f"Repository {CODECOMMIT_URL} is not registered" in notes["because"]

    async def test_a_second_delivery_of_the_event_has_the_same_id(self, stage, service):
        stage.git.create(CODECOMMIT_URL)
        await stage.register(url=CODECOMMIT_URL)
        stage.git.set_reachable(CODECOMMIT_URL, reachable=False)

        await service.receive(CODECOMMIT, CREATED, source="aws.codecommit")

        (sent,) = service.broker.sent
        assert sent.body.delivery_id is not None
        assert sent.body.commit == "a" * 40


class TestSweep:
    """The schedule: what was left behind, and what nobody told of."""

    async def test_it_publishes_what_was_left_behind(self, stage, service):
        message = CommitIngested(repository_id="r", branch="b", seq=7)
        left = outbox(message, owner=Worker.INGESTOR, ids=stage.ids, at=stage.clock.now())
        await stage.ledger.transact([left])

        notes = await service.receive(Sweep.DETAIL_TYPE, {})

        assert notes == {"published": 1}
        assert stage.announced == [7]

    async def test_a_store_that_is_down_fails_no_message(self, stage, service):
        async def down(*_):
            raise UnavailableError("the outbox is down")

        stage.ledger.outbox = down

        assert await service.receive(Sweep.DETAIL_TYPE, {}) == {"because": "the outbox is down"}
