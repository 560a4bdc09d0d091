"""Every file of the corpus has the findings that are written down: a rule that changes shows what it changes.

Run this file as a module, with GITMOXI_CORPUS set, to write the findings down anew; then read the difference.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from gitmoxi.catalogue import ALL_RULES
from gitmoxi.domain.findings import Severity
from gitmoxi_gmctl.validate.report import Result
from tests.corpus.checked import check_corpus, corpus_of_environment, errors_of, golden_lines

pytestmark = pytest.mark.corpus

GOLDEN = Path(__file__).parents[1] / "golden" / "corpus" / "findings.json"

RENEW = "read the difference; if it is right, run python -m tests.corpus.test_findings"


def written(findings: dict[str, list[str]]) -> str:
    return json.dumps(findings, indent=1, ensure_ascii=False) + "\n"


def native(rows, *classes):
    kinds = {"taskdef", "svcdef", "lambdadef", "eventsource"}
    return [row for row in rows if row["kind"] in kinds and row["botocore_class"] in classes]


def test_the_findings_are_those_that_are_written_down(checked):
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))
    found = golden_lines(checked)
    changed = {
        file: {"written down": expected.get(file), "found": found.get(file)}
        for file in found.keys() | expected.keys()
        if found.get(file) != expected.get(file)
    }
    assert changed == {}, RENEW


def test_what_is_written_down_quotes_little_of_the_corpus():
    lines = [line for found in json.loads(GOLDEN.read_text(encoding="utf-8")).values() for line in found]
    assert max(map(len, lines)) < 250


def test_no_file_is_silently_unchecked(checked, corpus_sources):
    """Each has a record of its own, and what is not checked in full says so."""
    assert set(checked) == {row["file"] for row in corpus_sources}
    for file, report in checked.items():
        assert report.files, file
        for result in report.files:
            in_part = [f for f in report.findings if f.rule == "document.checked-in-part"]
            told = in_part or any(f.rule == "template.needs-values" for f in report.findings)
            assert result.result is not Result.PARTIAL or told or errors_of(report), file


def test_every_finding_is_of_a_known_rule_and_has_a_place(checked):
    known = {rule.id: rule for rule in ALL_RULES}
    findings = [finding for report in checked.values() for finding in report.findings]
    assert len(findings) > 300
    assert {f.rule for f in findings} - known.keys() == set()
    assert {f.rule for f in findings if f.severity is not known[f.rule].severity} == set()
    assert [f for f in findings if f.line is None or f.column is None] == []


def test_documents_that_aws_would_take_are_refused_only_by_a_rule_with_a_source(checked, corpus_sources):
    rules = {rule.id: rule for rule in ALL_RULES}
    rows = [row for row in native(corpus_sources, "valid") if not row["placeholders"]]
    assert len(rows) > 80
    unfounded = {
        row["file"]: f"{finding.rule}: {finding.message}"
        for row in rows
        for finding in checked[row["file"]].findings
        if finding.severity is Severity.ERROR and not rules[finding.rule].source
    }
    assert unfounded == {}


def test_documents_that_aws_would_refuse_are_refused(checked, corpus_sources):
    rows = native(
        corpus_sources,
        "invalid",
        "describe-output+invalid",
        "update-service-shaped",
        "ecspresso-shaped (no serviceName)",
        "lambroll-shaped (no Code)",
    )
    assert len(rows) > 40
    accepted = [
        row["file"]
        for row in rows
        if not errors_of(checked[row["file"]]) and not is_partial(checked[row["file"]])
    ]
    assert accepted == []


def is_partial(report):
    return all(file.result is Result.PARTIAL for file in report.files)


def test_described_documents_are_told(checked, corpus_sources):
    rows = native(corpus_sources, "describe-output", "describe-output+invalid")
    silent = [row["file"] for row in rows if not checked[row["file"]].findings]
    assert len(rows) > 30
    assert silent == []


def test_malformed_documents_are_refused_with_one_finding_each(checked, corpus_sources):
    rows = [row for row in corpus_sources if row["kind"].startswith("malformed")]
    assert rows
    for row in rows:
        assert len(errors_of(checked[row["file"]])) == 1, row["file"]


def test_every_error_says_what_to_do(checked):
    mute = {
        f"{file}: {finding.rule}: {finding.message}"
        for file, report in checked.items()
        for finding in report.findings
        if finding.severity is Severity.ERROR and not (finding.advice or finding.expected)
    }
    assert mute == set()


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        findings = golden_lines(check_corpus(corpus_of_environment(), Path(scratch)))
    GOLDEN.write_text(written(findings), encoding="utf-8")
