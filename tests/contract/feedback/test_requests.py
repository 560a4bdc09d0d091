"""What GitHub and GitLab are sent, byte for byte where it counts."""

from __future__ import annotations

import json

import pytest

from gitmoxi.adapters.feedback.github import GitHubFeedback
from gitmoxi.domain.commit_reports import CommitState
from gitmoxi.domain.repositories import RepositoryUrlError
from gitmoxi.errors import ThrottledError, UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError
from tests.contract.feedback.codecommit_fake import refusal
from tests.contract.feedback.conftest import a_repository
from tests.contract.feedback.test_hosts import SHA, a_comment, an_update


async def test_github_gets_a_status_by_context(github, forge):
    update = an_update(state=CommitState.FAILURE, sentence="web failed.", url="https://gitmoxi.test/c")
    await github.feedback.set_status(github.repository, update)
    assert forge.requests == [("POST", f"/api/v3/repos/team/shop/statuses/{SHA}")]
    assert json.loads(forge.bodies[0]) == {
        "state": "failure",
        "context": "gitmoxi/main",
        "description": "web failed.",
        "target_url": "https://gitmoxi.test/c",
    }
    assert forge.headers[0]["authorization"] == f"Bearer {forge.token}"
    assert forge.headers[0]["accept"] == "application/vnd.github+json"
    assert forge.headers[0]["user-agent"]


async def test_gitlab_gets_a_status_by_name_and_branch_of_a_nested_project(gitlab, forge):
    await gitlab.feedback.set_status(gitlab.repository, an_update(state=CommitState.PENDING))
    assert forge.requests == [("POST", f"/api/v4/projects/group%2Fsub.group%2Fshop/statuses/{SHA}")]
    assert json.loads(forge.bodies[0]) == {
        "state": "running",
        "name": "gitmoxi/main",
        "ref": "main",
        "description": "2 deployed.",
    }
    assert forge.headers[0]["private-token"] == forge.token


async def test_our_comment_is_found_behind_many_others(github, forge):
    forge.comments[7] = [{"id": number, "body": "somebody else's"} for number in range(60)]
    await github.feedback.upsert_comment(github.repository, a_comment("first"))
    await github.feedback.upsert_comment(github.repository, a_comment("second"))
    assert len(forge.comments[7]) == 61
    assert forge.comments[7][-1]["body"] == "<!-- gitmoxi:gitmoxi/main -->\nsecond"


async def test_a_comment_that_only_quotes_our_marker_is_left_alone(github, forge):
    forge.comments[7] = [{"id": 1, "body": "> <!-- gitmoxi:gitmoxi/main -->"}, {"id": 2, "body": None}]
    await github.feedback.upsert_comment(github.repository, a_comment())
    assert len(forge.comments[7]) == 3


async def test_codecommit_s_comment_on_a_commit_waits_for_the_end(codecommit):
    pending = await codecommit.feedback.set_status(
        codecommit.repository, an_update(state=CommitState.PENDING)
    )
    assert (pending, codecommit.codecommit.comments) == ("", {})
    await codecommit.feedback.set_status(codecommit.repository, an_update(state=CommitState.FAILURE))
    (comment,) = codecommit.codecommit.comments.values()
    assert "could not deploy this commit" in comment["content"]
    assert set(codecommit.codecommit.regions) == {"eu-west-1"}


async def test_a_comment_that_a_person_deleted_is_written_anew(codecommit):
    ref = await codecommit.feedback.upsert_comment(codecommit.repository, a_comment("first"))
    del codecommit.codecommit.comments[ref]
    await codecommit.feedback.upsert_comment(codecommit.repository, a_comment("second"), ref)
    assert len(codecommit.comments()) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param("AccessDeniedException", FeedbackRefusedError, id="denied"),
        pytest.param("RepositoryDoesNotExistException", FeedbackRefusedError, id="no such repository"),
        pytest.param("ThrottlingException", ThrottledError, id="throttled"),
        pytest.param("InternalFailure", UnavailableError, id="broken"),
    ],
)
async def test_codecommit_s_refusals_name_the_rights_and_outages_are_waited_for(codecommit, fault, told):
    codecommit.codecommit.faults.append(refusal(fault, "GetCommentsForPullRequest"))
    with pytest.raises(told, match="needs" if told is FeedbackRefusedError else "codecommit"):
        await codecommit.feedback.upsert_comment(codecommit.repository, a_comment())


async def test_a_pull_request_that_codecommit_does_not_know_is_refused(codecommit):
    codecommit.codecommit.pull_requests.clear()
    with pytest.raises(FeedbackRefusedError, match="PullRequestDoesNotExist"):
        await codecommit.feedback.upsert_comment(codecommit.repository, a_comment())


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://127.0.0.1/only-a-name", id="no owner"),
        pytest.param("https://127.0.0.1/a/b/c", id="a path that is too deep"),
    ],
)
async def test_what_is_no_github_repository_is_refused(github, url):
    with pytest.raises(FeedbackRefusedError, match=r"no GitHub repository"):
        await github.feedback.set_status(a_repository(url), an_update())


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        pytest.param((), "https://127.0.0.1/team/shop", id="loopback"),
        pytest.param((), "https://169.254.169.254/team/shop", id="instance metadata"),
        pytest.param((), "https://[::ffff:127.0.0.1]/team/shop", id="loopback in an IPv6 address"),
        pytest.param(("git.example.com",), "https://other.example.com/team/shop", id="not on the list"),
    ],
)
async def test_threat_ssrf_feedback_reaches_no_host_that_git_may_not(web, token_store, clock, allowed, url):
    feedback = GitHubFeedback(web=web, secrets=token_store, clock=clock, allowed_hosts=allowed)
    with pytest.raises((RepositoryUrlError, FeedbackRefusedError)):
        await feedback.set_status(a_repository(url), an_update())
