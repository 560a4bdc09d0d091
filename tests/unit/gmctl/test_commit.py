"""``gmctl commit``: deploying, history, files."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gitmoxi.domain.records import PushOutcome
from gitmoxi.domain.states import State
from gitmoxi.errors import UnavailableError
from gitmoxi.ports.ledger import PutCommit
from gitmoxi_gmctl import following
from tests.unit.api.stage import NOT_FOUND, SHA, URL, a_commit, a_deployment
from tests.unit.gmctl.live import deploying

DEPLOY = ("commit", "deploy", "-r", URL, "-b", "main")


def test_a_deployment_is_followed_to_its_end_with_every_reason(gmctl, world):
    world.tell(deploying(web=State.SUCCEEDED))
    done = gmctl(*DEPLOY, "--wait")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"Commit {SHA[:12]}, number 7: 1 service objects changed."
    told = [line for line in lines if line.startswith("  ")]
    assert "prod/web  RECEIVED  receive: a newer image is wanted" in told[0]
    assert "prod/web  RUNNING  tick: web: one of two tasks runs.  [ecs:UpdateService]" in told[1]
    assert any("prod/web  SUCCEEDED  tick: web ended as SUCCEEDED." in line for line in told)
    assert len([line for line in told if "RUNNING" in line]) == 1, "each step is told once"
    assert "PROCESSED_SUCCESS" in lines[-1]


def test_a_failure_ends_with_cause_awss_words_and_advice(gmctl, world):
    world.tell(deploying(NOT_FOUND, web=State.ROLLED_BACK))
    done = gmctl(*DEPLOY, "--wait")
    assert done.code == 1
    for text in (
        "Failure of prod/web: The image web:2 does not exist. (image.not-found, 3 times)\n",
        "  AWS says: CannotPullContainerError: web:2: not found\n",
        "  What to do: Push it.\n",
        "  More: https://docs.aws.amazon.com/pull\n",
    ):
        assert done.out.count(text) == 1, done.out


def test_what_a_success_met_on_its_way_is_no_failure(gmctl, world):
    world.tell(deploying(NOT_FOUND, web=State.SUCCEEDED))
    assert "What to do" not in gmctl(*DEPLOY, "--wait").out


def test_warnings_of_the_plan_are_always_shown(gmctl, world):
    world.tell(deploying(web=State.SUCCEEDED))
    done = gmctl(*DEPLOY, "--wait")
    assert done.out.count("warning: deployed ALL_AT_ONCE") == 1
    assert "image: web:1 → web:2" not in done.out


def test_the_whole_plan_is_shown_if_wanted(gmctl, world):
    world.tell(deploying(web=State.SUCCEEDED))
    done = gmctl(*DEPLOY, "--wait", "-v")
    assert done.out.count("image: web:1 → web:2") == 1
    assert "1. register the task definition" in done.out


def test_a_step_that_comes_between_head_and_steps_is_told_once(gmctl, world):
    async def story(world, push):
        head = a_deployment("d-web", state=State.RUNNING, prefix="prod/web")
        await world.ingest(head, delivery_id=push.delivery_id)
        heads = [head]

        async def move():
            heads.append(await world.move(heads[-1], State.RUNNING, "The service is updated."))

        async def end():
            await world.move(heads[-1], State.SUCCEEDED, "All tasks run.")

        async def nothing():
            """Two looks are for the push itself, one is for the head that is overtaken."""

        world.ledger.between.append(move)
        world.ledger.moves += [nothing, nothing, nothing, end]

    world.tell(story)
    done = gmctl(*DEPLOY, "--wait")
    assert done.code == 0
    told = [line for line in done.out.splitlines() if line.startswith("  ")]
    assert ["updated" in line for line in told] == [False, True, False]
    assert ["All tasks run" in line for line in told] == [False, False, True]


@pytest.mark.parametrize(
    "options", [pytest.param((), id="at once"), pytest.param(("--wait",), id="followed")]
)
def test_warnings_of_the_commit_are_shown(gmctl, world, options):
    world.tell(deploying(web=State.SUCCEEDED))
    done = gmctl(*DEPLOY, *options)
    assert done.out.splitlines()[1] == "warning: dev/cache has no definition file: nothing is deployed"


def test_only_warnings_of_this_processing_are_shown(gmctl, given, world):
    given(world.ingest(a_deployment("d-old", state=State.SUCCEEDED), delivery_id="before", seq=6))
    world.tell(deploying(web=State.SUCCEEDED))
    assert gmctl(*DEPLOY).out.count("warning: dev/cache") == 1


def test_warnings_are_looked_for_again_while_the_index_of_commits_lags_behind(gmctl, world, monkeypatch):
    behind = [[], []]
    up_to_date = world.ledger.commits_by_sha

    async def commits_by_sha(sha):
        return behind.pop() if behind else await up_to_date(sha)

    monkeypatch.setattr(world.ledger, "commits_by_sha", commits_by_sha)
    world.tell(deploying(web=State.SUCCEEDED))
    assert gmctl(*DEPLOY).out.count("warning: dev/cache") == 1


def test_where_warnings_will_be_is_said_when_they_do_not_come(gmctl, world, monkeypatch):
    async def commits_by_sha(_):
        return []

    monkeypatch.setattr(world.ledger, "commits_by_sha", commits_by_sha)
    world.tell(deploying(web=State.SUCCEEDED))
    done = gmctl(*DEPLOY, "--wait")
    assert done.code == 0
    assert f"not known yet whether the commit has warnings: gmctl commit files -c {SHA[:12]}" in done.out


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        pytest.param({"a": State.SUCCEEDED, "b": State.NO_CHANGE}, 0, id="all went well"),
        pytest.param({"a": State.FAILED}, 1, id="failed"),
        pytest.param({"a": State.SUCCEEDED, "b": State.ROLLED_BACK}, 1, id="one was rolled back"),
        pytest.param({"a": State.ROLLBACK_FAILED}, 1, id="the rollback failed"),
        pytest.param({"a": State.CANCELLED}, 1, id="cancelled"),
        pytest.param({"a": State.SUCCEEDED, "b": State.SUPERSEDED}, 3, id="one was superseded"),
        pytest.param({"a": State.SUPERSEDED, "b": State.FAILED}, 1, id="an error counts more"),
        pytest.param({}, 0, id="nothing to deploy"),
    ],
)
def test_the_exit_code_is_the_result(gmctl, world, ends, code):
    world.tell(deploying(**ends))
    assert gmctl(*DEPLOY, "--wait").code == code


def test_the_time_is_over_but_the_deployment_goes_on(gmctl, world):
    world.tell(deploying(web=State.SUCCEEDED, slow=State.RUNNING))
    done = gmctl(*DEPLOY, "--wait", "--timeout", "0.3")
    assert done.code == 4
    assert "Timed out after 0.3 s. Still under way, and going on: d-slow (prod/slow) is RUNNING" in done.err
    assert "gmctl deployment watch d-slow" in done.err


def test_a_push_that_nobody_answers_is_not_lost(gmctl):
    done = gmctl(*DEPLOY, "--wait", "--timeout", "0")
    assert done.code == 4
    assert "waits in the ingestor's queue and is not lost" in done.err


def test_a_refused_push_says_why(gmctl, world):
    because = f"Branch main of {URL} is not registered; registered are: develop"
    world.tell(lambda world, push: world.answer(push, PushOutcome.REFUSED, because))
    for options in ((), ("--wait",)):
        done = gmctl(*DEPLOY, *options)
        assert (done.code, done.err) == (1, f"gmctl: {because}\n")


def test_a_tip_that_was_processed_before_says_that_nothing_is_deployed_now_and_what_to_type(gmctl, world):
    because = f"Commit {SHA[:12]} is the tip of main and was processed before."
    world.tell(lambda world, push: world.answer(push, PushOutcome.NOTHING_NEW, because))
    told = gmctl(*DEPLOY).out
    assert because in told
    assert "Nothing is deployed now" in told
    assert "gmctl deployment retry ID" in told


def test_a_tip_that_another_push_told_of_just_before_is_followed_and_not_called_ended(gmctl, world):
    async def story(world, push):
        await deploying(web=State.RUNNING)(world, push)
        first = await world.ledger.push(push.delivery_id)
        await world.ledger.put_push(replace(first, outcome=PushOutcome.NOTHING_NEW))

    world.tell(story)
    told = gmctl(*DEPLOY).out
    assert "Another push told of it before; its deployments are under way" in told
    assert "Nothing is deployed now" not in told


def test_a_repository_out_of_reach_is_told_once_and_waited_for(gmctl, world):
    async def story(world, push):
        await world.answer(push, PushOutcome.RETRYING, "The server of the repository does not answer.")

        async def still():
            """The next look finds the same."""

        async def answered():
            await deploying(web=State.SUCCEEDED)(world, push)

        world.ledger.moves += [still, still, answered]

    world.tell(story)
    done = gmctl(*DEPLOY, "--wait")
    assert done.code == 0
    assert done.out.count("The server of the repository does not answer. It is tried again.") == 1


def test_an_api_that_is_away_for_a_moment_is_waited_for(gmctl, world):
    async def story(world, push):
        async def away():
            raise UnavailableError("DynamoDB is away")

        await deploying(web=State.SUCCEEDED)(world, push)
        world.ledger.moves[1:1] = [away, away]

    world.tell(story)
    done = gmctl(*DEPLOY, "--wait")
    assert done.code == 0
    assert done.out.count("does not answer at the moment") == 1
    assert done.out.count("; trying again.\n") == 1


def test_a_commit_that_was_processed_before_shows_what_came_of_it(gmctl, world):
    async def story(world, push):
        await world.ingest(a_deployment(state=State.FAILED), delivery_id=push.delivery_id)

    world.tell(story)
    assert gmctl(*DEPLOY, "--wait").code == 1


def test_without_wait_the_deployments_are_listed_and_go_on(gmctl, world):
    world.tell(deploying(web=State.FAILED))
    done = gmctl(*DEPLOY)
    assert done.code == 0
    assert "d-web" in done.out


def test_force_is_passed_on(gmctl, world):
    world.tell(deploying())
    gmctl(*DEPLOY, "-f")
    gmctl(*DEPLOY)
    assert [json.loads(event.detail)["force"] for event in world.publisher.published] == [True, False]


def test_json_is_alone_on_standard_output(gmctl, world):
    world.tell(deploying(web=State.SUCCEEDED))
    done = gmctl(*DEPLOY, "--wait", "--output", "json")
    assert [item["state"] for item in done.json["deployments"]] == ["SUCCEEDED"]
    assert "one of two tasks runs" in done.err


def test_ctrl_c_ends_the_following_only(gmctl, world, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "pause", interrupt)
    world.tell(deploying(slow=State.RUNNING))
    done = gmctl(*DEPLOY, "--wait")
    assert done.code == 130
    assert "goes on: gmctl deployment get" in done.err


def test_history_is_listed(gmctl, given, world):
    given(
        world.ledger.transact(
            [PutCommit(commit=a_commit(seq, message=f"No. [bold]{seq}")) for seq in (1, 2, 3)]
        )
    )
    shown = gmctl("commit", "get", "-r", URL, "-b", "main", "-n", "2")
    assert shown.code == 0
    assert "No. [bold]3" in shown.out
    assert "No. [bold]1" not in shown.out
    assert [
        c["seq"] for c in gmctl("commit", "get", "-r", URL, "-b", "main", "--output", "json").json["commits"]
    ] == [
        3,
        2,
        1,
    ]


def test_history_of_an_unknown_repository(gmctl):
    shown = gmctl("commit", "get", "-r", URL, "-b", "main")
    assert (shown.code, "none of its commits" in shown.err) == (1, True)


def test_files_are_listed_by_service_object(gmctl, given, world):
    given(world.ingest(a_deployment()))
    shown = gmctl("commit", "files", "-c", SHA[:8])
    assert shown.code == 0
    assert "prod/web_svcdef.json" in shown.out
    assert "warning: dev/cache has no definition file: nothing is deployed" in shown.out
    assert (
        gmctl("commit", "files", "-c", SHA, "--output", "json").json["processings"][0]["commit"]["seq"] == 7
    )
    assert gmctl("commit", "files", "-c", "0000000").code == 1
