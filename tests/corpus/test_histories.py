"""Two hundred commits over real files: what git and the rules say changed is deployed, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.domain.deployments import ObjectChange
from gitmoxi.domain.records import CommitStatus
from gitmoxi.domain.states import State
from tests.corpus.history import COMMITS, OBJECTS, make_history
from tests.corpus.oracle import Blobs, Oracle
from tests.corpus.replaying import Replay

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(300)]

WAYS = {
    "commit by commit": {"every": 1, "deliveries": 1},
    "every seventh commit": {"every": 7, "deliveries": 1},
    "every push told three times": {"every": 1, "deliveries": 3},
}
SETTINGS_ONLY = ": only its deployment settings changed, which deploys nothing"
ENDED_WELL = {State.SUCCEEDED, State.NO_CHANGE, State.SUPERSEDED}


@pytest.fixture(scope="module")
def history(corpus, tmp_path_factory):
    return make_history(corpus, tmp_path_factory.mktemp("git") / "history")


@pytest.fixture(scope="module")
def oracle(history):
    with Blobs.of(history.git) as blobs:
        yield Oracle(history.git, blobs)


@pytest.fixture(scope="module")
def replays(history, tmp_path_factory):
    """Each way of pushing, played when it is first asked for."""
    played: dict[str, Replay] = {}

    def replay(way):
        if way not in played:
            fresh = Replay(history, tmp_path_factory.mktemp("mirrors"), **WAYS[way])
            played[way] = asyncio.run(fresh.run())
        return played[way]

    return replay


@pytest.fixture(params=WAYS)
def replay(request, replays):
    return replays(request.param)


def test_the_history_has_all_that_happens_to_repositories(history, oracle):
    parents = history.git("rev-list", "--parents", "--all").decode().splitlines()
    assert len(parents) == COMMITS
    assert sum(len(line.split()) == 3 for line in parents) >= 3, "merges"
    moves = list(zip(history.tips, history.tips[1:], strict=False))
    assert sum(oracle.is_rewritten(old, new) for old, new in moves) == 2, "a squash and a rebase"
    changes = [oracle.expected(old, new) for old, new in moves]
    assert len(oracle.expected(None, history.tips[0]).changes) == OBJECTS
    assert sum(bool(change.settings_only) and not change.changes for change in changes) >= 5, "settings alone"
    assert sum(not change.changes and not change.settings_only for change in changes) >= 5, "unrelated"
    kinds = [set(change.changes.values()) for change in changes]
    assert sum(kind == {"ADDED", "DELETED"} for kind in kinds) >= 5, "renames"
    assert sum(kind == {"DELETED"} for kind in kinds) >= 5, "deletions"
    assert sum(kind == {"ADDED"} for kind in kinds) >= 3, "additions"


def test_every_push_is_compared_with_the_one_processed_before(replay):
    previous = None
    for done in replay.processed:
        assert done.commit.status is CommitStatus.INGESTED
        assert done.commit.previous_sha == previous
        previous = done.commit.sha
    assert [done.commit.sha for done in replay.processed] == replay.pushed


def test_scenario_21_what_changed_is_what_git_and_the_rules_say(replay, oracle):
    for done in replay.processed:
        expected = oracle.expected(done.commit.previous_sha, done.commit.sha)
        listed = [(item.prefix, item.change.name) for item in done.manifest.objects]
        assert sorted(listed) == sorted(expected.changes.items()), done.commit.sha
        told = {line.removesuffix(SETTINGS_ONLY) for line in done.manifest.warnings if SETTINGS_ONLY in line}
        assert told == expected.settings_only, done.commit.sha
        assert done.manifest.rewritten == (
            "DELETED" in expected.changes.values()
            and oracle.is_rewritten(done.commit.previous_sha, done.commit.sha)
        )


def test_every_change_is_deployed_once_in_the_content_of_its_commit(replay, oracle):
    live: dict[str, str] = {}
    for done in replay.processed:
        expected = oracle.expected(done.commit.previous_sha, done.commit.sha)
        wanted = {
            name_of(prefix): content
            for prefix, change in expected.changes.items()
            if change != "DELETED" and (content := oracle.content(done.commit.sha, prefix)) is not None
        }
        for mutation in done.mutations:
            if mutation.image is None:
                del live[mutation.target.rpartition("/")[2]]
        new = {name: content for name, content in wanted.items() if live.get(name) != content}
        put = [(m.target.rpartition("/")[2], m.image) for m in done.mutations if m.image is not None]
        assert sorted(put) == sorted(new.items()), done.commit.sha
        live |= new


def test_nothing_is_deleted_that_no_commit_deleted(replay, oracle):
    for done in replay.processed:
        expected = oracle.expected(done.commit.previous_sha, done.commit.sha)
        by_id = {head.id: head for head in done.deployments}
        for mutation in done.mutations:
            if mutation.image is None:
                prefix = by_id[mutation.deployment].origin.prefix
                assert expected.changes[prefix] == "DELETED"
                still = {name_of(path) for path in oracle.paths(done.commit.sha) if "_" in path}
                assert name_of(prefix) not in still, f"{prefix} was only renamed"


def test_what_cannot_be_used_fails_and_names_its_file(replay, oracle):
    failures = 0
    for done in replay.processed:
        for head in done.deployments:
            prefix, content = head.origin.prefix, None
            if head.change is not ObjectChange.DELETED:
                content = oracle.content(done.commit.sha, prefix)
                assert (head.state is State.FAILED) == (content is None), head.because
            assert "Traceback" not in head.because
            if head.state is State.FAILED:
                failures += 1
                assert f"{prefix}_" in head.because
            else:
                assert head.state in ENDED_WELL, head.because
    assert failures >= 5


@pytest.mark.parametrize("way", WAYS)
def test_in_the_end_the_tip_runs_however_it_was_pushed(way, replays, history, oracle):
    tip = history.tips[-1]
    prefixes = oracle.expected(None, tip).changes
    wanted = {name_of(prefix): oracle.content(tip, prefix) for prefix in prefixes}
    live = replays(way).world.targets.live
    assert {target.rpartition("/")[2]: image for target, image in live.items()} == wanted


def name_of(prefix):
    """A service object is called as its files are."""
    return prefix.rpartition("/")[2].partition("_")[0]
