"""``gmctl deployment`` and ``gmctl event``: looking, watching, asking."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.domain.deployments import CommandKind, Verb
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.records import AuditEntry, TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import TargetKind
from gitmoxi.ports.ledger import CreateDeployment, PutTarget
from gitmoxi_gmctl import following
from tests.unit.api.stage import FUNCTION, NOT_FOUND, SHA, T0, URL, a_deployment

CRASHED = Explanation(
    id="container.error",
    cause="The container web ended with an error of its program (exit code 1).",
    evidence=("Essential container in task exited", "log: KeyError: 'X'"),
    advice="Read the container's last log lines.",
    source="",
)


@pytest.fixture
def past(given, world):
    """A failed service and a function under way."""

    async def happen():
        failed = a_deployment("d-web")
        await world.ingest(failed)
        await world.plan(failed)
        await world.move(failed, State.FAILED, "The image web:2 cannot be pulled.", NOT_FOUND)
        function = a_deployment("d-fn", kind=TargetKind.LAMBDA, target=FUNCTION, prefix="prod/resize")
        await world.ledger.transact([CreateDeployment(deployment=function)])

    given(happen())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(("get",), {"d-web", "d-fn"}, id="all"),
        pytest.param(("get", "-n", "1"), {"d-web"}, id="the newest"),
        pytest.param(("get", "-c", SHA), {"d-web", "d-fn"}, id="of a commit"),
        pytest.param(("get", "-fn", "resize"), {"d-fn"}, id="of a function"),
        pytest.param(("get", "-st", "processed_error"), {"d-web"}, id="failed"),
        pytest.param(("ecs", "get"), {"d-web"}, id="services"),
        pytest.param(
            (
                "ecs",
                "get",
                "-r",
                URL,
                "-c",
                SHA,
                "-a",
                "111122223333",
                "-re",
                "eu-west-1",
                "-s",
                "web",
                "-cl",
                "prod",
            ),
            {"d-web"},
            id="services by everything",
        ),
        pytest.param(("ecs", "get", "-cl", "dev"), set(), id="another cluster"),
        pytest.param(("lambda", "get"), {"d-fn"}, id="functions"),
        pytest.param(
            ("lambda", "get", "-fn", "resize", "-st", "PROCESSING", "-n", "5"), {"d-fn"}, id="a function"
        ),
        pytest.param(("lambda", "get", "-re", "us-east-1"), set(), id="another region"),
    ],
)
def test_lists(gmctl, past, arguments, expected):
    listed = gmctl("deployment", *arguments, "--output", "json")
    assert listed.code == 0
    assert {item["id"] for item in listed.json["deployments"]} == expected
    table = gmctl("deployment", *arguments).out
    assert all(name in table for name in expected)
    assert expected or table == "No deployment matches.\n"


def test_the_table_tells_status_state_target_and_reason(gmctl, past):
    line = next(line for line in gmctl("deployment", "get").out.splitlines() if line.startswith("d-web"))
    for text in ("PROCESSED_ERROR", "FAILED", "prod/web", SHA[:12], "The image web:2 cannot be pulled."):
        assert text in line
    assert "ecs prod/web (111122223333, eu-west-1)" in line


@pytest.mark.parametrize(
    ("option", "detailed"),
    [
        pytest.param((), set(), id="none"),
        pytest.param(("-v",), {"d-web"}, id="of failures"),
        pytest.param(("-A",), {"d-web", "d-fn"}, id="of all"),
    ],
)
def test_details_in_lists(gmctl, past, option, detailed):
    out = gmctl("deployment", "get", *option).out
    assert {name for name in ("d-web", "d-fn") if f"Deployment {name}: " in out} == detailed


def test_one_deployment_with_its_plan_and_steps(gmctl, past):
    shown = gmctl("deployment", "get", "d-web")
    assert shown.code == 0
    for text in (
        "Deployment d-web: FAILED (PROCESSED_ERROR)",
        "Plan: update, rolling update",
        "  task definition\n    ~ image: web:1 → web:2",
        "  ecs:UpdateService  taskDefinition",
        "warning: deployed ALL_AT_ONCE",
        "data path risk: the network changes",
        "Failure: The image web:2 does not exist. (image.not-found, 3 times)",
        "  AWS says: CannotPullContainerError: web:2: not found",
        "  What to do: Push it.",
        "RUNNING  receive: a newer image is wanted",
        "FAILED  tick: The image web:2 cannot be pulled.",
    ):
        assert text in shown.out
    assert (
        gmctl("deployment", "get", "d-web", "--output", "json").json["plan"]["strategy"] == "rolling update"
    )


def test_the_cause_comes_first_and_is_told_once(gmctl, past):
    lines = gmctl("deployment", "get", "d-web").out.splitlines()
    assert lines[1].startswith("Failure: ")
    assert sum("The image web:2 cannot be pulled." in line for line in lines) == 2, "because, and its step"


def test_what_a_deployment_met_on_its_way_is_no_failure_of_it(gmctl, given, world):
    async def happen():
        survivor = a_deployment("d-tough")
        await world.ingest(survivor)
        await world.plan(survivor)
        await world.move(survivor, State.SUCCEEDED, "It is stable.", NOT_FOUND, CRASHED)

    given(happen())
    out = gmctl("deployment", "get", "d-tough").out
    assert "Failure" not in out
    assert "Met on the way: The image web:2 does not exist. (image.not-found, 3 times)" in out
    assert "  AWS says: Essential container in task exited\n  Container's log: KeyError: 'X'\n" in out


def test_a_deployment_that_is_not_there(gmctl):
    for command in (("get", "d-none"), ("watch", "d-none"), ("abort", "d-none")):
        done = gmctl("deployment", *command)
        assert done.code == 1
        assert done.err == "gmctl: There is no deployment d-none: gmctl deployment get lists the newest.\n"


def test_pausing_says_what_it_does_not_pause(gmctl):
    text = " ".join(gmctl("deployment", "pause", "--help").out.split())
    assert "rolling deployment" in text
    assert "ECS itself goes on replacing tasks" in text


@pytest.mark.parametrize(
    ("state", "code"),
    [
        pytest.param(State.SUCCEEDED, 0, id="success"),
        pytest.param(State.ROLLED_BACK, 1, id="error"),
        pytest.param(State.SUPERSEDED, 3, id="superseded"),
    ],
)
def test_watching_ends_with_the_result(gmctl, given, world, state, code):
    given(world.ingest(a_deployment(state=state)))
    assert gmctl("deployment", "watch", "d-1").code == code


def test_watching_shows_each_step_once_until_the_end(gmctl, given, world, monkeypatch):
    deployment = a_deployment()
    given(world.ingest(deployment))
    moves = [(State.RUNNING, "One of two tasks runs."), (State.SUCCEEDED, "Two of two tasks run.")]
    current = [deployment]

    def next_move():
        state, because = moves.pop(0)
        current.append(asyncio.run(world.move(current[-1], state, because)))

    monkeypatch.setattr(following, "pause", next_move)
    done = gmctl("deployment", "watch", "d-1")
    told = [line.partition("  tick: ")[2].partition("  [")[0] for line in done.out.splitlines()[1:]]
    assert (done.code, told) == (0, ["One of two tasks runs.", "Two of two tasks run."])


def test_watching_gives_up_when_told_to(gmctl, past):
    done = gmctl("deployment", "watch", "d-fn", "--timeout", "0")
    assert done.code == 4
    assert "d-fn (prod/resize) is RUNNING" in done.err


@pytest.mark.parametrize("kind", ["abort", "pause", "resume"])
def test_something_is_asked_of_a_deployment(gmctl, past, world, kind):
    asked = gmctl("deployment", kind, "d-fn", "--by", "ada")
    assert asked.code == 0
    assert asked.out == f"{kind} is asked for; what comes of it shows: gmctl deployment watch d-fn\n"
    (command,) = asyncio.run(world.ledger.commands("d-fn", ""))
    assert (command.kind, command.by) == (CommandKind(kind), "ada")
    assert f"{kind} was asked for by ada" in gmctl("deployment", "get", "d-fn").out


@pytest.mark.parametrize("kind", ["abort", "pause", "resume"])
def test_scenario_37_asked_of_what_has_ended_nothing_happens(gmctl, past, world, kind):
    asked = gmctl("deployment", kind, "d-web")
    assert asked.code == 0
    assert asked.out == f"Deployment d-web of prod/web has ended as FAILED: there is nothing to {kind}.\n"
    assert asyncio.run(world.ledger.commands("d-web", "")) == []


def test_scenario_37_abort_with_nothing_running_is_a_no_op(gmctl, past):
    asked = gmctl("deployment", "abort", "web")
    assert asked.code == 0
    assert asked.out == (
        "Nothing is under way at ecs prod/web (111122223333, eu-west-1): there is nothing to abort.\n"
    )


def test_a_target_stands_for_what_is_under_way_at_it(gmctl, given, world):
    running = a_deployment("d-now")
    given(world.ingest(running))
    record = TargetRecord(target=running.target, revision=1, active_id="d-now")
    given(world.ledger.transact([PutTarget(record=record, expected_revision=0)]))
    asked = gmctl("deployment", "abort", "prod/web", "--by", "ada")
    assert asked.out == "abort is asked for; what comes of it shows: gmctl deployment watch d-now\n"
    (command,) = asyncio.run(world.ledger.commands("d-now", ""))
    assert command.kind is CommandKind.ABORT
    assert "abort.requested  ada asked to abort d-now (ECS service web" in gmctl("event", "list").out


@pytest.mark.parametrize(
    ("kind", "state", "verb", "code", "told"),
    [
        pytest.param("abort", State.ROLLING_BACK, Verb.UPDATE, 0, "is being undone already", id="undone"),
        pytest.param("abort", State.ROLLING_BACK, Verb.ROLLBACK, 1, "not stopped half-way", id="a rollback"),
        pytest.param("pause", State.ROLLING_BACK, Verb.UPDATE, 1, "not stopped half-way", id="pausing one"),
    ],
)
def test_what_is_needless_is_said_so_and_not_asked(gmctl, given, world, kind, state, verb, code, told):
    given(world.ingest(a_deployment(state=state, verb=verb)))
    asked = gmctl("deployment", kind, "d-1")
    assert (asked.code, told in asked.out + asked.err) == (code, True)
    assert asyncio.run(world.ledger.commands("d-1", "")) == []


def test_the_audit_trail(gmctl, given, world):
    assert "Nothing happened" in gmctl("event", "list").out
    entry = AuditEntry(id="e1", at=T0, kind="push.refused", summary="Repository \x1b[31mX is not registered.")
    given(world.ledger.put_audit(entry))
    shown = gmctl("event", "list", "-n", "5")
    assert "push.refused  Repository \N{REPLACEMENT CHARACTER}[31mX is not registered." in shown.out
    assert gmctl("event", "list", "--output", "json").json["events"][0]["kind"] == "push.refused"
