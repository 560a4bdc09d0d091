"""``gmctl orphan``: what runs on without a definition file, and its end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.states import State
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.ports.ledger import PutOrphan
from tests.unit.api.stage import ECS
from tests.unit.api.test_orphans import ORPHAN
from tests.unit.api.test_targets import asked, past

TWIN = EcsTarget(account="111122223333", region="eu-west-1", cluster="test", service_name="web")


@pytest.fixture
def orphan(given, world):
    given(past(world, ("d-1", 1, State.SUCCEEDED), good="d-1"))
    given(world.ledger.transact([PutOrphan(orphan=ORPHAN)]))
    world.make((State.WAITING, f"ann asked to delete it. {ECS} is deleted."))


def test_none_are_said_to_be_none(gmctl):
    done = gmctl("orphan", "list")
    assert (done.code, done.out.strip()) == (0, "There are no orphans.")


def test_the_list_says_what_where_from_and_why(gmctl, orphan):
    [found] = gmctl("orphan", "list", "--output", "json").json["orphans"]
    assert (found["target"]["id"], found["prefix"], found["because"]) == (
        ECS.id,
        "prod/web",
        ORPHAN.because,
    )
    assert "prod/web on main" in " ".join(gmctl("orphan", "list").out.split())


@pytest.mark.parametrize("name", [ECS.id, "prod/web", "web"])
def test_a_person_deletes_one_by_what_it_is_called(gmctl, world, orphan, name):
    done = gmctl("orphan", "delete", name, "--yes")

    assert done.code == 0
    assert [(message["kind"], message["target"]) for message in asked(world)] == [("delete", ECS.id)]
    assert "Follow it with: gmctl deployment watch" in done.out


def test_nobody_to_ask_and_no_yes_deletes_nothing(gmctl, world, orphan):
    done = gmctl("orphan", "delete", "web")

    assert done.code == 2
    assert "add --yes" in done.err
    assert asked(world) == []


def test_what_is_no_orphan_is_refused(gmctl, world, orphan):
    done = gmctl("orphan", "delete", "api", "--yes")

    assert done.code == 1
    assert "No orphan is called 'api'" in done.err
    assert asked(world) == []


def test_of_several_each_is_listed_with_what_to_type(gmctl, given, world, orphan):
    given(world.ledger.transact([PutOrphan(orphan=replace(ORPHAN, target=TWIN))]))

    done = gmctl("orphan", "delete", "web", "--yes")

    assert done.code == 2
    assert f"  gmctl orphan delete {TWIN.id}" in done.err
    assert asked(world) == []
