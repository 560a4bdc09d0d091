"""The report that scripts read: its form stays, its counts are those of what is in it."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi_gmctl.validate.report import Result, result_of
from tests.unit.gmctl.validate.reports import finding, report


def test_its_form_is_the_one_that_scripts_know():
    """A change here is a new version."""
    made = json.loads(report(finding(), unchecked=[("x", "gone", True)]).model_dump_json())
    assert made["version"] == 1
    assert {name: type(value) for name, value in made.items()} == {
        "version": int,
        "files": list,
        "findings": list,
        "unchecked": list,
        "companions": list,
        "other_json_files": list,
        "summary": dict,
    }
    assert made["files"] == [{"path": "a/web_taskdef.json", "kind": "taskdef", "result": "errors"}]
    assert made["findings"] == [
        {
            "file": "a/web_taskdef.json",
            "line": 3,
            "column": 5,
            "severity": "error",
            "rule": "shape.wrong-type",
            "message": "cpu is a number",
            "json_path": "$.cpu",
            "found": "",
            "expected": "",
            "advice": "write it in quotes",
        }
    ]
    assert made["unchecked"] == [{"path": "x", "reason": "gone", "error": True}]
    assert made["summary"] == {
        "files": 1,
        "by_result": {"errors": 1, "partial": 0, "warnings": 0, "notes": 0, "clean": 0},
        "error_findings": 1,
        "warning_findings": 0,
        "note_findings": 0,
        "unchecked": 1,
    }


def test_nothing_is_told_twice():
    assert len(report(finding(), finding()).findings) == 1


def test_a_skipped_path_is_no_failure():
    assert report(unchecked=[("x", "it is a link", False)]).summary.unchecked == 0


@pytest.mark.parametrize(
    ("severities", "partial", "result"),
    [
        pytest.param([], False, Result.CLEAN, id="nothing found"),
        pytest.param([Severity.NOTE], False, Result.NOTES, id="notes"),
        pytest.param([Severity.NOTE, Severity.WARNING], False, Result.WARNINGS, id="warnings before notes"),
        pytest.param([Severity.WARNING], True, Result.PARTIAL, id="what is unknown before warnings"),
        pytest.param([], True, Result.PARTIAL, id="never clean when checked in part"),
        pytest.param([Severity.WARNING, Severity.ERROR], True, Result.ERRORS, id="errors before all"),
    ],
)
def test_the_worst_counts(severities, partial, result):
    assert result_of([finding(severity=s) for s in severities], partial=partial) is result


def test_half_a_surrogate_pair_can_be_written():
    made = report(finding(message="\ud800", file="\udcff"), others=["\udcff.json"])
    assert "\ud800" not in made.model_dump_json()
