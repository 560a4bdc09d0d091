"""Sensitive values are followed through whatever a template makes of them."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.sensitive import redact
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.objects import render_object

SECRET = "correct horse"
LIST = ["first secret", "second secret"]
OUTPUTS = {
    "s": {"value": SECRET, "sensitive": True},
    "many": {"value": LIST, "sensitive": True},
    "creds": {"value": {"username": "admin-of-all", "port": 5432, "on": True}, "sensitive": True},
    "env": {"value": "production", "sensitive": False},
}


def render(template, **own):
    inputs = {"ref": {"file": ["t"], "type": "TERRAFORM"}} | own
    return render_object(
        prefix="a/n",
        kind=TargetKind.ECS,
        files={"a/n_svcdef.json": template.encode(), "a/n_input.json": json.dumps(inputs).encode()},
        references={"t": json.dumps(OUTPUTS).encode()},
    )


GIVEN = render("1").sensitive_values


@pytest.mark.parametrize(
    ("template", "derived"),
    [
        pytest.param('"{{ s }}"', set(), id="as it is"),
        pytest.param('"{{ s | upper }}"', {"CORRECT HORSE"}, id="a filter"),
        pytest.param('"{{ s[2:9] }}"', {"rrect h"}, id="a part"),
        pytest.param('"{{ s.title() }}"', {"Correct Horse"}, id="a method"),
        pytest.param('"{{ s | urlencode }}"', {"correct%20horse"}, id="URL encoding"),
        pytest.param('"{{ s.encode().hex() }}"', {SECRET.encode().hex()}, id="another notation"),
        pytest.param('"{{ "u:" ~ s }}@h"', {f"u:{SECRET}"}, id="joined in the expression"),
        pytest.param('"postgres://u:{{ s | urlencode }}@h"', {"correct%20horse"}, id="a part of a text"),
        pytest.param("{{ s | upper | tojson }}", {"CORRECT HORSE"}, id="as JSON"),
        pytest.param(
            "{{ many | map('upper') | tojson }}", {"FIRST SECRET", "SECOND SECRET"}, id="a list as JSON"
        ),
        pytest.param('["{{ many | join(",") }}"]', {"first secret,second secret"}, id="a joined list"),
        pytest.param(
            '[{% for x in many %}"{{ x | upper }}"{{ "," if not loop.last }}{% endfor %}]',
            {"FIRST SECRET", "SECOND SECRET"},
            id="a loop",
        ),
        pytest.param(
            '[{% for x in many %}"{{ loop.previtem | default("none") | upper }}"'
            '{{ "," if not loop.last }}{% endfor %}]',
            {"FIRST SECRET", "NONE"},
            id="by the loop's own name",
        ),
        pytest.param(
            '{% set x = s | upper %}{% set y = x %}"{{ y }}"', {"CORRECT HORSE"}, id="names set in turn"
        ),
        pytest.param(
            '{% set x %}{{ s | upper }}{% endset %}"{{ x }}"', {"CORRECT HORSE"}, id="a block that is set"
        ),
        pytest.param(
            '{% set n = namespace(v=1) %}{% set n.v = s | upper %}"{{ n.v }}"',
            {"CORRECT HORSE"},
            id="a namespace",
        ),
        pytest.param('{% with x = s | upper %}"{{ x }}"{% endwith %}', {"CORRECT HORSE"}, id="a with block"),
        pytest.param(
            '{% macro m(v) %}{{ v | upper }}{% endmacro %}"{{ m(s) }}"',
            {"CORRECT HORSE"},
            id="a macro's argument",
        ),
        pytest.param(
            '{% macro m() %}{{ s | upper }}{% endmacro %}"{{ m() }}"', {"CORRECT HORSE"}, id="within a macro"
        ),
        pytest.param(
            "{% set n = namespace(v=1) %}{% macro m(v) %}{% set n.v = v %}{% endmacro %}{{ m(s) }}"
            '"{{ n.v | upper }}"',
            {"CORRECT HORSE"},
            id="through a macro into a namespace",
        ),
        pytest.param('"{% filter upper %}{{ s }}{% endfilter %}"', {"CORRECT HORSE"}, id="a filter block"),
        pytest.param(
            '{% macro m() %}{{ caller() | upper }}{% endmacro %}"{% call m() %}{{ s }}{% endcall %}"',
            {"CORRECT HORSE"},
            id="a call block",
        ),
        pytest.param(
            '"{% for x in many recursive %}{{ x | upper }}{% endfor %}"',
            {"FIRST SECRETSECOND SECRET"},
            id="a recursive loop",
        ),
        pytest.param(
            '"{% block b %}{{ s | upper }}{% endblock %}-{{ self.b() }}"', {"CORRECT HORSE"}, id="a block"
        ),
        pytest.param('{"{{ s | upper }}": 1}', {"CORRECT HORSE"}, id="a member's name"),
        pytest.param("{{ creds | tojson }}", set(), id="an object's member names are none"),
        pytest.param('"{{ creds.username | upper }}"', {"ADMIN-OF-ALL"}, id="nested in an object"),
        pytest.param('"{{ s[:3] }}"', set(), id="three characters tell little"),
        pytest.param('"{{ s[:3] }}/{{ s[3:6] }}"', {"cor/rec"}, id="short parts make a text that tells more"),
        pytest.param(
            '"{% for b in s | batch(3) %}{{ b | join }}-{% endfor %}"',
            {"cor-rec-t h-ors-e-"},
            id="short parts of a loop",
        ),
        pytest.param('"x-{{ s[:3] }}\\n"', {"x-cor\n"}, id="a short part beside an escape"),
        pytest.param('{"K_{{ s[:2] }}": 1}', {"K_co"}, id="a short part of a member's name"),
        pytest.param('"a{{ s[:0] }}b"', set(), id="a part that is empty"),
        pytest.param("{{ creds.port + 1 }}", set(), id="a number made of one hides unrelated numbers"),
        pytest.param('"{{ s == "x" }}"', set(), id="a comparison tells one bit"),
        pytest.param('"{{ "production" if creds.on else "development" }}"', set(), id="so does a condition"),
        pytest.param('"{{ env | upper }}"', set(), id="a value that is not sensitive"),
    ],
)
def test_whatever_is_made_of_a_sensitive_value_is_sensitive(template, derived):
    assert render(template).sensitive_values - GIVEN == derived


def test_numbers_are_sensitive_and_booleans_are_not():
    """Masking ``true`` would hide every flag, and a flag is guessed with one try anyway."""
    assert {SECRET, *LIST, "admin-of-all", "5432"} == GIVEN


def test_an_own_value_of_the_same_name_is_not_sensitive():
    assert render('"{{ s | upper }}"', s="public value").sensitive_values == GIVEN


@pytest.mark.parametrize(
    "template",
    [
        '{"a": "{{ s | urlencode }} {{ many | join }}", "b": {{ many | map("upper") | tojson }}}',
        '{% set x = s.title() %}{"a": "{{ x }}", "b": {{ (x ~ s) | tojson }}}',
    ],
)
def test_the_rendered_text_can_be_shown_once_it_is_masked(template):
    rendered = render(template)
    shown = redact(rendered.documents[FileKind.SVCDEF].text, rendered.sensitive_values).lower()

    assert not any(word in shown for word in ("correct", "horse", "first", "second"))


@pytest.mark.parametrize(
    "template",
    [
        pytest.param('{"a": {{ s | upper }}}', id="text where a value belongs"),
        pytest.param('{"a": 1 "{{ s | upper }}"}', id="text where a comma belongs"),
        pytest.param('{"{{ s | upper }}": 1, "{{ s | upper }}": 2}', id="a duplicate name"),
        pytest.param("{{ {}[s | upper] }}", id="an undefined member"),
        pytest.param("{{ ('{' ~ (s | upper) ~ '}').format() }}", id="an error that quotes the value"),
        pytest.param("{{ (s | upper) | abs }}", id="an error in a filter"),
        pytest.param('["{{ s | upper }}\n"]', id="a text over two lines"),
        pytest.param("[{% filter upper %}{{ s }}{% endfilter %}]", id="a filter block's output"),
    ],
)
def test_no_error_shows_what_was_made_of_a_sensitive_value(template):
    with pytest.raises(RenderError) as caught:
        render(template)

    said = repr(caught.value.findings) + str(caught.value)
    assert "CORRECT" not in said
    assert "HORSE" not in said


def test_the_rendered_line_is_shown_with_its_sensitive_part_masked():
    with pytest.raises(RenderError) as caught:
        render('{\n  "a": "{{ env }}", "b": "{{ s | upper }}" {{ env }}\n}')

    (finding,) = caught.value.findings
    assert finding.line == 2
    assert 'the line was rendered to: "a": "production", "b": "[sensitive ' in finding.message
    assert ']" production' in finding.message
