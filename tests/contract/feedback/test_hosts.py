"""What every kind of Git host promises about statuses and comments."""

from __future__ import annotations

import pytest

from gitmoxi.domain.commit_reports import CommitState
from gitmoxi.ports.feedback import MARKER, PullRequestComment, StatusUpdate
from tests.contract.feedback.conftest import PULL_REQUEST

SHA = "a" * 40


def an_update(**changes):
    values = {
        "sha": SHA,
        "branch": "main",
        "context": "gitmoxi/main",
        "state": CommitState.SUCCESS,
        "sentence": "2 deployed.",
        "previous_sha": "b" * 40,
    }
    return StatusUpdate(**values | changes)


def a_comment(text="the plan", about="gitmoxi/main"):
    return PullRequestComment(pull_request=PULL_REQUEST, about=about, text=text)


@pytest.mark.parametrize("state", list(CommitState))
async def test_a_status_may_be_set_twice(host, state):
    ref = await host.feedback.set_status(host.repository, an_update(state=state))
    assert await host.feedback.set_status(host.repository, an_update(state=state), ref) == ref


async def test_a_status_may_have_a_sentence_of_any_length(host):
    for state in CommitState:
        await host.feedback.set_status(host.repository, an_update(state=state, sentence="why " * 5_000))


async def test_a_comment_is_written_once_and_then_updated_in_its_place(host):
    ref = await host.feedback.upsert_comment(host.repository, a_comment("first"))
    assert await host.feedback.upsert_comment(host.repository, a_comment("second"), ref) == ref
    (comment,) = host.comments()
    assert comment.endswith("second")


async def test_a_comment_whose_name_was_forgotten_is_found_again(host):
    """As after a crash between writing and remembering."""
    first = await host.feedback.upsert_comment(host.repository, a_comment("first"))
    assert await host.feedback.upsert_comment(host.repository, a_comment("second")) == first
    assert len(host.comments()) == 1


async def test_comments_of_two_branches_or_installations_stand_beside_each_other(host):
    await host.feedback.upsert_comment(host.repository, a_comment("one", about="gitmoxi/main"))
    await host.feedback.upsert_comment(host.repository, a_comment("two", about="gitmoxi/prod"))
    assert len(host.comments()) == 2


async def test_the_longest_comment_fits(host):
    room = host.feedback.longest_comment - len(MARKER.format(about="gitmoxi/main")) - 1
    await host.feedback.upsert_comment(host.repository, a_comment("x" * room))
