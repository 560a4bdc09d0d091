"""``gmctl rollback``, ``undelete`` and ``deployment retry``: what is typed in the middle of an incident."""

from __future__ import annotations

import asyncio
import io
import re
from datetime import timedelta

import pytest

from gitmoxi.domain.deployments import CommandKind, Verb
from gitmoxi.domain.records import Ownership
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.ports.ledger import PutOwnership
from tests.unit.api.stage import ECS, REPOSITORY, SHA, T0, a_deployment
from tests.unit.api.test_targets import asked, past

OWNED = Ownership(repository_id=REPOSITORY, branch="main", prefix="shop/web", target=ECS)
V1, V2 = ("d-1", 1, State.SUCCEEDED), ("d-2", 2, State.SUCCEEDED)


async def own(world, *ownerships):
    await world.register()
    for ownership in ownerships:
        await world.ledger.transact([PutOwnership(ownership=ownership)])


@pytest.fixture
def released(given, world):
    """Versions 1 and 2 ran well; 2 runs. The planner takes requests, which then wait."""
    given(own(world, OWNED))
    given(past(world, V1, V2, good="d-2"))
    world.make((State.WAITING, "ECS service web differs in 1 place."))


class Terminal(io.StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


class TestNaming:
    @pytest.mark.parametrize(
        "name", [ECS.id, "prod/web", "web", "shop/web", pytest.param(ECS.service_arn, id="its ARN")]
    )
    def test_a_target_is_what_people_call_it(self, gmctl, world, released, name):
        assert gmctl("rollback", name, "--yes").code == 0
        assert [message["target"] for message in asked(world)] == [ECS.id]

    def test_of_several_each_is_listed_with_what_to_type(self, gmctl, given, world, released):
        twin = EcsTarget(account="111122223333", region="eu-west-1", cluster="test", service_name="web")
        given(own(world, Ownership(repository_id=REPOSITORY, branch="main", prefix="test/web", target=twin)))
        done = gmctl("rollback", "web", "--yes")

        assert done.code == 2
        assert "'web' stands for 2 targets. Type one of:" in done.err
        assert f"  gmctl rollback {ECS.id}    # shop/web, ecs prod/web" in done.err
        assert f"  gmctl rollback {twin.id}    # test/web, ecs test/web" in done.err
        assert asked(world) == []

    def test_of_none_what_looks_alike_is_offered(self, gmctl, released):
        done = gmctl("rollback", "wbe", "--yes")

        assert done.code == 1
        assert "No target is called 'wbe'. Did you mean web?" in done.err


class TestRollingBack:
    def test_it_says_what_comes_back_and_what_that_changes(self, gmctl, world, released):
        done = gmctl("rollback", "web", "--yes")

        assert done.code == 0
        lines = [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "WHEN", line) for line in done.out.splitlines()]
        assert f"  runs now     d-2, commit {SHA[:12]}, web:2, succeeded WHEN" in lines
        assert f"  goes back to d-1, commit {SHA[:12]}, web:1, succeeded WHEN" in lines
        assert "    ~ containerDefinitions[web].image: web:2 → web:1" in lines
        assert "main still holds the newer files of prod/web" in done.out
        assert "Plan: update, rolling update" in done.out, "the planner's own, of what lives"
        (message,) = asked(world)
        assert f"Follow it with: gmctl deployment watch {message['new_deployment_id']}" in done.out
        assert "s3cret" not in done.out

    def test_to_names_another_revision(self, gmctl, world, given, released):
        assert gmctl("rollback", "web", "--to", "d-2", "--yes", "--by", "ada").code == 0
        (message,) = asked(world)
        assert (message["deployment_id"], message["by"]) == ("d-2", "ada")

    def test_an_unknown_revision_points_at_the_list(self, gmctl, released):
        done = gmctl("rollback", "web", "--to", "d-x", "--yes")

        assert done.code == 1
        assert f"There is no deployment d-x of {ECS.id}: gmctl rollback {ECS.id} --list" in done.err

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            pytest.param(State.SUCCEEDED, 0, id="runs"),
            pytest.param(State.ROLLBACK_FAILED, 1, id="cannot run"),
            pytest.param(State.SUPERSEDED, 3, id="a newer commit came"),
        ],
    )
    def test_wait_follows_to_the_end_and_exits_with_the_result(self, gmctl, world, released, state, code):
        world.make((State.WAITING, "It waits."), (State.ROLLING_BACK, "It runs."), (state, "It ended."))
        done = gmctl("rollback", "web", "--yes", "--wait", "--timeout", "20")

        assert done.code == code
        assert "tick: It ended." in done.out
        assert done.out.count("Plan: ") == 1

    def test_what_the_planner_refuses_is_seen_at_once(self, gmctl, world, released):
        world.make((State.FAILED, "A deletion of it is held."))
        done = gmctl("rollback", "web", "--yes")

        assert (done.code, "A deletion of it is held." in done.out) == (1, True)

    def test_a_planner_that_is_away_is_said_so(self, gmctl, world, released):
        world.publisher.requested = None
        done = gmctl("rollback", "web", "--yes", "--timeout", "0")

        assert done.code == 4
        new = asked(world)[0]["new_deployment_id"]
        assert f"it is not lost: gmctl deployment watch {new}" in done.err

    def test_for_scripts_there_is_json_and_nothing_else(self, gmctl, world, released):
        done = gmctl("rollback", "web", "--yes", "--output", "json")

        assert done.json["deployment"]["restores"] == "d-1"
        assert "goes back to" in done.err

    def test_nothing_earlier_is_said_to_be_nothing(self, gmctl, given, world):
        given(past(world, V1, good="d-1"))
        done = gmctl("rollback", "web", "--yes")

        assert (done.code, "No revision before the one that runs now (d-1)" in done.err) == (1, True)

    def test_who_asked_is_in_the_audit_trail(self, gmctl, released):
        gmctl("rollback", "web", "--yes", "--by", "ada")

        assert "rollback.requested  ada asked to roll ECS service web" in gmctl("event", "list").out


class TestAsking:
    def test_no_does_nothing(self, gmctl, world, released, monkeypatch):
        monkeypatch.setattr("sys.stdin", Terminal("n\n"))
        done = gmctl("rollback", "web")

        assert (done.code, "Nothing is done." in done.err, asked(world)) == (1, True, [])

    def test_yes_goes_on(self, gmctl, world, released, monkeypatch):
        monkeypatch.setattr("sys.stdin", Terminal("y\n"))

        assert gmctl("rollback", "web").code == 0
        assert len(asked(world)) == 1

    def test_where_nobody_can_answer_the_answer_is_in_the_command(self, gmctl, world, released, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO())
        done = gmctl("rollback", "web")

        assert (done.code, "add --yes to go on" in done.err, asked(world)) == (2, True, [])


class TestListing:
    def test_the_revisions_and_which_one_is_next(self, gmctl, world, released):
        done = gmctl("rollback", "web", "--list")

        rows = [line for line in done.out.splitlines() if "web:" in line]
        assert [(row.partition(" d-")[0].strip(), row.split()[-1]) for row in rows] == [
            ("runs now", "web:2"),
            ("goes back to", "web:1"),
        ]
        assert f"Go back: gmctl rollback {ECS.id} --to DEPLOYMENT" in done.out
        assert asked(world) == []
        assert gmctl("rollback", "web", "--list", "--output", "json").json["suggested"] == "d-1"


class TestWhileSomethingRuns:
    @pytest.fixture
    def running(self, given, world):
        given(past(world, V1, ("d-3", 3, State.RUNNING), good="d-1", active_id="d-3"))
        world.make((State.WAITING, "It waits."))

    def test_it_is_not_interrupted_and_how_to_is_said(self, gmctl, world, running):
        done = gmctl("rollback", "web", "--yes")

        assert done.code == 0
        assert "d-3 is RUNNING and is not interrupted" in done.out
        assert "To stop it first: --abort-running" in done.out
        assert "It waits for the end of d-3." in done.out
        assert asyncio.run(world.ledger.commands("d-3", "")) == []

    def test_abort_running_aborts_it_first(self, gmctl, world, running):
        done = gmctl("rollback", "web", "--yes", "--abort-running", "--by", "ada")

        assert done.code == 0
        (command,) = asyncio.run(world.ledger.commands("d-3", ""))
        assert (command.kind, command.by) == (CommandKind.ABORT, "ada")
        assert len(asked(world)) == 1
        assert "is aborted first" in done.out
        assert "is not interrupted" not in done.out


class TestUndeleting:
    def test_the_last_revision_comes_back(self, gmctl, given, world):
        later = T0 + timedelta(hours=1)
        gone = a_deployment("d-9", state=State.SUCCEEDED, verb=Verb.DELETE, created_at=later)
        given(past(world, V1, V2, gone))
        world.make((State.WAITING, "It is created."))
        done = gmctl("undelete", "prod/web", "--yes")

        assert done.code == 0
        assert "created as   d-2" in done.out
        assert "main holds no files of prod/web" in done.out
        assert [(m["kind"], m["deployment_id"]) for m in asked(world)] == [("undelete", "d-2")]


class TestRetrying:
    def test_what_failed_is_tried_again(self, gmctl, given, world):
        given(past(world, ("d-1", 1, State.FAILED)))
        world.make((State.WAITING, "It waits."), (State.SUCCEEDED, "It runs."))
        done = gmctl("deployment", "retry", "d-1", "--wait", "--timeout", "20")

        assert (done.code, "It runs." in done.out) == (0, True)
        assert [m["kind"] for m in asked(world)] == ["retry"]

    def test_what_did_not_fail_is_refused_with_the_reason(self, gmctl, given, world):
        given(past(world, V1))
        done = gmctl("deployment", "retry", "d-1")

        assert (done.code, "d-1 did not fail, it ended as SUCCEEDED" in done.err) == (1, True)

    def test_an_unknown_one(self, gmctl):
        assert (
            "There is no deployment d-none: gmctl deployment get"
            in gmctl("deployment", "retry", "d-none").err
        )
