"""What the API finds when it looks at what it stands on; half of it broken, it finds the rest."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gitmoxi.domain.checkups import Finding, Outcome, in_words, judge_clock
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.domain.states import Worker
from gitmoxi.errors import AccessDeniedError, InvalidInputError, UnavailableError
from gitmoxi.ports.dead_letters import QueueDepth
from gitmoxi_api.doctor import checks
from gitmoxi_api.doctor.checks import AnswerCheck, examine
from gitmoxi_api.doctor.findings import Heartbeat, judge_dead_letters, judge_worker
from tests.unit.api.stage import T0, Stage
from tests.unit.api.test_dead_letters import a_letter

TOKEN_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:git-AbCdEf"
WORKER = Worker.PLANNER


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at_work(stage: Stage) -> None:
    """Every worker settled a message half a minute ago."""
    for worker in Worker:
        stage.logs.put(
            worker, T0 - minutes(0.5), json.dumps({"event": "message.settled", "queue_age_ms": 40})
        )


async def found(api) -> dict[str, tuple[str, str]]:
    answer = await api.get("/v1/doctor")
    assert answer.status_code == 200, answer.text
    return {item["check"]: (item["outcome"], item["because"]) for item in answer.json()["findings"]}


async def test_all_is_well(api, stage):
    at_work(stage)
    findings = await found(api)
    assert {outcome for outcome, _ in findings.values()} == {"OK"}
    assert len(findings) == 9 + 2 * len(Worker)


async def test_the_notifier_is_looked_at_only_where_it_is_installed(api, stage):
    checks = await found(api)
    stage.workers = tuple(worker for worker in Worker if worker is not Worker.NOTIFIER)
    async with stage.client() as without:
        left = await found(without)
    assert checks.keys() - left.keys() == {"worker notifier", "dead letters notifier"}


async def test_the_answer_says_who_answers_and_when(api, stage):
    answer = (await api.get("/v1/doctor")).json()
    assert (answer["mode"], answer["now"]) == ("aws", T0.isoformat().replace("+00:00", "Z"))
    assert answer["version"]


class TestWorker:
    @pytest.mark.parametrize(
        ("waiting", "beat", "outcome", "said"),
        [
            pytest.param(0, Heartbeat(at=T0, queued=minutes(0)), "OK", "handled 0 s ago", id="at work"),
            pytest.param(9, Heartbeat(at=T0 - minutes(2), queued=None), "OK", "9 messages wait", id="busy"),
            pytest.param(
                1, Heartbeat(at=T0 - minutes(4), queued=None), "WARN", "handled 4 min ago", id="stopped"
            ),
            pytest.param(
                0, Heartbeat(at=T0 - minutes(4), queued=None), "OK", "handled 4 min ago", id="nothing to do"
            ),
            pytest.param(
                500, Heartbeat(at=T0, queued=minutes(7)), "WARN", "wait 7 min before", id="overwhelmed"
            ),
            pytest.param(0, None, "WARN", "no line of the last 10 min", id="silent"),
            pytest.param(1, None, "FAIL", "1 message waits for it", id="silent, and wanted"),
            pytest.param(0, Heartbeat(at=T0 + minutes(1), queued=None), "OK", "0 s ago", id="clocks differ"),
        ],
    )
    def test_is_judged_by_its_log_and_its_queue(self, waiting, beat, outcome, said):
        finding = judge_worker(WORKER, QueueDepth(waiting=waiting, in_flight=0), beat, T0)
        assert (finding.outcome, said in finding.because) == (outcome, True)
        assert (finding.advice is None) == (outcome == "OK")

    async def test_only_its_own_settled_messages_are_its_heartbeat(self, api, stage):
        at_work(stage)
        for text in ("Traceback", "[]", json.dumps({"event": "other"})):
            stage.logs.put("planner", T0, text)
        assert (await found(api))["worker planner"][1].startswith("The last message was handled 30 s ago")

    async def test_a_queue_that_cannot_be_reached_is_a_failure_of_this_check_alone(self, api, stage):
        at_work(stage)
        stage.logs.fault = UnavailableError("logs:FilterLogEvents did not reach AWS")
        findings = await found(api)
        assert findings["worker planner"] == ("FAIL", "logs:FilterLogEvents did not reach AWS.")
        assert findings["dead letters planner"][0] == "OK"


class TestDeadLetters:
    def test_none_is_well(self):
        assert judge_dead_letters(WORKER, QueueDepth(waiting=0, in_flight=0)).outcome is Outcome.OK

    async def test_some_are_to_be_looked_at(self, api, stage):
        stage.dead_letters.put(WORKER, a_letter(1), a_letter(2))
        assert (await found(api))["dead letters planner"] == ("WARN", "planner could not handle 2 messages.")


class TestOutputs:
    async def test_those_that_changed_since_the_start_ask_for_a_restart(self, api, stage):
        stage.current_outputs = {"BusName": "other"}
        assert (await found(api))["stack outputs"] == ("WARN", "BusName changed since the API was started.")

    async def test_a_notifier_that_was_installed_since_the_start_asks_for_one_too(self, api, stage):
        stage.current_outputs = stage.outputs | {"NotifierQueueUrl": "https://sqs/notifier"}
        assert (await found(api))["stack outputs"] == (
            "WARN",
            "NotifierQueueUrl changed since the API was started.",
        )

    async def test_those_that_are_gone_are_a_failure(self, api, stage):
        stage.current_outputs = InvalidInputError(
            "GITMOXI_STACK_OUTPUTS=ssm:/x lacks usable values of BusName"
        )
        outcome, because = (await found(api))["stack outputs"]
        assert (outcome, because.endswith("lacks usable values of BusName.")) == ("FAIL", True)


class TestClock:
    @pytest.mark.parametrize(
        ("seconds", "outcome"),
        [(0, "OK"), (9, "OK"), (-9, "OK"), (10, "WARN"), (-299, "WARN"), (300, "FAIL"), (-4000, "FAIL")],
    )
    def test_is_judged_by_what_aws_bears(self, seconds, outcome):
        finding = judge_clock("clock", timedelta(seconds=seconds), whose="A and B", advice="Set it.")
        assert finding.outcome == outcome
        assert finding.because.startswith("A and B agree" if outcome == "OK" else "A and B differ by ")

    async def test_the_apis_is_held_against_awss(self, api, stage):
        stage.account.told = replace(stage.account.told, server_time=T0 + minutes(6))
        outcome, because = (await found(api))["clock"]
        assert (outcome, "differ by 6 min" in because) == ("FAIL", True)

    async def test_where_aws_does_not_tell_nothing_is_claimed(self, api, stage):
        stage.account.told = replace(stage.account.told, server_time=None)
        assert (await found(api))["clock"][0] == "SKIPPED"


class TestTokens:
    @pytest.fixture
    async def registered(self, stage):
        return await stage.register(token_arn=TOKEN_ARN)

    async def test_one_that_can_be_read_is_well_and_not_shown(self, api, stage, registered):
        stage.secrets.values[parse_secret_ref(TOKEN_ARN)] = "t0p-" + "secret"
        answer = await api.get("/v1/doctor")
        assert "t0p-" not in answer.text
        assert (await found(api))[f"token of {registered.url}"] == ("OK", "It can be read.")

    async def test_one_that_is_not_there_is_a_failure_that_names_it(self, api, registered):
        outcome, because = (await found(api))[f"token of {registered.url}"]
        assert (outcome, TOKEN_ARN in because) == ("FAIL", True)

    async def test_a_registration_that_nobody_can_parse_is_a_failure(self, api, stage):
        await stage.register(token_arn="arn:nonsense")
        assert "FAIL" in {outcome for check, (outcome, _) in (await found(api)).items() if "token" in check}

    async def test_a_repository_without_one_is_not_asked_for_it(self, api, stage):
        await stage.register()
        assert not [check for check in await found(api) if check.startswith("token")]


async def test_a_table_that_does_not_answer_fails_and_the_others_are_looked_at(api, stage):
    stage.ledger.fault = AccessDeniedError(
        operation="dynamodb:GetItem", code="AccessDeniedException", reason="not for you"
    )
    findings = await found(api)
    assert findings["table repositories"][0] == "FAIL"
    assert "dynamodb:GetItem" in findings["table repositories"][1]
    assert findings["table audit"][0] == "OK"


@pytest.mark.parametrize(
    ("lost", "outcome"),
    [pytest.param(1, "OK", id="one call"), pytest.param(2, "FAIL", id="a second one too")],
)
async def test_a_call_that_is_lost_is_made_once_more(lost, outcome):
    answers = [UnavailableError("dynamodb:GetItem could not be sent: connect timeout")] * lost

    async def ask() -> None:
        if answers:
            raise answers.pop()

    [finding] = await examine([AnswerCheck(name="table x", ask=ask)])
    assert finding.outcome == outcome


async def test_what_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(checks, "PATIENCE_SECONDS", 0.01)
    [finding] = await examine([AnswerCheck(name="table x", ask=asyncio.Event().wait)])
    assert (finding.check, finding.outcome) == ("table x", Outcome.FAIL)
    assert "did not answer" in finding.because


def test_a_finding_that_asks_for_something_says_what():
    assert Finding(check="x", outcome=Outcome.OK, because="It answers.").advice is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (7199, "120 min"), (7200, "2 h")]
)
def test_spans_are_told_in_words(seconds, words):
    assert in_words(timedelta(seconds=seconds)) == words
