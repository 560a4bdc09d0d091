"""Templates: what works, what is refused, and where text comes from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmoxi.domain.rendered import Position
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.templates import render_template

VALUES = {
    "name": "nginx",
    "count": 3,
    "yes": True,
    "subnets": ["s-1", "s-2"],
    "tgs": {"blue-tg": "arn:b", "green-tg": "arn:g"},
    "html": "<a href='x'>&",
}


def render(source: str) -> str:
    return render_template(source, path="t.json", values=VALUES).text


def refusal(source: str):
    with pytest.raises(RenderError) as caught:
        render(source)
    (finding,) = caught.value.findings
    assert finding.file == "t.json"
    return finding


@pytest.mark.parametrize(
    ("source", "text"),
    [
        pytest.param("{{ name }}", "nginx", id="a value"),
        pytest.param("{{ subnets | tojson }}", '["s-1", "s-2"]', id="a list by tojson"),
        pytest.param(
            "{{ tgs | tojson }}", '{"blue-tg": "arn:b", "green-tg": "arn:g"}', id="in the order given"
        ),
        pytest.param("{{ html | tojson }}", "\"<a href='x'>&\"", id="tojson escapes nothing for HTML"),
        pytest.param("{{ (name | tojson) ~ html }}", "\"nginx\"<a href='x'>&", id="nor what is joined to it"),
        pytest.param("{{ tgs['blue-tg'] }}", "arn:b", id="dict access"),
        pytest.param("{{ tgs.values() | tojson }}", '["arn:b", "arn:g"]', id="values by tojson"),
        pytest.param("{{ subnets | map('upper') | tojson }}", '["S-1", "S-2"]', id="a mapped list by tojson"),
        pytest.param("{% for a in tgs.values() %}{{ a }};{% endfor %}", "arn:b;arn:g;", id="a loop"),
        pytest.param("{% if count > 2 %}big{% else %}small{% endif %}", "big", id="a condition"),
        pytest.param("{{ missing | default('x') }}", "x", id="a default"),
        pytest.param("{{ 'there' if missing is defined else 'not' }}", "not", id="a test for definedness"),
        pytest.param(
            "{% set n = namespace(s=0) %}{% for i in range(4) %}{% set n.s = n.s + i %}{% endfor %}{{ n.s }}",
            "6",
            id="a namespace",
        ),
        pytest.param("{% macro q(x) %}<{{ x }}>{% endmacro %}{{ q(name) }}", "<nginx>", id="a macro"),
        pytest.param("{% raw %}{{ name }}{% endraw %}{# c #}", "{{ name }}", id="raw and comments"),
        pytest.param("{{ '%s-%03d' | format(name, count) }}", "nginx-003", id="format"),
        pytest.param("a\r\nb\n", "a\nb\n", id="line ends, the last one too"),
        pytest.param("{% filter upper %}{{ name }}{% endfilter %}", "NGINX", id="a filter block"),
    ],
)
def test_templates_render(source, text):
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "rule", "line", "says"),
    [
        pytest.param(
            "a\n{{ nmae }}", "template.undefined", 2, "did you mean 'name'?", id="an undefined name"
        ),
        pytest.param(
            "{{ task-role }}", "template.undefined", 1, "call it task_role", id="a name with a dash"
        ),
        pytest.param("{{ name - zzz }}", "template.undefined", 1, "define it", id="a real subtraction"),
        pytest.param("{{ zzz }}", "template.undefined", 1, "'zzz' is not defined", id="with nothing like it"),
        pytest.param("{{ tgs['blue'] }}", "template.undefined", 1, "'blue-tg'", id="an undefined member"),
        pytest.param(
            "{{ zzz | tojson }}", "template.undefined", 1, "'zzz'", id="an undefined name by tojson"
        ),
        pytest.param(
            "\n\n{% for a in zzz %}{% endfor %}", "template.undefined", 3, "'zzz'", id="in a loop's head"
        ),
        pytest.param("{% if zzz %}{% endif %}", "template.undefined", 1, "'zzz'", id="in a condition"),
        pytest.param("{{ name.zzz.y }}", "template.undefined", 1, "'zzz'", id="a member of a member"),
        pytest.param("{{ subnets[7] }}", "template.undefined", 1, "'7'", id="beyond the end of a list"),
        pytest.param(
            "{% macro m() %}\n{{ zzz }}{% endmacro %}\n{{ m() }}",
            "template.undefined",
            2,
            "'zzz'",
            id="the line within a macro",
        ),
        pytest.param("\n{{ name", "template.syntax", 2, "end of print statement", id="unclosed"),
        pytest.param("{% if name %}", "template.syntax", 1, "endif", id="an open block"),
        pytest.param("{{ name | nofilter }}", "template.syntax", 1, "nofilter", id="an unknown filter"),
        pytest.param(
            "{{ count / 0 }}", "template.error", 1, "division by zero", id="an error in an expression"
        ),
        pytest.param("{{ tgs.values }}", "template.error", 1, "call it", id="a method that is not called"),
        pytest.param("\n{% include 'x' %}", "template.refused", 2, "stands alone", id="include"),
        pytest.param("{% import 'x' as x %}", "template.refused", 1, "stands alone", id="import"),
        pytest.param("{% extends 'x' %}", "template.refused", 1, "stands alone", id="extends"),
        pytest.param("{% from 'x' import y %}", "template.refused", 1, "stands alone", id="from import"),
        pytest.param("{{ subnets.append(1) }}", "template.refused", 1, "append", id="a change of a value"),
    ],
)
def test_templates_are_refused_with_line_and_reason(source, rule, line, says):
    finding = refusal(source)

    assert (finding.rule, finding.line) == (rule, line)
    assert says in str(finding)


@pytest.mark.parametrize(
    ("source", "place", "says"),
    [
        pytest.param('{\n "image": "{{ must_env `TAG` }}"\n}', (2, 24), "Go template", id="a Go template"),
        pytest.param('"{{ env "TAG" "x" }}"', (1, 2), "Go template", id="a Go template with quotes"),
        pytest.param('"{{ index .Labels \\"a\\" }}"', (1, 19), "{% raw %}", id="a log tag of Docker"),
        pytest.param('\n"{{{account}}}"', (2, 2), "not three", id="three braces"),
        pytest.param('"{{ a \\" }}"', (1, 7), "no part of an expression", id="a backslash"),
        pytest.param("a\n{{ 1 2 }}", (2, 1), "{% raw %}", id="braces that may be meant as they are"),
    ],
)
def test_a_template_of_another_tool_is_told_as_such(source, place, says):
    finding = refusal(source)

    assert (finding.rule, (finding.line, finding.column)) == ("template.syntax", place)
    assert says in str(finding)


def test_an_undefined_name_is_named_and_its_column_given():
    finding = refusal('{\n  "image": "{{ imgae }}"\n}')

    assert (finding.found, finding.line, finding.column) == ("imgae", 2, 13)


def test_output_over_one_mib_is_refused():
    assert refusal("{% for i in range(70000) %}0123456789abcdef{% endfor %}").rule == "template.limit"


@pytest.mark.parametrize("kind", [OSError, ImportError])
def test_an_error_of_the_host_keeps_its_paths_to_itself(kind):
    def fail():
        raise kind(24, "Too many open files", "/opt/python/idna.py")

    with pytest.raises(RenderError) as caught:
        render_template("\n{{ fail() }}", path="t.json", values={"fail": fail})

    (finding,) = caught.value.findings
    assert (finding.rule, finding.line) == ("template.refused", 2)
    assert "/opt" not in str(finding)


FRAGMENTS = st.sampled_from(
    [
        *(
            '"a"',
            "@",
            " ",
            "\n",
            "{",
            "}",
            "é",
            "{{ name }}",
            "{{- name -}}",
            "{{ 'lit' }}",
            "{{ '{{' }}",
            "{{ '@' }}",
        ),
        *("{# c #}", "{#- c -#}", "{% raw %}{{ x {% endraw %}", "{%- raw -%} {% x {%- endraw -%}"),
        *("{% for s in subnets %}", "{%- for s in subnets -%}", "{% endfor %}", "{%- endfor -%}"),
        *("{% if yes %}", "{% else %}", "{% endif %}", "{% set x = '@' %}", "{{ {'a': '}}'}['a'] }}"),
    ]
)


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_whatever_was_copied_is_found_where_it_stands_in_the_template(source):
    try:
        rendered = render_template(source, path="t.json", values=VALUES)
    except RenderError as error:
        assert {finding.rule for finding in error.findings} == {"template.syntax"}  # noqa: PT017  # or it renders
        return
    lines = source.split("\n")
    for offset, character in enumerate(rendered.text):
        if rendered.origins.is_verbatim(offset):
            place = rendered.origins.position(offset)
            assert (lines[place.line - 1] + "\n")[place.column - 1] == character


@pytest.mark.parametrize(
    ("source", "wanted", "place"),
    [
        pytest.param("{\n  {{ count }}@}", "@", (2, 14), id="behind an expression"),
        pytest.param("{{ subnets | tojson }}", "s-2", (1, 1), id="within an expression's output"),
        pytest.param("{% for s in subnets %}\n {{ s }}@\n{% endfor %}x", "x", (3, 13), id="behind a loop"),
        pytest.param("{% for s in subnets -%}   \n   @{% endfor %}", "@", (2, 4), id="behind stripped space"),
        pytest.param("  \n  {%- if yes %}@{% endif %}", "@", (2, 16), id="before stripped space"),
        pytest.param("{# one\n two #}@", "@", (2, 8), id="behind a comment"),
        pytest.param("{% raw %}{{@{% endraw %}", "@", (1, 12), id="within raw"),
        pytest.param("{{ '@x' }}'@x'@", "'", (1, 11), id="a text that stands in an expression too"),
        pytest.param("{% filter upper %}\nabc\n{% endfilter %}@", "@", (3, 16), id="behind a filter block"),
        pytest.param("x\n {% filter upper %}\nabc\n{% endfilter %}", "BC", (2, 2), id="in a filter block"),
        pytest.param(
            "{% macro m() %}{{ caller() }}@{% endmacro %}\n{% call m() %}1{% endcall %}",
            "@",
            (2, 1),
            id="a call",
        ),
        pytest.param("\n{% for s in subnets recursive %}@{% endfor %}", "@", (2, 1), id="a recursive loop"),
        pytest.param("{{ '1\n2' }}\n\n  @", "@", (4, 3), id="behind a value over several lines"),
        pytest.param("{% if count > 2 %}\n@{% else %}\n#{% endif %}", "@", (2, 1), id="in a condition"),
        pytest.param("{% if count > 5 %}\n@{% else %}\n#{% endif %}", "#", (3, 1), id="in its other branch"),
        pytest.param("\r\n{{ name }}\r\n@", "@", (3, 1), id="lines that end as on Windows"),
        pytest.param("{{ name }}\r@", "@", (2, 1), id="lines that end as on old Macs"),
        pytest.param("\t\t{{ name }}@", "@", (1, 13), id="tabs, each one column"),
        pytest.param(
            "\N{GRINNING FACE}{{ name }}@", "@", (1, 12), id="a character beyond 16 bits, one column"
        ),
    ],
)
def test_places_in_the_output_are_places_in_the_template(source, wanted, place):
    rendered = render_template(source, path="t.json", values=VALUES)

    assert rendered.origins.position(rendered.text.index(wanted)) == Position(*place)
