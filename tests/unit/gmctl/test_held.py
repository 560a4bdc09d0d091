"""Deletions that wait for approval: everywhere told, with what to type, and approved."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.domain.deployments import CommandKind, ObjectChange
from gitmoxi.domain.states import State, Worker
from tests.unit.api.stage import SHA, URL, a_deployment
from tests.unit.gmctl.live import deploying

DEPLOY = ("commit", "deploy", "-r", URL, "-b", "main")
APPROVE = f"gmctl commit approve-deletes -c {SHA[:12]} -r {URL} -b main"


@pytest.fixture
def held(given, world):
    """Two deletions of a commit are held."""
    values = {"state": State.HELD, "change": ObjectChange.DELETED, "owner": Worker.PLANNER}
    heads = [
        a_deployment(f"d-{name}", prefix=f"prod/{name}", because=f"{name} is held.", **values)
        for name in ("a", "b")
    ]
    given(world.ingest(*heads))
    return heads


class TestFollowing:
    def test_a_push_is_followed_until_the_rest_ended_and_exits_with_1(self, gmctl, world):
        world.tell(deploying(web=State.SUCCEEDED, old=State.HELD))
        done = gmctl(*DEPLOY, "--wait")

        assert done.code == 1
        assert f"1 deletion is held until a person approves: {APPROVE}" in done.out
        assert "web ended as SUCCEEDED" in done.out, "the rest was waited for"

    def test_for_scripts_it_is_said_beside_the_result(self, gmctl, world):
        world.tell(deploying(old=State.HELD))
        done = gmctl(*DEPLOY, "--wait", "--output", "json")

        assert (done.code, done.json["deployments"][0]["state"]) == (1, "HELD")
        assert APPROVE in done.err

    def test_a_watched_one_is_waited_for_until_somebody_approves(self, gmctl, world, held):
        async def approved():
            await world.move(held[0], State.SUCCEEDED, "It is gone.")

        looks = [approved]
        real = world.ledger.deployment

        async def deployment(name):
            if looks:
                found = await real(name)
                await looks.pop()()
                return found
            return await real(name)

        world.ledger.deployment = deployment
        done = gmctl("deployment", "watch", "d-a")

        assert done.code == 0
        assert "a is held." in done.out


class TestListing:
    def test_history_counts_them(self, gmctl, held):
        shown = gmctl("commit", "get", "-r", URL, "-b", "main")

        assert f"2 deletions are held until a person approves: {APPROVE}" in shown.out

    def test_the_files_of_the_commit_say_why(self, gmctl, held):
        shown = gmctl("commit", "files", "-c", SHA)

        assert "held: prod/a: a is held." in shown.out

    def test_the_deployment_says_so(self, gmctl, held):
        shown = gmctl("deployment", "get", "d-a")

        assert "Deployment d-a: HELD (PROCESSING)" in shown.out
        assert "a is held." in shown.out


class TestApproving:
    def test_it_names_what_was_approved_and_how_to_follow_it(self, gmctl, world, held):
        done = gmctl("commit", "approve-deletes", "-c", SHA[:7], "--by", "ada")

        assert done.code == 0
        assert "prod/a" in done.out
        assert "gmctl deployment watch d-a" in done.out
        for head in held:
            (command,) = asyncio.run(world.ledger.commands(head.id, ""))
            assert (command.kind, command.by) == (CommandKind.APPROVE, "ada")

    def test_again_it_is_told_the_same(self, gmctl, held):
        first = gmctl("commit", "approve-deletes", "-c", SHA, "--by", "ada", "--output", "json")
        again = gmctl("commit", "approve-deletes", "-c", SHA, "--by", "eve", "--output", "json")

        assert (again.code, again.json) == (0, first.json)

    def test_it_is_in_the_audit_trail(self, gmctl, held):
        gmctl("commit", "approve-deletes", "-c", SHA, "-r", URL, "-b", "main", "--by", "ada")

        assert "ada approved that commit" in gmctl("event", "list").out

    def test_what_is_not_held_is_said_so(self, gmctl, given, world):
        given(world.ingest(a_deployment("d-a", state=State.SUCCEEDED, change=ObjectChange.DELETED)))

        done = gmctl("commit", "approve-deletes", "-c", SHA)

        assert done.code == 1
        assert "No deletion of commit" in done.err
        assert "is held, so there is nothing to approve" in done.err
