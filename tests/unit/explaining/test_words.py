"""Every message that AWS documents is explained, wherever AWS says it."""

from __future__ import annotations

import pytest

from gitmoxi.explaining.evidence import LONGEST_EVIDENCE, seen
from gitmoxi.explaining.explaining import explain_event, explain_refusal, explain_task
from gitmoxi.explaining.signs import FailedTask, Refusal, StoppedContainer
from gitmoxi.explaining.table import BY_WORDS
from tests.unit.explaining.documented import MESSAGES
from tests.unit.explaining.provenance import FOUND

CASES = [
    pytest.param(id_, text, id=f"{id_}: {text[:40]}") for id_, texts in MESSAGES.items() for text in texts
]
documented = pytest.mark.parametrize(("id_", "text"), CASES)


def test_each_entry_has_a_documented_message():
    assert set(MESSAGES) == {entry.id for entry in BY_WORDS}


def test_each_message_says_where_it_was_found():
    assert {id_: len(found) for id_, found in FOUND.items()} == {
        id_: len(texts) for id_, texts in MESSAGES.items()
    }


@documented
def test_as_the_reason_of_a_task(id_, text):
    explained = explain_task(FailedTask(stop_code="TaskFailedToStart", reason=text))
    assert (explained.id, explained.evidence) == (id_, (text,))
    assert explained.source.startswith("https://")


@documented
def test_as_the_reason_of_a_container(id_, text):
    containers = (StoppedContainer(name="sidecar", exit_code=0), StoppedContainer(name="web", reason=text))
    explained = explain_task(FailedTask(reason="Essential container in task exited", containers=containers))
    assert explained.id == id_
    assert text in explained.evidence


@documented
def test_as_an_event_of_a_service(id_, text):
    explained = explain_event(text)
    assert explained is not None
    assert explained.id == id_


@documented
def test_as_the_message_of_a_refused_call(id_, text):
    refusal = Refusal(action="ecs:CreateService", code="InvalidParameterException", message=text)
    assert explain_refusal(refusal).id == id_


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(service web) has reached a steady state.", id="steady"),
        pytest.param("(service web) has started 2 tasks: (task a) (task b).", id="started"),
        pytest.param("(service web) has stopped 1 running tasks: (task a).", id="stopped"),
        pytest.param("(service web) registered 1 targets in (target-group x)", id="registered"),
        pytest.param("(service web) deregistered 1 targets in (target-group x)", id="deregistered"),
        pytest.param("(service web) has begun draining connections on 1 tasks.", id="draining"),
        pytest.param("(service web) (deployment ecs-svc/1) deployment completed.", id="completed"),
        pytest.param("service (web) is AZ balanced with 2 tasks in us-east-1a", id="balanced"),
        pytest.param(" ", id="nothing"),
    ],
)
def test_events_of_a_service_that_is_well_need_no_explanation(text):
    assert explain_event(text) is None


def test_an_unknown_event_is_shown_unchanged():
    explained = explain_event("(service web) met something that nobody has seen before.")
    assert explained is not None
    assert explained.id == "unknown"
    assert explained.evidence == ("(service web) met something that nobody has seen before.",)


def test_long_words_are_cut_and_say_so():
    shown = seen("x" * 5_000)
    assert len(shown) == LONGEST_EVIDENCE
    assert shown.endswith(" …")
    assert seen("x" * LONGEST_EVIDENCE) == "x" * LONGEST_EVIDENCE


def test_what_would_steer_a_terminal_is_taken_out():
    assert seen("a\x1b[31mb\nc\N{RIGHT-TO-LEFT OVERRIDE}d\x00\udcff") == "a[31mb cd"
