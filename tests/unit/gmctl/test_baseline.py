"""``gmctl commit baseline``: the report of day one, as a table, as JSON and as Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.records import Branch
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import PutBranch, PutCommit
from tests.unit.api.stage import REPOSITORY, SHA, URL, a_deployment

ASK = ("commit", "baseline", "-r", URL, "-b", "main")
REASON = "prod/d_svcdef.json line 1: `not | JSON`"


async def baselined(world, *objects: tuple[str, State, Verb | None]) -> None:
    heads = [
        a_deployment(
            name,
            state=state,
            prefix=f"prod/{name}",
            seq=1,
            baseline=True,
            because=REASON if state is State.FAILED else "compared",
        )
        for name, state, _ in objects
    ]
    commit = await world.ingest(*heads, seq=1)
    branch = Branch(repository_id=REPOSITORY, name="main", seq=1, last_processed=SHA)
    await world.ledger.transact(
        [PutCommit(commit=replace(commit, baseline=True)), PutBranch(branch=branch, expected_seq=0)]
    )
    for head, (_, _, verb) in zip(heads, objects, strict=True):
        if verb is not None:
            await world.plan(head, verb=verb)


ALL = (
    ("a", State.BASELINED, Verb.NOTHING),
    ("b", State.BASELINED, Verb.UPDATE),
    ("c", State.BASELINED, Verb.CREATE),
    ("d", State.FAILED, None),
)


def test_what_needs_a_look_comes_first_and_the_sum_is_told(gmctl, given, world):
    given(baselined(world, *ALL))
    shown = gmctl(*ASK)
    lines = shown.out.splitlines()
    assert lines[0] == (
        f"Baseline of main, commit {SHA[:12]}: 1 cannot be planned, 1 differs, 1 missing, 1 equal"
    )
    assert [line.split()[0] for line in lines[2:6]] == ["prod/d", "prod/b", "prod/c", "prod/a"]
    assert "differs in 1" in lines[3]
    assert f"prod/d: {REASON}" in lines
    assert lines[-1] == "Nothing was changed."
    assert shown.code == 1


def test_with_v_the_differences_are_shown(gmctl, given, world):
    given(baselined(world, *ALL[:3]))
    assert "web:1 → web:2" not in gmctl(*ASK).out
    shown = gmctl(*ASK, "-v")
    assert "web:1 → web:2" in shown.out
    assert shown.code == 0


def test_what_is_not_compared_yet_is_told(gmctl, given, world):
    given(baselined(world, ("a", State.RECEIVED, None)))
    assert "ask again in a moment" in gmctl(*ASK).out


def test_as_json(gmctl, given, world):
    given(baselined(world, *ALL))
    shown = gmctl(*ASK, "--output", "json").json
    assert [item["comparison"] for item in shown["objects"]] == [
        "equal",
        "differs",
        "missing",
        "cannot be planned",
    ]
    assert shown["finished"] is True


def test_as_markdown_in_which_committed_text_means_nothing(gmctl, given, world):
    given(baselined(world, *ALL))
    page = gmctl(*ASK, "--output", "markdown").out
    assert page.startswith("### Gitmoxi baseline: 1 cannot be planned, 1 differs, 1 missing, 1 equal\n")
    assert "| `prod/b` |" in page
    assert "#### `prod/b` differs in 1" in page
    assert "+   web:2" in page
    assert "`` prod/d_svcdef.json line 1: `not | JSON` ``" in page


@pytest.mark.parametrize("output", ["table", "json", "markdown"])
def test_a_branch_without_baseline_says_so(gmctl, given, world, output):
    given(world.register())
    shown = gmctl(*ASK, "--output", output)
    assert (shown.code, shown.out) == (1, "")
    assert "without --baseline" in shown.err
