"""Partial rendering: what is checked without an input file, and what says that it is not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Severity
from gitmoxi.domain.rendered import UnknownRole, show_path
from gitmoxi.domain.targets import TargetKind
from gitmoxi.domain.unknown import MARK, Unknown, as_written, holds_mark, is_unknown
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.objects import render_object
from gitmoxi.rendering.templates import has_template_syntax


def render(template, *, inputs=None, references=None):
    files = {"a/n_svcdef.json": template.encode()}
    if inputs is not None:
        files["a/n_input.json"] = json.dumps(inputs).encode()
    return render_object(
        prefix="a/n",
        kind=TargetKind.ECS,
        files=files,
        references={path: json.dumps(content).encode() for path, content in (references or {}).items()},
        partial=True,
    )


def service(template, **given):
    return render(template, **given).documents[FileKind.SVCDEF]


def shown(value):
    """A document with its unknown values as ``("?", text)``, so that it can be compared."""
    if is_unknown(value):
        return ("?", str.__str__(value))
    if isinstance(value, dict):
        return {as_written(name): shown(member) for name, member in value.items()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def refusal(template, **given):
    with pytest.raises(RenderError) as caught:
        render(template, **given)
    (finding,) = caught.value.findings
    return finding


def unknown(text):
    return ("?", text)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param('"{{ image }}"', unknown("{{ image }}"), id="a text"),
        pytest.param('"app-{{ env }}:{{tag}}"', unknown("app-{{ env }}:{{ tag }}"), id="a part of a text"),
        pytest.param('{"cpu": {{ cpu }}}', {"cpu": unknown("{{ cpu }}")}, id="a number"),
        pytest.param("[{{ size }}000, 1]", [unknown("{{ size }}000"), 1], id="a part of a number"),
        pytest.param("[-{{ size }}]", [unknown("-{{ size }}")], id="behind a sign"),
        pytest.param("{{ subnets | tojson }}", unknown("{{ subnets | tojson }}"), id="a whole document"),
        pytest.param('"{{ x | tojson }}"', unknown("{{ x | tojson }}"), id="tojson within quotes"),
        pytest.param("""["{{ x["a"] }}"]""", [unknown('{{ x["a"] }}')], id="an expression with quotes"),
        pytest.param(
            r'["{{ x ~ "\\" }}"]', [unknown(r'{{ x ~ "\\" }}')], id="an expression with a backslash"
        ),
        pytest.param('["{{\n x\n}}"]', [unknown("{{ x }}")], id="an expression over several lines"),
        pytest.param("{{ a.b.c(1)[2] + 3 * x }}", unknown("{{ a.b.c(1)[2] + 3 * x }}"), id="operations"),
        pytest.param("{{ [1, 2][x] }}", unknown("{{ [1, 2][x] }}"), id="an unknown index"),
        pytest.param("{{ [1, 2][x:] }}", None, id="an unknown slice"),
        pytest.param("{{ {'a': 1}.get(x) }}", unknown("{{ {'a': 1}.get(x) }}"), id="an unknown argument"),
        pytest.param("{{ x | int // 2 }}", unknown("{{ x | int // 2 }}"), id="a filter"),
        pytest.param(
            "{{ '%s-%d' | format('a', x) }}", unknown("{{ '%s-%d' | format('a', x) }}"), id="format"
        ),
        pytest.param(
            "{{ [x, 1] | tojson }}", unknown("{{ [x, 1] | tojson }}"), id="a list with an unknown item"
        ),
        pytest.param("{{ x in [1] }}", unknown("{{ x in [1] }}"), id="a comparison"),
        pytest.param('"{{ 1 if env == 2 else 3 }}"', unknown("{{ 1 if env == 2 else 3 }}"), id="a choice"),
        pytest.param("{{ x is string }}", unknown("{{ x is string }}"), id="a test"),
        pytest.param('"{{ x | default("d") }}"', "d", id="a default"),
        pytest.param("{{ 5 if x is defined else 6 }}", 6, id="a test for definedness"),
        pytest.param(
            "{% set n = env ~ '-a' %}[\"{{ n | upper }}\", 1]", [unknown("{{ n | upper }}"), 1], id="set"
        ),
        pytest.param(
            '{% set n %}{{ env }}{% endset %}["{{ n }}"]', [unknown("{{ n }}")], id="a block that is set"
        ),
        pytest.param(
            '{% macro m(v) %}"{{ v }}"{% endmacro %}[{{ m(x) }}, {{ m(1) }}]',
            [unknown("{{ m(x) }}"), "1"],
            id="a macro",
        ),
        pytest.param(
            '[{% for s in subnets %}"{{ s }}"{% if not loop.last %},{% endif %}{% endfor %}]',
            [unknown("{{ s }}")],
            id="a loop runs once",
        ),
        pytest.param(
            '{% for k, (a, b) in t.items() %}["{{ k }}", "{{ b }}"]{% endfor %}',
            [unknown("{{ k }}"), unknown("{{ b }}")],
            id="a loop over pairs",
        ),
        pytest.param("{% if x %}1{% else %}2{% endif %}", 1, id="a condition holds"),
        pytest.param(
            "{% for a in [1, 2] if a > x %}{% if loop.first %}1{% endif %}{% endfor %}",
            1,
            id="a filtered loop",
        ),
        pytest.param('{% filter upper %}"a"{% endfilter %}', "A", id="a filter block of known text"),
    ],
)
def test_what_is_not_given_is_unknown_where_it_stands(template, expected):
    rendered = render(template)

    if expected is None:
        assert [note.rule for note in rendered.warnings] == ["template.needs-values"]
    else:
        assert shown(rendered.documents[FileKind.SVCDEF].document) == expected
        assert rendered.warnings == ()


def test_names_of_members_keep_their_marks_and_are_no_duplicates():
    document = service('{"{{ k }}": 1, "x-{{ k }}": 2, "{{ k }}": 3}').document

    assert [as_written(name) for name in document] == ["{{ k }}", "x-{{ k }}", "{{ k }}"]
    assert all(holds_mark(name) for name in document)
    assert show_path((next(iter(document)), 0)) == "$['{{ k }}'][0]"


def test_what_is_unknown_is_listed_with_its_place():
    document = service(
        '{\n  "image": "{{ image }}",\n  {% if env == "prod" %}\n  "{{ key }}": 1,\n  {% endif %}\n'
        '  "n": [{{ n }}]\n}'
    )

    assert [
        (part.role, show_path(part.path), part.position.line, part.expression) for part in document.unknowns
    ] == [
        (UnknownRole.VALUE, "$.image", 2, "{{ image }}"),
        (UnknownRole.TAG, "$", 3, 'if env == "prod"'),
        (UnknownRole.NAME, "$['{{ key }}']", 4, "{{ key }}"),
        (UnknownRole.VALUE, "$.n[0]", 6, "{{ n }}"),
    ]


def test_a_file_without_template_syntax_has_no_unknowns():
    document = service('{"a": "\N{BULLET}", "b": [1]}')

    assert (document.document, document.unknowns) == ({"a": "\N{BULLET}", "b": [1]}, ())


@pytest.mark.parametrize("mark", [MARK, MARK * 2, f'{MARK}"{MARK}', f"{MARK}{{{{ x }}}}{MARK}"])
def test_marks_that_a_user_writes_are_no_marks(mark):
    document = service(f'["{{{{ x }}}}", "{mark}"]' if '"' not in mark else '["{{ x }}", "' + MARK + '"]')

    assert not holds_mark(json.dumps(shown(document.document), ensure_ascii=False))


@pytest.mark.parametrize("text", [f'["{MARK}x{MARK}"]', f'{MARK}"{MARK}'])
def test_marks_in_a_file_without_template_syntax_are_none_either(text):
    try:
        document = service(text)
    except RenderError as error:
        assert [finding.rule for finding in error.findings] == ["json.syntax"]  # noqa: PT017  # or it renders
    else:
        assert document.unknowns == ()


@pytest.mark.parametrize(
    ("template", "rule", "line"),
    [
        pytest.param('{"a": "{{ x }}",\n "b": 1,}', "json.syntax", 2, id="a comma too many"),
        pytest.param('{"a": {{ x }},\n "b": tru}', "json.syntax", 2, id="behind an unknown number"),
        pytest.param(
            '{\n"a": 1 "b": 2, {% if x %}"c": 1{% endif %}}', "json.syntax", 2, id="before a condition"
        ),
        pytest.param('{"a": 1, "a": "{{ x }}"}', "json.duplicate-key", 1, id="a duplicate key"),
        pytest.param('"{{ x }}\\q"', "json.syntax", 1, id="an unknown escape"),
        pytest.param("\n{{ x", "template.syntax", 2, id="no template"),
        pytest.param('["{{ x }}",\n {{ 1 / 0 }}]', "template.error", 2, id="an error without unknown values"),
        pytest.param("{{ [].append(x) }}", "template.refused", 1, id="a change of a value"),
        pytest.param("{{ {'a': 1}.b }}", "template.undefined", 1, id="a member that a known value lacks"),
        pytest.param("{{ ''.__class__ }}", "template.refused", 1, id="a way out of the sandbox"),
    ],
)
def test_what_is_wrong_with_any_values_is_an_error(template, rule, line):
    finding = refusal(template)

    assert (finding.rule, finding.line, finding.severity) == (rule, line, Severity.ERROR)


@pytest.mark.parametrize(
    ("template", "line"),
    [
        pytest.param('{"a": 1\n{{ "," if x }} "b": 2}', 2, id="an unknown comma"),
        pytest.param("{\n{{ members }}\n}", 2, id="unknown members"),
        pytest.param("[{{ x }} {{ y }}]", 1, id="values side by side"),
        pytest.param('{"a": 1{% if x %},{% endif %}\n}', 1, id="a comma by a condition"),
        pytest.param("\n{{ '%d' % x }}", 2, id="an expression that needs the value"),
        pytest.param("{% set a, b = x %}{{ a }}", 1, id="unpacking"),
    ],
)
def test_what_only_values_can_tell_is_a_note_and_the_file_is_left_out(template, line):
    rendered = render(template)

    (note,) = rendered.warnings
    assert (note.rule, note.severity, note.line) == ("template.needs-values", Severity.NOTE, line)
    assert "could not be checked without values" in note.message
    assert rendered.documents == {}


def test_an_input_file_makes_a_missing_name_an_error():
    finding = refusal('"{{ imgae }}"', inputs={"image": "nginx"})

    assert (finding.rule, finding.advice) == ("template.undefined", "did you mean 'image'?")


def test_a_reference_that_is_not_there_is_a_note_and_own_values_are_known():
    inputs = {"ref": {"file": ["here.json", "tf.json"], "type": "JSON"}, "a": 1}
    rendered = render("[{{ a }}, {{ b }}, {{ c }}]", inputs=inputs, references={"here.json": {"b": 2}})

    (note,) = rendered.warnings
    assert (note.rule, note.severity, note.found) == ("input.reference-unread", Severity.NOTE, "tf.json")
    assert shown(rendered.documents[FileKind.SVCDEF].document) == [1, 2, unknown("{{ c }}")]


def test_with_all_references_there_nothing_is_unknown():
    inputs = {"ref": {"file": ["tf.json"], "type": "JSON"}}

    assert service("{{ a }}", inputs=inputs, references={"tf.json": {"a": 1}}).document == 1
    assert refusal("{{ b }}", inputs=inputs, references={"tf.json": {"a": 1}}).rule == "template.undefined"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize(
    ("text", "expected"), [("{{ a }}", True), ("{% a %}", True), ("{# a #}", True), ('{"a": {}}', False)]
)
def test_template_syntax_is_seen_in_every_encoding(encoding, text, expected):
    assert has_template_syntax(text.encode(encoding)) is expected


def test_bytes_that_are_no_text_are_no_template():
    assert not has_template_syntax(b"{{\xff")


FRAGMENTS = st.sampled_from(
    [
        *('"', "[", "]", "{", "}", ",", ":", " ", "\n", "1", "a", "\\", MARK),
        *("{{ x }}", "{{ x | tojson }}", '{{ x["y"] }}', "{{- x -}}", "{{ [x] | join }}", "{{ x | first }}"),
        *("{% for s in x %}", "{% endfor %}", "{% if x %}", "{% else %}", "{% endif %}", "{{ s ~ x }}"),
        *("{% set y = x %}", "{{ y }}", "{% filter upper %}", "{% endfilter %}", "{% macro m(a) %}"),
        *("{% endmacro %}", "{{ m(x) }}", "{% call m(x) %}", "{% endcall %}", "{{ caller() }}", "{# c #}"),
    ]
)


@given(st.lists(FRAGMENTS, max_size=14).map("".join))
def test_partial_rendering_ends_in_a_document_a_note_or_an_error_of_ours(template):
    try:
        rendered = render(template)
    except RenderError:
        return
    assert set(rendered.documents) == {FileKind.SVCDEF} or rendered.warnings
    for document in rendered.documents.values():
        assert all(part.path == () or part.path in document.positions for part in document.unknowns)


def test_an_unknown_can_be_shown_but_not_compared():
    value = Unknown("{{ x }}")

    assert f"{value!s}" == "{{ x }}"
    with pytest.raises(Exception, match="not known here"):
        assert value == "{{ x }}"
