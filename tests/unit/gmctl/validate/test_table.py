"""The table: places that can be clicked, at every width; texts that steer nothing."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gitmoxi.domain.findings import Severity
from gitmoxi_gmctl.validate.table import print_report
from tests.unit.gmctl.validate.reports import finding, report


def printed(*findings, width=200, terminal=False, verbose=False, **others):
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    print_report(console, report(*findings, **others), verbose=verbose)
    return console.file.getvalue()


def test_a_finding_has_its_place_its_message_its_rule_and_its_advice():
    assert printed(finding()).splitlines() == [
        "a/web_taskdef.json:3:5 error cpu is a number (shape.wrong-type)",
        "    at $.cpu",
        "    write it in quotes",
        "",
        "1 file checked: 1 with errors",
    ]


@pytest.mark.parametrize(
    ("message", "advice", "lines"),
    [
        pytest.param("cpu is a number", "", ["    expected a string"], id="no advice"),
        pytest.param("cpu is a number", "quote it", ["    quote it"], id="advice says more"),
        pytest.param("cpu is a number, not a string", "", [], id="the message says it"),
    ],
)
def test_what_was_expected_is_said_where_nothing_else_says_it(message, advice, lines):
    text = printed(finding(message=message, expected="a string", advice=advice, json_path=""))
    assert text.splitlines()[1:-2] == lines


def test_findings_stand_by_file_in_the_order_of_their_lines():
    text = printed(
        finding(file="b_taskdef.json", line=1), finding(line=20), finding(line=3), files=["b_taskdef.json"]
    )
    places = [line.split()[0] for line in text.splitlines() if " error " in line]
    assert places == ["a/web_taskdef.json:3:5", "a/web_taskdef.json:20:5", "b_taskdef.json:1:5"]


@pytest.mark.parametrize("width", [10, 40, 80])
def test_a_narrow_terminal_wraps_words_and_never_cuts_a_path(width):
    path = "services/checkout/prod/eu-west-1/checkout_taskdef.json"
    message = "the message is long enough to need more than one line " * 2
    lines = printed(finding(file=path, message=message), width=width, terminal=True).splitlines()
    assert any(f"{path}:3:5" in line for line in lines)
    assert all(len(line) <= max(width, 24) for line in lines if line.startswith("    "))


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("\x1b]0;title\x07", id="a terminal's title"),
        pytest.param("\x9b2J", id="one byte that begins an escape"),
        pytest.param("[red]x[/red] [link=https://example.com]y", id="rich's own markup"),
        pytest.param("\u202egnp.exe", id="text that runs backwards"),
    ],
)
def test_texts_of_others_steer_no_terminal(hostile):
    text = printed(
        finding(message=hostile, file=f"{hostile}_taskdef.json", advice=hostile, json_path=hostile)
    )
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(text)
    assert "[red]" not in hostile or "[red]" in text


@pytest.mark.parametrize("where", ["message", "advice", "file"])
@pytest.mark.parametrize("hostile", ["::set-output name=x::y", "a\n::error::b", "a\n  ::error::b"])
@pytest.mark.parametrize("terminal", [False, True])
def test_no_line_begins_as_a_command_to_a_runner(where, hostile, terminal):
    text = printed(
        finding(**{where: hostile}), unchecked=[(hostile, hostile, True)], width=24, terminal=terminal
    )
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert not any("##[" in line for line in printed(finding(message="##[command]x")).splitlines())


def test_the_summary_counts_files_by_their_worst_finding():
    text = printed(
        finding(),
        finding(severity=Severity.WARNING),
        finding(file="b_taskdef.json", severity=Severity.WARNING),
        finding(file="c_taskdef.json", severity=Severity.NOTE),
        files=["a/web_taskdef.json", "b_taskdef.json", "c_taskdef.json", "d_taskdef.json", "e_taskdef.json"],
    )
    assert text.splitlines()[-1] == (
        "5 files checked: 2 without findings, 1 with notes only, 1 with warnings, 1 with errors"
    )


def test_what_was_not_looked_into_is_named():
    text = printed(
        unchecked=[("x_input.json", "you may not read it", True), ("l_input.json", "it is a link", False)],
        companions=["web_svcdef.json"],
        others=["package.json"],
    )
    assert "not checked: x_input.json: you may not read it\n" in text
    assert "skipped: l_input.json: it is a link\n" in text
    assert "checked with the given files, since they form one service object: web_svcdef.json\n" in text
    assert "1 other JSON file passed over: their names end in no known suffix (-v lists them)\n" in text


def test_files_that_are_passed_over_are_listed_on_demand():
    assert "  package.json\n" in printed(others=["package.json"], verbose=True)


def test_files_that_are_not_deployed_are_counted_and_listed_on_demand():
    note = {"rule": "document.not-deployed", "severity": Severity.NOTE, "message": "lone"}
    lone = [finding(file=f"{name}_taskdef.json", **note) for name in "ab"]

    assert printed(*lone, files=()).splitlines() == [
        "2 files are deployed by no definition file (-v lists them)",
        "0 files checked",
    ]
    assert printed(*lone, files=(), verbose=True).count("note lone") == 2
