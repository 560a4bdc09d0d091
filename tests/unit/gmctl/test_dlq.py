"""``gmctl dlq``: seeing what no worker could handle, and what to do about it."""

from __future__ import annotations

import pytest

from gitmoxi.domain.states import Worker
from tests.unit.api.test_dead_letters import EVENT, PLANNER, a_letter


@pytest.fixture
def letters(world):
    world.dead_letters.put(PLANNER, *(a_letter(number) for number in range(1, 4)))
    return world.dead_letters


def test_the_list_shows_every_worker_and_what_is_wrong(gmctl, letters):
    done = gmctl("dlq", "list")
    assert done.code == 0
    assert all(worker in done.out for worker in Worker)
    [line] = [line for line in done.out.splitlines() if line.startswith("planner")]
    assert "3" in line.split()
    assert line.endswith("not an event of ours")


def test_a_script_gets_the_list_as_json(gmctl, letters):
    queues = gmctl("dlq", "list", "--output", "json").json["queues"]
    assert {queue["worker"]: queue["messages"] for queue in queues}["planner"] == 3


def test_showing_says_what_each_is_why_it_lies_there_and_what_to_type(gmctl, letters):
    done = gmctl("dlq", "show", "planner", "-n", "2")
    assert done.code == 0
    assert done.out.index("m-1") < done.out.index("m-2")
    for said in ("commit.ingested.v1", "why   not an event of ours", "repository_id=r-1", EVENT):
        assert said in done.out
    assert "gmctl dlq redrive planner --message m-1" in done.out
    assert "1 more lie there" in done.out


def test_nothing_there_is_said(gmctl):
    assert gmctl("dlq", "show", "planner").out.strip() == "Nothing lies there."


def test_what_somebody_else_looks_at_is_said_to_be_out_of_sight(gmctl, given, letters):
    given(letters.receive(PLANNER, hold_seconds=30))
    assert "3 messages cannot be seen now" in gmctl("dlq", "show", "planner").out
    assert "somebody looks at it" in gmctl("dlq", "list").out
    assert "try again in half a minute" in gmctl("dlq", "redrive", "planner", "--yes").err


def test_all_go_back(gmctl, world, letters):
    done = gmctl("dlq", "redrive", "planner", "--yes", "--by", "ada")
    assert (done.code, done.out.strip()) == (0, "3 messages went back to planner.")
    assert len(letters.returned[PLANNER]) == 3


def test_more_than_one_request_takes_go_back_too(gmctl, world, letters):
    letters.put(PLANNER, *(a_letter(number) for number in range(10, 220)))
    assert "213 messages went back" in gmctl("dlq", "redrive", "planner", "--yes").out


def test_one_goes_back(gmctl, letters):
    done = gmctl("dlq", "redrive", "planner", "--message", "m-2", "--yes", "--output", "json")
    assert done.json == {"worker": "planner", "messages": ["m-2"], "left": 2}


def test_where_nothing_lies_nobody_is_asked(gmctl):
    done = gmctl("dlq", "redrive", "planner")
    assert (done.code, done.out.strip()) == (0, "0 messages went back to planner.")


def test_dropping_tells_the_reason_and_leaves_a_trace(gmctl, given, world, letters):
    done = gmctl("dlq", "drop", "planner", "--message", "m-1", "--yes", "--by", "ada")
    assert "is deleted: not an event of ours" in done.out
    [entry] = given(world.ledger.audit(5))
    assert (entry.kind, entry.details["by"], entry.details["body"]) == ("deadletter.dropped", "ada", EVENT)


@pytest.mark.parametrize("command", [("redrive", "planner"), ("drop", "planner", "--message", "m-1")])
def test_nobody_to_ask_and_no_yes_does_nothing(gmctl, given, letters, command):
    done = gmctl("dlq", *command)
    assert done.code == 2
    assert "add --yes" in done.err
    assert given(letters.depth(PLANNER)).waiting == 3


def test_no_such_worker_names_those_that_are(gmctl):
    done = gmctl("dlq", "show", "baker")
    assert done.code == 2
    assert "planner" in done.err
