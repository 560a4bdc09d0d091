"""Whatever AWS says, it is explained, shown and never obeyed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmoxi.explaining.entry import readable
from gitmoxi.explaining.evidence import LONGEST_EVIDENCE, seen
from gitmoxi.explaining.explaining import explain, explain_event, explain_task
from gitmoxi.explaining.names import _PATTERNS, LONGEST_READ, names_in
from gitmoxi.explaining.signs import FailedTask, FunctionStates, Refusal, StoppedContainer, TargetState
from tests.unit.explaining.documented import MESSAGES

known = st.sampled_from([text for texts in MESSAGES.values() for text in texts])
anything = st.text(max_size=2_000)
texts = st.one_of(anything, known, st.tuples(known, anything).map("".join))
containers = st.builds(
    StoppedContainer, name=anything, reason=texts, exit_code=st.none() | st.integers(-1, 300)
)
tasks = st.builds(
    FailedTask,
    stop_code=texts,
    reason=texts,
    containers=st.lists(containers, max_size=3).map(tuple),
    log_lines=st.lists(texts, max_size=3).map(tuple),
)


@given(
    st.lists(tasks, max_size=3),
    st.lists(texts, max_size=3),
    st.builds(Refusal, action=texts, code=texts, message=texts, resource=texts),
    st.builds(TargetState, state=texts, code=texts, description=texts, target_group=texts),
    st.builds(FunctionStates, state=texts, state_code=texts, state_reason=texts, update_status=texts),
)
def test_no_words_break_the_explanation(some_tasks, events, refusal, target, function):
    explained = explain(some_tasks, events, [refusal], [target], [function])
    for one in explained:
        assert one.cause
        assert one.advice
        assert all(0 < len(line) <= LONGEST_EVIDENCE for line in one.evidence)


@given(tasks)
def test_the_reason_is_always_shown(task):
    shown = seen(task.reason)
    assert not shown or shown in explain_task(task).evidence


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=200))
def test_unknown_words_stay_unchanged(word):
    text = f"Zz {word}"
    explained = explain_event(text)
    assert explained is not None
    assert explained.evidence == (text,)


@given(tasks, st.lists(texts, max_size=3))
def test_log_lines_change_neither_cause_nor_advice(task, lines):
    explained, logged = explain_task(task), explain_task(replace(task, log_lines=tuple(lines)))
    assert (logged.id, logged.cause, logged.advice) == (explained.id, explained.cause, explained.advice)


@pytest.mark.parametrize("name", _PATTERNS)
def test_no_pattern_repeats_without_bounds(name):
    """Outside of character classes, no star, no plus and no open interval."""
    outside = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", re.sub(r"\\[*+\[\]]", "", _PATTERNS[name]))
    assert not re.search(r"[*+]|\{\d+,\}", outside)


@pytest.mark.parametrize("piece", ["arn:aws", "User: ", "on resource: ", "1" * 12, "subnet-", " ", "a/"])
def test_only_the_beginning_of_endless_words_is_read(piece):
    endless = piece * 200_000
    assert len(readable(endless)) <= LONGEST_READ
    assert all(len(name) <= LONGEST_READ for name in names_in(endless).values())
