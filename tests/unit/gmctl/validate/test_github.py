"""GitHub's annotations: what files say can neither leave its command nor give another."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi_gmctl.validate.github import github_lines
from tests.unit.gmctl.validate.reports import finding, report


def lines(*findings, **others):
    return list(github_lines(report(*findings, **others)))


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "notice")],
)
def test_a_finding_is_an_annotation_of_its_line(severity, command):
    assert lines(finding(severity=severity))[0] == (
        f"::{command} file=a/web_taskdef.json,line=3,col=5,title=shape.wrong-type"
        "::cpu is a number (at $.cpu)%0Awrite it in quotes"
    )


def test_a_finding_on_a_whole_file_names_no_line():
    assert lines(finding(line=None, column=None))[0].startswith(
        "::error file=a/web_taskdef.json,title=shape.wrong-type::"
    )


@pytest.mark.parametrize(
    ("message", "written"),
    [
        pytest.param("100%0A", "100%250A", id="an escape that the file wrote is no escape"),
        pytest.param("a\n::error::b", "a%0A::error::b", id="no line of its own"),
        pytest.param("a\r::error::b", "a\N{REPLACEMENT CHARACTER}::error::b", id="no carriage return"),
        pytest.param("##[error]b", "## [error]b", id="no command of the old form"),
        pytest.param("a\x1b[2Jb", "a\N{REPLACEMENT CHARACTER}[2Jb", id="no terminal escape"),
        pytest.param("##vso[task.setvariable]b", "## vso[task.setvariable]b", id="no other runner's command"),
    ],
)
def test_a_message_stays_a_message(message, written):
    line = lines(finding(message=message, json_path="", advice=""))[0]
    assert line.partition("title=shape.wrong-type::")[2] == written


def test_a_file_name_stays_a_file_name():
    name = "a,line=1::b:c%\n_taskdef.json"
    line = lines(finding(file=name), files=[name])[0]
    assert line.startswith("::error file=a%2Cline=1%3A%3Ab%3Ac%25%0A_taskdef.json,line=3,")


def test_what_could_not_be_checked_is_an_error_too():
    assert lines(unchecked=[("a/x_input.json", "you may not read it", True)])[0] == (
        "::error file=a/x_input.json,title=not checked::a/x_input.json: you may not read it"
    )


def test_the_last_line_sums_up():
    assert lines(finding())[-1] == "1 file checked: 1 with errors"
