"""A pull request has one comment of ours, with the newest plan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.adapters.codec import encode
from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.dryruns import DryRun, DryRunObject, DryRunReport, DryRunState
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError
from gitmoxi.ports.ledger import PutDryRun
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL


async def planned(stage, dry_run_id: str, failure: str = "It is wrong.", **changes: Any) -> str:
    """A dry run that ended, of one object that would be refused."""
    item = DryRunObject(
        prefix="prod/web",
        kind=TargetKind.ECS,
        change=ObjectChange.MODIFIED,
        failure=failure,
        rendered={"prod/web_svcdef.json": "RENDERED"},
    )
    body = await stage.bodies.put(encode(DryRunReport(objects=(item,))).encode())
    now = stage.clock.now()
    values = {
        "id": dry_run_id,
        "repository_id": REPOSITORY,
        "repository_url": URL,
        "branch": BRANCH,
        "head": "feature/cart",
        "sha": "a" * 40,
        "requested_at": now,
        "expires_at": now + timedelta(days=1),
        "state": DryRunState.PLANNED,
        "because": "1 refused.",
        "report": body,
        "pull_request": 7,
    }
    await stage.ledger.transact([PutDryRun(dry_run=DryRun(**values | changes), expected_state=None)])
    return dry_run_id


def comment(stage) -> str:
    (text,) = stage.host.comments.values()
    return str(text)


async def test_the_plan_is_a_comment_on_its_pull_request(stage):
    assert await stage.commenter().tell(await planned(stage, "one")) == "said"
    assert list(stage.host.comments) == [(REPOSITORY, 7, "blue/main")]
    assert "### Gitmoxi dry run: 1 refused" in comment(stage)
    assert "feature/cart" in comment(stage)
    assert "RENDERED" not in comment(stage)


async def test_the_next_push_updates_the_comment(stage):
    await stage.commenter().tell(await planned(stage, "one", failure="First."))
    stage.clock.advance(60)
    await stage.commenter().tell(await planned(stage, "two", failure="Second."))
    assert "Second." in comment(stage)


async def test_a_plan_that_ends_late_does_not_replace_a_newer_one(stage):
    older = await planned(stage, "one", failure="First.")
    stage.clock.advance(60)
    await stage.commenter().tell(await planned(stage, "two", failure="Second."))
    assert await stage.commenter().tell(older) == "outdated"
    assert "Second." in comment(stage)


async def test_the_same_plan_is_written_once(stage):
    one = await planned(stage, "one")
    for _ in range(3):
        await stage.commenter().tell(one)
    assert stage.host.writes == 1


async def test_a_dry_run_that_failed_says_why(stage):
    failed = await planned(
        stage, "one", state=DryRunState.FAILED, report=None, because="There is no branch `x`.\n@all"
    )
    await stage.commenter().tell(failed)
    assert "``There is no branch `x`. @all``" in comment(stage)


@pytest.mark.parametrize("longest", [10_240, 2_000])
async def test_a_host_with_short_comments_gets_a_short_one(stage, longest):
    stage.host.longest_comment = longest
    await stage.commenter().tell(await planned(stage, "one", failure="so long " * 5_000))
    assert len(comment(stage)) <= longest
    assert "left out" in comment(stage)


async def test_an_outage_is_raised_and_a_refusal_written_down(stage):
    one = await planned(stage, "one")
    stage.host.faults.extend([UnavailableError("away"), FeedbackRefusedError("HTTP 404. It needs more.")])
    with pytest.raises(UnavailableError):
        await stage.commenter().tell(one)
    assert await stage.commenter().tell(one) == "refused"
    (summary,) = await stage.audited()
    assert "It needs more." in summary


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        pytest.param({"pull_request": None}, "nobody asked", id="a person asked for it"),
        pytest.param({"state": DryRunState.INGESTED}, "forgotten", id="it is under way"),
    ],
)
async def test_nothing_is_written_where(stage, changes, outcome):
    assert await stage.commenter().tell(await planned(stage, "one", **changes)) == outcome
    assert await stage.commenter().tell("no-such") == "forgotten"
    assert stage.host.comments == {}


async def test_nothing_is_written_where_the_repository_wants_no_feedback(stage):
    await stage.want(feedback=False)
    assert await stage.commenter().tell(await planned(stage, "one")) == "nobody asked"
