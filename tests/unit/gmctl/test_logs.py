"""``gmctl logs``: lines for people, of a service or about a deployment, and as they come."""

from __future__ import annotations

import json

import pytest

from gitmoxi.errors import UnavailableError
from gitmoxi_gmctl import following
from tests.unit.api.stage import T0
from tests.unit.api.test_logs import line, minutes


@pytest.fixture
def lines(world):
    world.logs.put(
        "planner",
        T0 - minutes(3),
        line(because="web is planned", deployment_id="d-1", count=2, message_id="m"),
    )
    world.logs.put("ecs-deployer", T0 - minutes(2), line("deployment.ticked", "error", deployment_id="d-1"))
    world.logs.put("rollback", T0 - minutes(1), line("log.dropped", "warning"))
    return world.logs


def events(done):
    """Of each line its service and event."""
    return [tuple(text.split()[2:4]) for text in done.out.splitlines()]


def test_all_workers_speak_in_order(gmctl, lines):
    done = gmctl("logs")
    assert done.code == 0
    assert events(done) == [
        ("planner", "message.settled:"),
        ("ecs-deployer", "error"),
        ("rollback", "warning"),
    ]
    assert "message.settled: web is planned  deployment_id=d-1  count=2" in done.out


def test_one_service(gmctl, lines):
    assert [service for service, _ in events(gmctl("logs", "rollback"))] == ["rollback"]


def test_a_deployment_over_all_services(gmctl, lines):
    assert [service for service, _ in events(gmctl("logs", "d-1"))] == ["planner", "ecs-deployer"]


def test_only_what_matters(gmctl, lines):
    assert [service for service, _ in events(gmctl("logs", "--level", "error"))] == ["ecs-deployer"]


def test_the_newest_are_shown_and_that_there_are_others_is_said(gmctl, lines):
    done = gmctl("logs", "-n", "1")
    assert [service for service, _ in events(done)] == ["rollback"]
    assert "Older lines are not shown" in done.err


def test_how_far_back(gmctl, lines, world):
    world.logs.put("planner", T0 - minutes(100), line("long.ago"))
    assert "long.ago" not in gmctl("logs").out
    assert "long.ago" in gmctl("logs", "--since", "2h").out
    assert "long.ago" in gmctl("logs", "--since", "2026-11-22T07:00:00+00:00").out


def test_a_script_gets_everything(gmctl, lines):
    entries = gmctl("logs", "--output", "json").json["entries"]
    assert json.loads(entries[0]["raw"])["because"] == "web is planned"


def test_nothing_is_explained(gmctl):
    done = gmctl("logs", "d-9")
    assert (done.code, done.out.startswith("There is no deployment d-9")) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("baker",), "'baker' is no service (ingestor, planner,"),
        (("--since", "soon"), "write 90s, 10m, 2h, 3d"),
        (("--since", "0m"), "is no time"),
        (("--since", "99999d"), "query.seconds"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(gmctl, arguments, said):
    done = gmctl("logs", *arguments)
    assert done.code in {1, 2}
    assert said in done.err


def test_a_line_cannot_steer_the_terminal(gmctl, world):
    world.logs.put("planner", T0, line(because="\x1b[2Jgone"))
    assert "\x1b" not in gmctl("logs").out


class TestFollowing:
    @pytest.fixture
    def coming(self, world, monkeypatch):
        """Lines that come one at each look, then Ctrl-C."""

        def play(*moves):
            left = list(moves)

            def pause():
                if not left:
                    raise KeyboardInterrupt
                left.pop(0)()

            monkeypatch.setattr(following, "pause", pause)

        return play

    def test_lines_are_shown_as_they_come_and_none_twice(self, gmctl, world, lines, coming):
        coming(
            lambda: world.logs.put("planner", T0, line("one")),
            lambda: None,
            lambda: world.logs.put("planner", T0, line("two")),
        )
        done = gmctl("logs", "-f")
        assert done.code == 130
        assert [event for _, event in events(done)] == ["message.settled:", "error", "warning", "one", "two"]

    def test_where_nothing_is_yet_the_person_knows_that_it_waits(self, gmctl, world, coming):
        coming(lambda: world.logs.put("planner", T0, line("one")))
        done = gmctl("logs", "-f", "--output", "json")
        assert "waiting for lines" in done.err
        assert [json.loads(text)["event"] for text in done.out.splitlines()] == ["one"]

    def test_an_api_that_is_away_for_a_moment_is_waited_for(self, gmctl, world, lines, coming):
        def away():
            world.logs.fault = UnavailableError("away")

        def back():
            world.logs.fault = None
            world.logs.put("planner", T0, line("one"))

        coming(away, lambda: None, back)
        done = gmctl("logs", "-f")
        assert done.err.count("Waiting for it.") == 1
        assert done.out.count("one") == 1
