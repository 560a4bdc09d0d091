"""Which pull-request events ask for a plan, and what is asked then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from gitmoxi.contracts.messages import DryRunRequested
from gitmoxi.domain.feedback import GitProvider
from gitmoxi_api.routes.webhooks_pull_requests import PullRequest, ask_for_plan, pull_request_of
from tests.unit.ingestor.stage import REPOSITORY, Stage


def github(action: str = "synchronize", fork: bool = False, **changes: Any) -> dict[str, Any]:
    head = {"ref": "feature/cart", "repo": {"id": 2 if fork else 1}}
    pull = {"head": head, "base": {"ref": "main", "repo": {"id": 1}}}
    return {"action": action, "number": 7, "pull_request": pull, "sender": {"login": "x"}} | changes


def gitlab(action: str = "update", fork: bool = False) -> dict[str, Any]:
    told = {
        "iid": 7,
        "action": action,
        "source_branch": "feature/cart",
        "target_branch": "main",
        "source_project_id": 2 if fork else 1,
        "target_project_id": 1,
    }
    return {"object_kind": "merge_request", "object_attributes": told}


FOUND = PullRequest(number=7, base="main", head="feature/cart")
HUB, LAB = GitProvider.GITHUB, GitProvider.GITLAB


@pytest.mark.parametrize(
    ("provider", "event", "body", "found"),
    [
        pytest.param(HUB, "pull_request", github("opened"), FOUND, id="opened on GitHub"),
        pytest.param(HUB, "pull_request", github(), FOUND, id="pushed to on GitHub"),
        pytest.param(HUB, "pull_request", github("closed"), None, id="closed"),
        pytest.param(HUB, "pull_request", github(fork=True), None, id="from a fork"),
        pytest.param(HUB, "pull_request_review", github(), None, id="a review"),
        pytest.param(HUB, "Merge Request Hook", gitlab(), None, id="GitLab's event for GitHub"),
        pytest.param(LAB, "Merge Request Hook", gitlab("open"), FOUND, id="opened on GitLab"),
        pytest.param(LAB, "Merge Request Hook", gitlab("merge"), None, id="merged"),
        pytest.param(LAB, "Merge Request Hook", gitlab(fork=True), None, id="from a fork on GitLab"),
        pytest.param(HUB, "pull_request", github(number="7; rm"), None, id="a number that is none"),
        pytest.param(HUB, "pull_request", github(pull_request=[]), None, id="arrays where objects belong"),
        pytest.param(HUB, "pull_request", {}, None, id="nothing"),
        pytest.param(
            HUB,
            "pull_request",
            github(
                pull_request={
                    "head": {"ref": "--upload-pack=x", "repo": {"id": 1}},
                    "base": {"ref": "main", "repo": {"id": 1}},
                }
            ),
            None,
            id="a branch that is an option",
        ),
    ],
)
def test_an_event_leads_to_a_pull_request_of_the_repository_itself(provider, event, body, found):
    assert pull_request_of(provider, event, body) == found


@pytest.fixture
async def repository(stage):
    await stage.register()
    return replace(await stage.ledger.repository(REPOSITORY), feedback=True)


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def parts(stage):
    return SimpleNamespace(
        clock=stage.clock, ids=stage.ids, courier=stage.courier(), dry_run_ttl=timedelta(hours=24)
    )


async def test_a_plan_is_asked_for_the_base_with_the_tree_of_the_head(stage, parts, repository):
    asked = await ask_for_plan(parts, repository, FOUND)
    stored = await stage.ledger.dry_run(asked.id)
    assert (stored.branch, stored.head, stored.pull_request) == ("main", "feature/cart", 7)
    (event,) = stage.publisher.published
    assert event.detail_type == DryRunRequested.DETAIL_TYPE


@pytest.mark.parametrize(
    ("changes", "pull_request"),
    [
        pytest.param({"feedback": False}, FOUND, id="the repository wants no feedback"),
        pytest.param({"branches": ("prod",)}, FOUND, id="the base is not registered"),
        pytest.param({}, None, id="the event is about something else"),
    ],
)
async def test_nothing_is_asked_where(stage, parts, repository, changes, pull_request):
    assert await ask_for_plan(parts, replace(repository, **changes), pull_request) is None
    assert stage.publisher.published == []
