"""``gmctl doctor``: one list of findings, useful too when half of it is broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitmoxi.domain.states import Worker
from gitmoxi.ports.dead_letters import QueueDepth
from gitmoxi_gmctl.doctor import api_checks, command
from gitmoxi_gmctl.doctor.api_checks import judge_repository
from gitmoxi_gmctl.repo_replies import Repository
from tests.unit.api.stage import T0, URL
from tests.unit.api.test_dead_letters import PLANNER, a_letter
from tests.unit.api.test_doctor import at_work


class Clock:
    """Stands still at the API's time."""

    def now(self):
        return T0


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    """No AWS credentials anywhere, and a clock that agrees."""
    monkeypatch.setattr(command, "SystemClock", Clock)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


def found(done) -> dict[str, tuple[str, str]]:
    return {item["check"]: (item["outcome"], item["because"]) for item in done.json["findings"]}


def test_all_is_well(gmctl, world):
    at_work(world)
    done = gmctl("doctor")
    assert done.code == 0
    assert "OK      worker planner: The last message was handled 30 s ago" in done.out
    assert "SKIPPED repositories: None is registered." in done.out
    assert "SKIPPED aws: There are no AWS credentials" in done.out
    assert done.out.splitlines()[-1] == f"{11 + 2 * len(Worker)} OK, 2 SKIPPED"


def test_what_fails_says_what_to_do_and_the_exit_code_shows_it(gmctl, world):
    world.dead_letters.working[PLANNER] = QueueDepth(waiting=3, in_flight=0)
    world.dead_letters.put(PLANNER, a_letter())
    done = gmctl("doctor", "--no-aws")
    assert done.code == 1
    assert "FAIL    worker planner: 3 messages wait for it, and its log has no line" in done.out
    assert "        gmctl dlq show planner says why" in done.out


def test_warnings_alone_are_no_failure(gmctl, world):
    at_work(world)
    world.dead_letters.put(PLANNER, a_letter())
    assert gmctl("doctor").code == 0


def test_an_api_that_is_down_is_one_finding_and_the_rest_goes_on(run):
    done = run("-e", "http://127.0.0.1:1", "doctor", "--output", "json")
    assert done.code == 1
    findings = found(done)
    assert findings["api"][0] == "FAIL"
    assert "cannot be reached" in findings["api"][1]
    assert findings["aws"][0] == "SKIPPED"


def test_who_asks_for_aws_and_has_no_credentials_is_told(gmctl):
    assert found(gmctl("doctor", "--aws", "--output", "json"))["aws"][0] == "FAIL"


def test_a_profile_that_does_not_exist_is_a_failure_of_that_check(gmctl):
    outcome, because = found(gmctl("doctor", "--profile", "nobody", "--output", "json"))["aws"]
    assert (outcome, "nobody" in because) == ("FAIL", True)


@pytest.fixture
def local(world):
    world.mode = "local"


def test_beside_a_local_api_nobodys_account_is_looked_into(local, gmctl):
    outcome, because = found(gmctl("doctor", "--output", "json"))["aws"]
    assert (outcome, because.startswith("The API is a local one")) == ("SKIPPED", True)


def test_another_version_is_told(gmctl, monkeypatch):
    monkeypatch.setattr(api_checks, "version", lambda _: "9.9.9")
    outcome, because = found(gmctl("doctor", "--output", "json"))["api"]
    assert (outcome, because.endswith("and this gmctl is 9.9.9.")) == ("WARN", True)


def test_json_is_one_document(gmctl):
    assert json.loads(gmctl("doctor", "--output", "json").out)["findings"]


class TestRepositories:
    def judged(self, **extra: Any):
        repository = Repository.model_validate(
            {
                "id": "r-1",
                "url": URL,
                "branches": ["main"],
                "path_globs": [],
                "max_deletes": None,
                "token_arn": None,
                "baseline": False,
                "webhook_secret_arn": None,
                "provider": None,
                "feedback": False,
                "notifications": [],
                "registered_at": T0,
                "revision": 1,
                **extra,
            }
        )
        finding = judge_repository(repository)
        return finding.outcome, finding.because

    @pytest.mark.parametrize(
        ("health", "outcome", "said"),
        [
            pytest.param({}, "SKIPPED", "nobody looked yet", id="not known"),
            pytest.param({"health": None}, "SKIPPED", "nobody looked yet", id="not looked at"),
            pytest.param({"health": {"ok": True}}, "OK", "Its server answers.", id="well"),
            pytest.param(
                {"health": {"ok": False, "because": "The token is refused."}},
                "FAIL",
                "It cannot be read: The token is refused.",
                id="unreachable",
            ),
            pytest.param(
                {"health": {"ok": True, "missing_branches": ["next"]}},
                "WARN",
                "Its server has no branch next",
                id="a branch is gone",
            ),
        ],
    )
    def test_one_is_judged_by_the_last_look_at_its_server(self, health, outcome, said):
        found = self.judged(**health)
        assert (found[0], said in found[1]) == (outcome, True)
