"""The local cloud's own API answers with JSON and says what was wrong with a request."""

from __future__ import annotations

import json

import pytest

from gitmoxi_local.calls import Request
from gitmoxi_local.control import ControlApi
from gitmoxi_local.faults import Faults
from gitmoxi_local.journal import Journal, JournalEntry


@pytest.fixture
def forgotten():
    return []


@pytest.fixture
def api(tmp_path, forgotten):
    journal = Journal(tmp_path / "journal.jsonl")
    yield ControlApi(
        journal=journal,
        faults=Faults(),
        health=lambda: {"status": "ok"},
        forget_past=lambda: forgotten.append(True),
        outputs={"BusName": "gitmoxi"},
    )
    journal.close()


def ask(api, method, uri, document=None):
    path, _, query = uri.partition("?")
    body = b"" if document is None else json.dumps(document).encode()
    reply = api.answer(
        Request(method=method, path=f"/_gitmoxi/{path}", query_string=query, headers={}, body=body)
    )
    return reply.status, reply.json()


def record(api, action, *, mutation):
    api.journal.append(
        JournalEntry(
            time="t",
            caller="c",
            account="a",
            region="r",
            service="ecs",
            action=action,
            mutation=mutation,
            params_digest="",
            params=None,
            status=200,
            error=None,
            fault=None,
            replied=True,
            duration_ms=0.0,
        )
    )


def test_health_and_outputs(api):
    assert ask(api, "GET", "health") == (200, {"status": "ok"})
    assert ask(api, "GET", "outputs") == (200, {"BusName": "gitmoxi"})


def test_the_journal_is_filtered_by_its_query(api):
    record(api, "DescribeServices", mutation=False)
    record(api, "UpdateService", mutation=True)

    _, everything = ask(api, "GET", "journal")
    _, mutations = ask(api, "GET", "journal?since=0&service=ecs&mutations=1")
    _, later = ask(api, "GET", "journal?since=2")

    assert [entry["seq"] for entry in everything["entries"]] == [1, 2]
    assert [entry["action"] for entry in mutations["entries"]] == ["UpdateService"]
    assert later == {"last_seq": 2, "entries": []}


def test_a_position_must_be_a_number(api):
    assert ask(api, "GET", "journal?since=x") == (400, {"error": "since must be a whole number, not 'x'"})


def test_detail_can_be_switched(api):
    assert ask(api, "PUT", "journal", {"detail": ["sqs"]}) == (200, {"detail": ["sqs"]})
    assert api.journal.wants_detail("sqs")


@pytest.mark.parametrize("document", [{}, [], {"detail": 3}])
def test_a_switch_that_cannot_be_read_is_refused(api, document):
    status, answer = ask(api, "PUT", "journal", document)

    assert status == 400
    assert "expected" in answer["error"]


def test_faults_are_added_listed_and_removed(api):
    _, added = ask(api, "POST", "faults", {"calls": [{"service": "ecs", "kind": "throttle", "times": 2}]})
    [fault] = added["faults"]
    assert fault["call"]["action"] == "*"

    assert ask(api, "GET", "faults")[1] == added
    assert ask(api, "DELETE", f"faults/{fault['id']}") == (200, {"removed": 1})
    assert ask(api, "GET", "faults")[1] == {"faults": []}


def test_removing_an_unknown_fault_is_told(api):
    assert ask(api, "DELETE", "faults/fault-9") == (400, {"error": "no fault 'fault-9' is in force"})


def test_the_past_is_forgotten_with_the_last_stale_fault(api, forgotten):
    ask(api, "POST", "faults", {"calls": [{"service": "ecs", "kind": "stale", "seconds": 30}]})
    ask(api, "DELETE", "faults")

    assert forgotten == [True]


def test_a_plan_that_cannot_be_read_says_where(api):
    status, answer = ask(api, "POST", "faults", {"calls": [{"kind": "throttle"}]})

    assert status == 400
    assert "request body: calls.0.service" in answer["error"]


def test_what_is_not_there_is_told(api):
    assert ask(api, "GET", "secrets") == (404, {"error": "no GET /_gitmoxi/secrets here"})
