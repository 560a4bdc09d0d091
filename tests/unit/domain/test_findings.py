"""Findings as people read them, and what is kept out of them."""

from __future__ import annotations

import hashlib
import pickle
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from gitmoxi.domain.findings import Finding, FindingsError, Severity
from gitmoxi.domain.rendered import Position, locate, show_path
from gitmoxi.domain.sensitive import mask_of, presentable, redact
from gitmoxi.errors import PermanentError

FINDING = Finding(
    file="dev/n_svcdef.json",
    rule="shape.unknown-key",
    severity=Severity.ERROR,
    message="there is no attribute 'desiredcount'",
    line=3,
    column=5,
    json_path="$.desiredcount",
    advice="write desiredCount",
)


def test_a_finding_is_one_line_with_place_path_advice_and_rule():
    assert str(FINDING) == (
        "dev/n_svcdef.json:3:5: error: there is no attribute 'desiredcount' at $.desiredcount; "
        "write desiredCount (shape.unknown-key)"
    )


def test_a_finding_on_a_whole_file_has_no_line():
    assert str(replace(FINDING, line=None, column=None, json_path="", advice="")) == (
        "dev/n_svcdef.json: error: there is no attribute 'desiredcount' (shape.unknown-key)"
    )


def test_an_error_lists_errors_before_warnings_in_order_of_place():
    warning = replace(FINDING, severity=Severity.WARNING, line=1)
    later = replace(FINDING, line=10)

    error = FindingsError([later, warning, FINDING])

    assert error.findings == (FINDING, later, warning)
    assert str(error).count("\n") == 2
    assert isinstance(error, PermanentError)


def test_findings_travel_between_processes():
    assert pickle.loads(pickle.dumps(FindingsError([FINDING]))).findings == (FINDING,)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ((), "$"),
        (("containerDefinitions", 0, "image"), "$.containerDefinitions[0].image"),
        (("tags", "a-b"), "$.tags['a-b']"),
    ],
)
def test_paths_are_shown_as_people_write_them(path, shown):
    assert show_path(path) == shown


def test_what_is_missing_is_located_at_what_is_around_it():
    positions = {(): Position(1, 1), ("a",): Position(2, 3)}

    assert locate(positions, ("a", "b", 0)) == Position(2, 3)
    assert locate(positions, ("x",)) == Position(1, 1)
    assert locate({}, ("x",)) is None


def test_sensitive_values_are_masked_wherever_they_stand():
    secret = 'pa"ss\nword'

    assert redact(f"found {secret}!", [secret]) == f"found {mask_of(secret)}!"
    assert redact(r'found "pa\"ss\nword"', [secret]) == f'found "{mask_of(secret)}"'


def test_equal_values_have_equal_masks_and_others_have_others():
    assert mask_of("1234") == mask_of("1234") != mask_of("1235")


@pytest.mark.parametrize("value", ["1234", "\udce4"], ids=["short", "not UTF-8"])
def test_a_mask_is_of_one_length_and_no_plain_hash(value):
    plain = hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()

    assert re.fullmatch(r"\[sensitive [0-9a-f]{12}\]", mask_of(value))
    assert plain[:8] not in mask_of(value)


def test_another_process_has_other_masks_so_that_nothing_can_be_tried_out():
    program = "from gitmoxi.domain.sensitive import mask_of; print(mask_of('1234'))"
    elsewhere = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert elsewhere.stdout.strip() != mask_of("1234")
    assert elsewhere.stdout.startswith("[sensitive ")


def test_of_overlapping_values_the_longer_one_is_masked():
    assert redact("hunter2-long", ["hunter2", "hunter2-long"]) == mask_of("hunter2-long")


def test_short_values_are_masked_only_as_words():
    assert redact("7 of 1789", ["7"]) == f"{mask_of('7')} of 1789"


def test_no_values_leave_the_text_alone():
    assert redact("text", []) == "text"
    assert redact("text", [""]) == "text"


def test_every_text_of_a_finding_is_masked_before_it_is_shortened():
    secret = "s" * 500
    finding = replace(FINDING, message=secret, found=secret, expected=secret, advice=secret, json_path=secret)

    shown = presentable(finding, [secret])

    assert {shown.message, shown.found, shown.expected, shown.advice, shown.json_path} == {mask_of(secret)}


def test_long_texts_are_shortened():
    assert len(presentable(replace(FINDING, found="x" * 10_000), ()).found) < 1000
