"""A push that is none goes to the dead letters, and leaves behind what was wrong with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from faststream_sqs import TestSQSBroker
from gitmoxi.contracts.messages import Push
from gitmoxi.domain.records import AuditEntry, PushOutcome
from gitmoxi.errors import RetryableError, UnavailableError
from gitmoxi.runtime.service import Shell
from gitmoxi_ingestor.handlers import MAX_ATTEMPTS, Handlers
from tests.unit.ingestor.shell import ShellStandIn, a_shell
from tests.unit.ingestor.stage import URL, Stage


@pytest.fixture
async def service(stage: Stage) -> AsyncIterator[ShellStandIn]:
    def register(shell: Shell) -> None:
        Handlers(shell=shell, ingestor=stage.ingestor()).register()

    standin = a_shell(stage.courier(), stage.clock, register)
    async with TestSQSBroker(standin.broker):
        yield standin


async def refused(service: ShellStandIn, detail: dict[str, Any]) -> str:
    """The reason with which the message went to the dead letters."""
    await service.receive(Push.DETAIL_TYPE, detail)
    (reason,) = service.broker.buried
    return reason


async def audited(stage: Stage) -> AuditEntry:
    (entry,) = await stage.ledger.audit(10)
    return entry


@pytest.mark.parametrize(
    ("detail", "reason"),
    [
        pytest.param(
            {"repository": 5, "branch": "main"},
            "The event is no push: repository: Input should be a valid string.",
            id="wrong type",
        ),
        pytest.param(
            {"nonsense": 1},
            "The event is no push: repository: Field required; branch: Field required.",
            id="nothing that is needed",
        ),
        pytest.param(
            {"repository": URL, "branch": ""},
            "The event is no push: branch: String should have at least 1 character.",
            id="empty",
        ),
    ],
)
async def test_it_is_dead_lettered_with_the_reason_that_is_audited_too(stage, service, detail, reason):
    assert await refused(service, detail) == reason

    entry = await audited(stage)
    assert (entry.kind, entry.summary) == ("push.refused", reason)
    assert (service.notes.all["outcome"], service.notes.all["because"]) == ("REFUSED", reason)
    assert service.metrics.counts == [("Pushes", "REFUSED")]
    assert await stage.commits() == []


async def test_who_gave_it_an_id_finds_the_answer_under_it(stage, service):
    reason = await refused(service, {"repository": 5, "branch": "main", "delivery_id": "b-3"})

    answer = await stage.ledger.push("b-3")
    assert (answer.outcome, answer.because) == (PushOutcome.REFUSED, reason)
    assert (answer.repository, answer.branch, answer.at) == ("", "main", stage.clock.now())


@pytest.mark.parametrize("odd", [5, "", None, ["b-3"]], ids=repr)
async def test_what_cannot_be_an_id_is_none(stage, service, odd):
    await refused(service, {"repository": 5, "branch": "main", "delivery_id": odd})

    assert (await audited(stage)).details == {"branch": "main"}


async def test_no_value_that_may_be_secret_is_repeated(stage, service):
    secret = "hunter" + "2"
    detail = {
        "repository": f"https://ada:{secret}@git.example.com/x",
        "branch": {"token": secret},
        "force": secret,
        secret: secret,
        "delivery_id": "d",
    }

    reason = await refused(service, detail)

    kept = (reason, await audited(stage), await stage.ledger.push("d"), service.notes.all)
    assert secret not in str(kept)
    assert "https://***@git.example.com/x" in str(kept)


async def test_very_long_names_are_cut_so_that_they_can_be_stored(stage, service):
    await refused(service, {"repository": "r" * 500_000, "branch": 7, "delivery_id": "d"})

    assert len((await stage.ledger.push("d")).repository) <= 200


class TestWithoutAStore:
    """Who cannot write the refusal down looks at the message again later."""

    @pytest.fixture
    def stage(self, stage: Stage) -> Stage:
        async def down(*_: object) -> None:
            raise UnavailableError("the store is down")

        stage.ledger.put_audit = down
        return stage

    async def test_the_message_is_put_off_as_it_is(self, service):
        notes = await service.receive(Push.DETAIL_TYPE, {"nonsense": 1}, headers={"attempt": "1"})

        (sent,) = service.broker.sent
        assert (sent.body, sent.detail_type) == ({"nonsense": 1}, Push.DETAIL_TYPE)
        assert sent.headers == {"attempt": "2"}
        assert (notes["outcome"], notes["because"]) == ("put off", "the store is down")

    async def test_after_a_day_the_queue_has_it(self, service):
        with pytest.raises(RetryableError):
            await service.receive(Push.DETAIL_TYPE, {"nonsense": 1}, headers={"attempt": str(MAX_ATTEMPTS)})

        assert service.broker.sent == []
