"""Messages are put off while a host is out of order, and end in an audit entry: nothing is lost or loops."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from faststream_sqs import TestSQSBroker
from gitmoxi.contracts.messages import CommitFailed, CommitIngested, DryRunEnded
from gitmoxi.domain.states import State
from gitmoxi.errors import ThrottledError, UnavailableError
from gitmoxi.ports.git import RepositoryTooLargeError
from gitmoxi.runtime.foundation import Foundation
from gitmoxi.runtime.service import Shell
from gitmoxi_notifier.commits import LOOK_SECONDS
from gitmoxi_notifier.handlers import Handlers
from gitmoxi_notifier.patience import gives_up
from tests.unit.ingestor.shell import Counted, ShellStandIn, a_shell
from tests.unit.notifier.stage import CHANNELS, NotifierStage


@dataclass
class SettingsStandIn:
    workers: int = 1
    notifier_give_up_hours: float = 24.0


@dataclass
class FoundationStandIn:
    """The parts of a foundation that the handlers use."""

    stage: NotifierStage
    metrics: Counted = field(default_factory=Counted)
    settings: SettingsStandIn = field(default_factory=SettingsStandIn)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stage, name)


@pytest.fixture
async def running(stage: NotifierStage) -> AsyncIterator[ShellStandIn]:
    def register(shell: Shell) -> None:
        foundation = cast("Foundation", FoundationStandIn(stage=stage))
        there = replace(shell, foundation=foundation)
        Handlers(shell=there, commits=stage.teller(), plans=stage.commenter()).register()

    standin = a_shell(stage.courier(), stage.clock, register)
    async with TestSQSBroker(standin.broker):
        yield standin


def ingested(key: Any) -> dict[str, Any]:
    return {"repository_id": key.repository_id, "branch": key.branch, "seq": key.seq}


async def test_an_ingested_commit_gets_its_status(stage, running):
    key = await stage.ingest("web")
    noted = await running.receive(CommitIngested.DETAIL_TYPE, ingested(key))
    assert noted["outcome"] == "pending"
    assert [state for state, _ in stage.told] == ["pending"]


async def test_a_commit_that_cannot_be_used_as_a_whole_is_a_failure_with_its_reason(
    stage, running, monkeypatch
):
    async def list_paths(_url: str, _tip: str) -> list[str]:
        raise RepositoryTooLargeError("the tree has 10001 files, 10000 are read")

    monkeypatch.setattr(stage.git, "list_paths", list_paths)
    stage.commit({"README.md": "too much"})
    result = await stage.push()
    assert result.commit is not None
    (failed,) = [
        event for event in stage.publisher.published if event.detail_type == CommitFailed.DETAIL_TYPE
    ]

    noted = await running.receive(failed.detail_type, json.loads(failed.detail))

    assert noted["outcome"] == "failure"
    assert stage.told == [("failure", result.because)]


async def test_a_fact_sends_for_a_look_at_its_commit_and_for_one_only(stage, running):
    await stage.ingest("web", "worker")
    for name in ("web", "worker"):
        done = await stage.move(name, State.SUCCEEDED)
        await running.receive("deployment.succeeded.v1", {"deployment_id": done.id, "state": "SUCCEEDED"})
    (look,) = running.broker.sent
    assert (look.detail_type, look.delay_seconds) == (CommitIngested.DETAIL_TYPE, LOOK_SECONDS)
    assert stage.told == [], "the look tells it"


async def test_a_fact_of_a_newer_release_may_say_more(stage, running):
    await stage.ingest("web")
    done = await stage.move("web", State.FAILED)
    await running.receive("deployment.failed.v1", {"deployment_id": done.id, "new": {"field": 1}})
    assert running.broker.buried == []


async def test_nothing_is_sent_for_where_nobody_asked(stage, running):
    await stage.want(feedback=False)
    await stage.ingest("web")
    done = await stage.move("web", State.FAILED)
    assert (await running.receive("deployment.failed.v1", {"deployment_id": done.id}))["outcome"] == (
        "nobody asked"
    )
    assert running.broker.sent == []


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        pytest.param(UnavailableError("away"), 5, id="an outage"),
        pytest.param(ThrottledError("slower", retry_after_seconds=42), 43, id="as the host asks"),
        pytest.param(ThrottledError("slower", retry_after_seconds=3_600), 900, id="as long as SQS can"),
        pytest.param(ThrottledError("slower"), 5, id="a limit without a word"),
    ],
)
async def test_what_waits_is_put_off(stage, running, error, seconds):
    key = await stage.ingest("web")
    stage.host.faults.append(error)
    await running.receive(CommitIngested.DETAIL_TYPE, ingested(key))
    (sent,) = running.broker.sent
    assert (sent.detail_type, sent.delay_seconds) == (CommitIngested.DETAIL_TYPE, seconds)
    assert sent.body.model_dump() == ingested(key)
    assert sent.headers == {"attempt": "1"}


async def test_a_status_does_not_wait_for_a_channel_that_is_out_of_order(stage, running):
    await stage.want(notifications=CHANNELS)
    await stage.ingest("web")
    failed = await stage.move("web", State.FAILED)
    stage.channels.faults[CHANNELS[0].address] = [UnavailableError("away")]
    await running.receive("deployment.failed.v1", {"deployment_id": failed.id})
    assert [sent.detail_type for sent in running.broker.sent] == [
        CommitIngested.DETAIL_TYPE,
        "deployment.failed.v1",
    ]


async def test_after_a_day_it_is_given_up_with_an_audit_entry(stage, running):
    key = await stage.ingest("web")
    attempts = next(number for number in range(1_000) if gives_up(number, 24))
    stage.host.faults.append(UnavailableError("the host is away"))
    noted = await running.receive(
        CommitIngested.DETAIL_TYPE, ingested(key), headers={"attempt": str(attempts)}
    )
    assert noted["outcome"] == "given up"
    assert running.broker.sent == []
    (summary,) = await stage.audited()
    assert summary.startswith("commit.ingested.v1 was not told for 24 hours, and is given up")


async def test_the_end_of_a_dry_run_leads_to_its_pull_request(stage, running):
    noted = await running.receive(DryRunEnded.DETAIL_TYPE, {"dryrun_id": "no-such"})
    assert noted["outcome"] == "forgotten"
