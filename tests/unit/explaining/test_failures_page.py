"""The table of failures and the page made of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitmoxi.explaining.failures_page import failures_page
from gitmoxi.explaining.table import ALL_ENTRIES

PAGE = Path(__file__).parents[3] / "docs/reference/failures.md"
entries = pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.id) for entry in ALL_ENTRIES])


def test_the_page_is_up_to_date():
    assert failures_page() == PAGE.read_text(encoding="utf-8"), "run make docs"


@entries
def test_an_entry_is_told_in_plain_sentences(entry):
    general = entry.explain((), {})
    assert re.fullmatch(r"[a-z]+(?:\.[a-z]+(?:-[a-z0-9]+)*)", entry.id)
    assert re.match(r"[A-Z]", general.cause)
    assert general.cause.endswith(".")
    assert "\n" not in general.cause + general.advice


@entries
def test_an_entry_stands_on_a_page_of_aws(entry):
    assert re.match(r"https://(?:docs\.aws\.amazon\.com|repost\.aws)/", entry.source)


@entries
def test_an_entry_can_fit_something(entry):
    assert entry.says or entry.codes
    assert all(part == part.lower() and part.strip() for parts in entry.says for part in parts)


def test_entries_of_one_id_agree_on_being_a_symptom():
    kinds: dict[str, set[bool]] = {}
    for entry in ALL_ENTRIES:
        kinds.setdefault(entry.id, set()).add(entry.symptom)
    assert {id_ for id_, found in kinds.items() if len(found) > 1} == set()
