"""The report of a baseline is made from what was stored while it was planned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.records import Branch, CommitStatus
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import PutBranch, PutCommit
from tests.unit.api.stage import REPOSITORY, URL, a_commit, a_deployment

ASKED = {"repository": URL, "branch": "main"}


async def baselined(stage, *objects, seq: int = 1) -> None:
    """A commit of baseline deployments: name, state, verb of the plan."""
    heads = [
        a_deployment(name, state=state, prefix=f"prod/{name}", seq=seq, baseline=True)
        for name, state, _ in objects
    ]
    commit = await stage.ingest(*heads, seq=seq)
    await stage.ledger.transact([PutCommit(commit=replace(commit, baseline=True))])
    await stage.ledger.transact(
        [PutBranch(branch=Branch(repository_id=REPOSITORY, name="main", seq=seq), expected_seq=0)]
    )
    for head, (_, _, verb) in zip(heads, objects, strict=True):
        if verb is not None:
            await stage.plan(head, verb=verb)


async def test_each_object_says_how_it_compared(api, stage):
    await baselined(
        stage,
        ("a", State.BASELINED, Verb.NOTHING),
        ("b", State.BASELINED, Verb.UPDATE),
        ("c", State.BASELINED, Verb.CREATE),
        ("d", State.FAILED, None),
    )
    found = (await api.get("/v1/baselines", params=ASKED)).json()
    assert {item["prefix"]: item["comparison"] for item in found["objects"]} == {
        "prod/a": "equal",
        "prod/b": "differs",
        "prod/c": "missing",
        "prod/d": "cannot be planned",
    }
    assert found["objects"][1]["plan"]["differences"][0]["after"] == "web:2"
    assert (found["finished"], found["commit"]["baseline"]) == (True, True)


async def test_what_is_not_compared_yet_is_told(api, stage):
    await baselined(stage, ("a", State.BASELINED, Verb.NOTHING), ("b", State.RECEIVED, None))
    found = (await api.get("/v1/baselines", params=ASKED)).json()
    assert found["finished"] is False
    assert [item["comparison"] for item in found["objects"]] == ["equal", "not compared yet"]


@pytest.mark.parametrize("status", [CommitStatus.FAILED, CommitStatus.ABANDONED])
async def test_commits_before_it_that_came_to_nothing_are_passed_over(api, stage, status):
    await stage.ledger.transact([PutCommit(commit=a_commit(1, status=status, baseline=True))])
    await baselined(stage, ("a", State.BASELINED, Verb.NOTHING), seq=2)
    assert (await api.get("/v1/baselines", params=ASKED)).json()["commit"]["seq"] == 2


async def test_a_branch_without_baseline_says_why_it_may_have_none(api, stage):
    await stage.register()
    await stage.ingest(a_deployment("d-1", seq=1), seq=1)
    answer = await api.get("/v1/baselines", params=ASKED)
    assert answer.status_code == 404
    assert "without --baseline" in answer.json()["detail"]
