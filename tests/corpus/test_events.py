"""Real events of Git hosts: each push becomes the push that it is, and everything else is passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gitmoxi.domain.repositories import normalise_url
from gitmoxi_api.webhooks.events import github_told, gitlab_told
from gitmoxi_api.webhooks.naming import is_named
from gitmoxi_api.webhooks.payloads import parse_payload
from gitmoxi_api.webhooks.told import BranchMoved, Ignored, PullRequest, Told
from gitmoxi_ingestor.codecommit import DETAIL_TYPE, RepositoryStateChange, push_of

_EVENTS_OF_GITHUB = {name: name for name in ("zen", "release", "workflow_run")}


def _files(corpus: Path) -> Iterator[tuple[str, bytes, Any]]:
    for path in sorted((corpus / "events").glob("*.json")):
        content = path.read_bytes()
        yield path.name, content, json.loads(content)


def _pushes(corpus: Path) -> Iterator[tuple[str, bytes, Any]]:
    """Bodies of push events: they tell what a reference was before and is after."""
    for name, content, event in _files(corpus):
        if isinstance(event, dict) and {"ref", "before", "after"} <= event.keys():
            yield name, content, event


def _told(content: bytes, event: dict[str, Any]) -> Told:
    payload = parse_payload(content)
    return (
        gitlab_told({}, payload) if "project" in event else github_told({"x-github-event": "push"}, payload)
    )


def test_every_push_to_a_branch_is_that_push(corpus):
    branches = 0
    for name, content, event in _pushes(corpus):
        if not event["ref"].startswith("refs/heads/"):
            continue
        branches += 1
        told = _told(content, event)
        assert isinstance(told, BranchMoved), name
        assert (told.branch, told.commit) == (event["ref"].removeprefix("refs/heads/"), event["after"]), name
    assert branches >= 3


def test_every_push_is_about_the_repository_that_it_names_and_about_no_other(corpus):
    for name, content, event in _pushes(corpus):
        told = _told(content, event)
        if isinstance(told, Ignored):
            continue
        address = (event.get("project") or event["repository"]).get("web_url") or event["repository"][
            "html_url"
        ]
        own = normalise_url(address.replace("http://", "https://"))
        assert is_named(own, told.addresses), name
        assert not is_named(f"{own}-2", told.addresses), name


_PLANNED = {"opened", "reopened", "synchronize", "ready_for_review", "edited", "open", "reopen", "update"}


def test_every_pull_request_whose_plan_may_have_changed_is_that_pull_request(corpus):
    planned = 0
    for name, content, event in _files(corpus):
        if not isinstance(event, dict):
            continue
        if "pull_request" in event:
            told = github_told({"x-github-event": "pull_request"}, parse_payload(content))
            pull, action = event["pull_request"], event["action"]
            expected = (event["number"], pull["base"]["ref"], pull["head"]["ref"])
        elif event.get("object_kind") == "merge_request":
            told = gitlab_told({}, parse_payload(content))
            merge = event["object_attributes"]
            action, expected = merge["action"], (merge["iid"], merge["target_branch"], merge["source_branch"])
        else:
            continue
        if action not in _PLANNED:
            assert isinstance(told, Ignored), name
            continue
        planned += 1
        assert isinstance(told, PullRequest), name
        assert (told.number, told.branch, told.head) == expected, name
    assert planned >= 6


def test_tags_and_all_other_events_are_ignored_and_say_so(corpus):
    ignored = 0
    for name, content, event in _files(corpus):
        if not isinstance(event, dict) or event.get("ref", "").startswith("refs/heads/"):
            continue
        if "pull_request" in event or event.get("object_kind") == "merge_request":
            continue
        header = next((kind for key, kind in _EVENTS_OF_GITHUB.items() if key in event), "push")
        if "object_kind" in event:
            told = gitlab_told({}, parse_payload(content))
        elif "repository" in event and ("ref" not in event or "before" in event):
            told = github_told({"x-github-event": header}, parse_payload(content))
        else:
            continue
        assert isinstance(told, Ignored), name
        assert told.because, name
        ignored += 1
    assert ignored >= 20


def test_codecommits_state_changes_are_pushes_and_its_other_events_none(corpus):
    pushes = others = 0
    for name, _, event in _files(corpus):
        if not isinstance(event, dict) or event.get("source") != "aws.codecommit":
            continue
        if event["detail-type"] != DETAIL_TYPE:
            with pytest.raises(ValidationError):
                RepositoryStateChange.model_validate(event["detail"])
            others += 1
            continue
        change = RepositoryStateChange.model_validate(event["detail"])
        push = push_of(change, region=event["region"], event_id=event["id"])
        assert push is not None, name
        expected = ("https://git-codecommit.us-east-2.amazonaws.com/v1/repos/MyDemoRepo", "myBranch")
        assert (push.repository, push.branch) == expected
        assert (push.commit, push.delivery_id) == (event["detail"]["commitId"], event["id"])
        pushes += 1
    assert pushes >= 2
    assert others >= 10
