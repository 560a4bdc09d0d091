"""``gmctl status``: every target at a glance, and one at length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.drift import DriftVerdict
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import CreateDeployment
from gitmoxi_gmctl import following
from gitmoxi_gmctl.status.replies import StatusPage
from gitmoxi_gmctl.status.table import age, status_table, status_view
from tests.unit.api.stage import ECS, FUNCTION, T0, URL, a_deployment
from tests.unit.api.test_status import API, JOBS, a_drift, a_target, an_outcome


@pytest.fixture
def fleet(given, world):
    """A drifted service, a failed one, a waiting one, a function as wanted."""

    async def past():
        await world.register()
        await a_target(world, ECS)
        await a_drift(world, ECS)
        failed = an_outcome(State.FAILED, deployment_id="d-2", because="The image web:9 does not exist.")
        await a_target(world, API, last=failed)
        waiting = a_deployment("d-3", state=State.WAITING, target=JOBS, because="Its turn comes.")
        await world.ledger.transact([CreateDeployment(deployment=waiting)])
        await a_target(world, JOBS, waiting_id="d-3")
        await a_target(world, FUNCTION)

    given(past())
    return world


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_the_table_has_a_line_for_each_target_and_one_for_all(gmctl, fleet):
    done = gmctl("status")

    assert done.code == 0
    heading, api, jobs, resize, web, total = lines(done.out)
    assert heading[:4] == ["TARGET", "STATUS", "DRIFT", "REVISION"]
    assert api[:2] == ["prod/api", "failed"]
    assert "The image web:9 does not exist." in " ".join(api)
    assert jobs[:4] == ["batch/jobs", "under", "way", "-"]
    assert resize[:4] == ["resize", "as", "wanted", "-"]
    assert web[:3] == ["prod/web", "drifted", "yes"]
    assert "web:12" in web
    assert "service desiredCount" in " ".join(web)
    assert " ".join(total) == "4 targets: 1 as wanted, 1 drifted, 1 failed, 1 under way"


@pytest.mark.parametrize(
    ("options", "names"),
    [
        pytest.param(["--drift"], ["web"], id="drifted"),
        pytest.param(["--failed"], ["api"], id="failed"),
        pytest.param(["--under-way"], ["jobs"], id="under way"),
        pytest.param(["-cl", "prod", "-s", "web"], ["web"], id="cluster and service"),
        pytest.param(["-fn", "resize"], ["resize"], id="function"),
        pytest.param(["-a", "444455556666"], ["jobs"], id="account"),
        pytest.param(["-re", "eu-west-1", "-st", "PROCESSED_ERROR"], ["api"], id="region and status"),
        pytest.param(["prod/*", "-n", "2"], ["api", "jobs"], id="a glob and a number"),
        pytest.param(["--sort", "outcome"], ["api", "web", "jobs", "resize"], id="what needs you first"),
    ],
)
def test_filters_and_orders(gmctl, fleet, options, names):
    reply = gmctl("status", *options, "--output", "json").json
    assert [item["target"]["name"] for item in reply["targets"]] == names


def test_one_target_is_shown_at_length_with_the_command_that_helps(gmctl, fleet):
    done = gmctl("status", "web")

    assert "ecs prod/web (111122223333, eu-west-1)" in done.out
    assert "drift:        yes since" in done.out
    assert "~ desiredCount: 5 → 2" in done.out
    assert "gmctl commit deploy -r https://git.example.com/team/shop -b main -f" in done.out
    assert "gmctl init --cluster prod --service web --region eu-west-1" in done.out


def test_of_a_failed_one_the_reason_and_the_way_back_are_named(gmctl, fleet):
    done = gmctl("status", "api")
    assert "FAILED" in done.out
    assert "The image web:9 does not exist." in done.out
    assert "gmctl deployment get d-2" in done.out
    assert f"gmctl rollback {API.id}" in done.out


def test_of_one_under_way_the_command_that_follows_it_is_named(gmctl, fleet):
    assert "gmctl deployment watch d-3" in gmctl("status", "jobs").out


def test_a_name_that_nothing_has_is_an_error(gmctl, fleet):
    done = gmctl("status", "wbe")
    assert done.code == 1
    assert "No target is called 'wbe' here: gmctl status lists them all." in done.err


def test_nothing_that_matches_is_no_error(gmctl, fleet):
    done = gmctl("status", "-a", "000000000000")
    assert (done.code, done.out.strip()) == (0, "No target matches.")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param(["--check"], 1, id="something failed and something drifted"),
        pytest.param(["--check", "api"], 1, id="failed"),
        pytest.param(["--check", "web"], 1, id="drifted"),
        pytest.param(["--check", "resize"], 0, id="as wanted"),
        pytest.param(["--check", "-n", "1", "--sort", "environment"], 1, id="beyond what is shown"),
        pytest.param([], 0, id="nobody asked"),
    ],
)
def test_check_tells_a_script(gmctl, fleet, options, code):
    assert gmctl("status", *options).code == code


def test_two_wishes_for_the_status_are_refused(gmctl, fleet):
    done = gmctl("status", "--failed", "--under-way")
    assert done.code == 2
    assert "Give one of --status, --failed and --under-way." in done.err


def test_watching_without_a_terminal_writes_a_line_for_each_change(gmctl, fleet, given, monkeypatch):
    async def drifts():
        fleet.clock.advance(2)
        await a_drift(fleet, FUNCTION, verdict=DriftVerdict.GONE, because="It is gone.")

    changes = [lambda: given(drifts())]

    def pause():
        if changes:
            changes.pop()()

    monkeypatch.setattr(following, "pause", pause)

    done = gmctl("status", "--watch", "--timeout", "1")

    first, changed, last = done.out.splitlines()
    assert first.startswith("4 targets: 1 as wanted")
    assert changed == "resize: as wanted → drifted  It is gone. service desiredCount"
    assert last == "4 targets: 2 drifted, 1 failed, 1 under way"


def test_pages_of_the_api_become_one_list(gmctl, fleet, monkeypatch):
    monkeypatch.setattr("gitmoxi_gmctl.status.asking._LARGEST_PAGE", 3)
    reply = gmctl("status", "--output", "json").json
    assert ([item["target"]["name"] for item in reply["targets"]], reply["cursor"]) == (
        ["api", "jobs", "resize", "web"],
        None,
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (7200, "2h"), (86_400 * 8, "8d")],
)
def test_an_age_has_one_unit(seconds, said):
    assert age(T0, T0 + timedelta(seconds=seconds)) == said


def _page(gmctl) -> StatusPage:
    return StatusPage.model_validate(gmctl("status", "--output", "json").json)


@pytest.mark.parametrize(
    ("width", "kept"),
    [
        pytest.param(26, ["TARGET", "STATUS"], id="narrow"),
        pytest.param(45, ["TARGET", "STATUS", "DRIFT", "AGE"], id="a little room"),
        pytest.param(80, ["TARGET", "STATUS", "DRIFT", "REVISION", "ENVIRONMENT", "AGE"], id="eighty"),
    ],
)
def test_the_table_fits_and_what_matters_less_gives_way(gmctl, fleet, width, kept):
    table = status_table(_page(gmctl).targets, width, now=datetime.now(UTC), wide=False)
    assert list(table.headings) == kept
    console = Console(width=width, record=True, file=StringIO())
    console.print(table)
    assert max(map(len, console.export_text().splitlines())) <= width


def test_wide_shows_every_column_whole(gmctl, fleet):
    page = _page(gmctl)
    console = Console(width=40, record=True, file=StringIO())
    console.print(status_view(page, console, now=datetime.now(UTC), wide=True), crop=False)
    text = console.export_text()
    assert "https://git.example.com/team/shop" in text
    assert "It differs in 1 place from what its last good deployment left. service desiredCount" in text


def test_a_target_of_another_account_is_told_by_its_environment(gmctl, fleet):
    assert JOBS.account in gmctl("status").out


def test_what_a_baseline_found_different_says_why_and_what_to_do(gmctl, given, world):
    async def past():
        await world.register()
        last = an_outcome(State.BASELINED, verb=Verb.UPDATE, because="It differs in 2 places.")
        await a_target(world, ECS, last=last, last_good=None)

    given(past())

    listed, one = gmctl("status"), gmctl("status", "web")

    assert lines(listed.out)[1][:3] == ["prod/web", "differs", "-"]
    assert "It differs in 2 places." in listed.out
    assert "was compared for the baseline, and not deployed since" in one.out
    assert "gmctl deployment get d-1" in one.out
    assert f"gmctl commit deploy -r {URL} -b main -f" in one.out
