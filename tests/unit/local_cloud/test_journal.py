"""The journal keeps every call, in order, over restarts, and keeps secrets out."""

from __future__ import annotations

import json

import pytest

from gitmoxi_local.journal import Journal, JournalEntry, digest, redacted


def entry(action="UpdateService", *, service="ecs", mutation=True, caller="deployer", error=None):
    return JournalEntry(
        time="2026-11-22T05:00:00.000+00:00",
        caller=caller,
        account="000000000000",
        region="us-east-1",
        service=service,
        action=action,
        mutation=mutation,
        params_digest=digest({}),
        params={} if mutation else None,
        status=400 if error else 200,
        error=error,
        fault=None,
        replied=True,
        duration_ms=1.0,
    )


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    yield journal
    journal.close()


def test_positions_count_from_one(journal):
    assert [journal.append(entry()).seq for _ in range(3)] == [1, 2, 3]


def test_entries_are_found_by_position_service_action_caller_and_kind(journal):
    journal.append(entry("CreateService"))
    journal.append(entry("DescribeServices", mutation=False))
    journal.append(entry("UpdateService", caller="somebody else"))
    journal.append(entry("UpdateAlias", service="lambda"))

    def found(**wanted):
        return [kept.seq for kept in journal.entries(**wanted)]

    assert found() == [1, 2, 3, 4]
    assert found(since=2) == [3, 4]
    assert found(service="lambda") == [4]
    assert found(action="UpdateService") == [3]
    assert found(caller="deployer") == [1, 2, 4]
    assert found(mutations_only=True) == [1, 3, 4]


def test_a_line_is_on_disk_as_soon_as_a_call_is_recorded(journal):
    journal.append(entry("CreateService"))

    assert json.loads(journal.path.read_text())["action"] == "CreateService"


def test_the_journal_goes_on_after_a_restart(journal):
    journal.append(entry("CreateService"))
    journal.close()

    again = Journal(journal.path)

    assert [kept.action for kept in again.entries()] == ["CreateService"]
    assert again.append(entry()).seq == 2
    again.close()


def test_a_line_that_a_kill_cut_off_is_passed_over(journal):
    journal.append(entry("CreateService"))
    journal.close()
    with journal.path.open("a") as file:
        file.write('{"seq": 2, "ti')

    again = Journal(journal.path)
    again.append(entry("UpdateService"))
    again.close()

    third = Journal(journal.path)
    assert [kept.action for kept in third.entries()] == ["CreateService", "UpdateService"]
    third.close()


def test_counters_tell_failures_apart(journal):
    journal.count("dynamodb", "PutItem", 200)
    journal.count("dynamodb", "PutItem", 400)

    assert journal.counters == {"dynamodb.PutItem": 2, "dynamodb.PutItem!400": 1}


def test_detail_is_kept_for_the_services_that_it_was_asked_for(tmp_path):
    journal = Journal(tmp_path / "j", detail={"sqs"})

    assert journal.wants_detail("sqs")
    assert not journal.wants_detail("ecs")
    journal.detail = frozenset({"all"})
    assert journal.wants_detail("ecs")
    journal.close()


def test_the_digest_does_not_depend_on_the_order_of_members():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


@pytest.mark.parametrize(
    ("params", "kept"),
    [
        pytest.param({"SecretString": "s"}, {"SecretString": "[redacted]"}, id="a secret"),
        pytest.param({"Code": {"ZipFile": "UEs="}}, {"Code": {"ZipFile": "[redacted]"}}, id="code"),
        pytest.param(
            {"Environment": {"Variables": {"TOKEN": "t"}}},
            {"Environment": {"Variables": {"TOKEN": "[redacted]"}}},
            id="a function's environment",
        ),
        pytest.param(
            {"containerDefinitions": [{"environment": [{"name": "TOKEN", "value": "t"}]}]},
            {"containerDefinitions": [{"environment": [{"name": "TOKEN", "value": "[redacted]"}]}]},
            id="a container's environment",
        ),
        pytest.param(
            {"Parameters.member.1.ParameterValue": "v"},
            {"Parameters.member.1.ParameterValue": "[redacted]"},
            id="a template's parameter",
        ),
        pytest.param(
            {"service": "s", "desiredCount": 2}, {"service": "s", "desiredCount": 2}, id="the rest stays"
        ),
    ],
)
def test_what_may_be_secret_is_not_written_down(params, kept):
    assert redacted(params) == kept
