"""Strict JSON: what is refused, where, and the places of what is taken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmoxi.domain.rendered import Position
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.strict_json import parse_bytes, parse_text

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


def refusal(text: str | bytes):
    parse = parse_bytes if isinstance(text, bytes) else parse_text
    with pytest.raises(RenderError) as caught:
        parse(text, path="f.json")
    (finding,) = caught.value.findings
    assert finding.file == "f.json"
    return finding


@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_whatever_json_writes_is_read_back(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)

    assert parse_text(text, path="f.json").value == value


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_never_read_more_widely_than_json_reads_it(text):
    try:
        value = parse_text(text, path="f.json").value
    except RenderError:
        return
    assert json.loads(text) == value


def test_every_value_has_its_place_and_a_member_stands_where_its_name_does():
    parsed = parse_text('{\n  "a": [1,\n    {"b": 2}],\n  "c": null\n}', path="f.json")

    assert parsed.positions == {
        (): Position(1, 1),
        ("a",): Position(2, 3),
        ("a", 0): Position(2, 9),
        ("a", 1): Position(3, 5),
        ("a", 1, "b"): Position(3, 6),
        ("c",): Position(4, 3),
    }


@pytest.mark.parametrize(
    ("text", "rule", "place", "says"),
    [
        pytest.param(
            '{"image": 1,\n "image": 2}', "json.duplicate-key", (2, 2), "line 1", id="duplicate key"
        ),
        pytest.param(
            '{"a": {"b": 1, "b": 1}}', "json.duplicate-key", (1, 16), '"b"', id="duplicate, equal, deep"
        ),
        pytest.param(
            '{"\\u0061": 1, "a": 2}', "json.duplicate-key", (1, 15), '"a"', id="duplicate by escape"
        ),
        pytest.param('{"a": NaN}', "json.not-finite", (1, 7), "NaN", id="NaN"),
        pytest.param("[Infinity]", "json.not-finite", (1, 2), "infinities", id="Infinity"),
        pytest.param("[-Infinity]", "json.not-finite", (1, 2), "infinities", id="minus Infinity"),
        pytest.param("[1e999]", "json.not-finite", (1, 2), "infinity", id="a number beyond all bounds"),
        pytest.param("[" * 65 + "]" * 65, "json.depth", (1, 65), "64", id="65 levels"),
        pytest.param("[" * 100_000, "json.depth", (1, 65), "64", id="100k opening brackets"),
        pytest.param('{"a":' * 100_000, "json.depth", (1, 321), "64", id="100k opening braces"),
        pytest.param(f"[{'1' * 5000}]", "json.number", (1, 2), "5000 digits", id="a number of 5000 digits"),
        pytest.param(f"[{'0,' * 100_000}0]", "json.size", (1, 100_000), "50000 values", id="100k values"),
        pytest.param('["\\ud800"]', "json.surrogate", (1, 2), "surrogate", id="half a surrogate pair"),
        pytest.param("", "json.syntax", (1, 1), "the file is empty", id="empty"),
        pytest.param(" \n", "json.syntax", (2, 1), "the file is empty", id="blank"),
        pytest.param(
            '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> x\n}',
            "json.syntax",
            (2, 1),
            "a merge conflict is left in the file",
            id="a merge conflict",
        ),
        pytest.param(
            '{\n"a": 1\n=======\n"a": 2\n}',
            "json.syntax",
            (3, 1),
            "a merge conflict is left",
            id="the middle of a merge conflict",
        ),
        pytest.param("family: web\n", "json.syntax", (1, 1), "this is YAML", id="YAML"),
        pytest.param("# ours\n---\na: 1\n", "json.syntax", (1, 1), "this is YAML", id="YAML with a comment"),
        pytest.param("{", "json.syntax", (1, 2), "end of the file", id="unclosed object"),
        pytest.param(
            '{"a": 1,}', "json.syntax", (1, 8), "remove the comma", id="trailing comma in an object"
        ),
        pytest.param("[1,\n]", "json.syntax", (1, 3), "remove the comma", id="trailing comma in a list"),
        pytest.param('{"a" 1}', "json.syntax", (1, 6), '":"', id="no colon"),
        pytest.param("[1 2]", "json.syntax", (1, 4), '","', id="no comma"),
        pytest.param("{} {}", "json.syntax", (1, 4), "the end of the file", id="two documents"),
        pytest.param("[01]", "json.syntax", (1, 3), '","', id="leading zero"),
        pytest.param("[+1]", "json.syntax", (1, 2), "a JSON value", id="plus sign"),
        pytest.param("[.5]", "json.syntax", (1, 2), "a JSON value", id="no digit before the point"),
        pytest.param("[1.]", "json.syntax", (1, 3), '","', id="no digit after the point"),
        pytest.param("['a']", "json.syntax", (1, 2), "| tojson", id="single quotes, as Python writes lists"),
        pytest.param("[True]", "json.syntax", (1, 2), "| tojson", id="True, as Python writes it"),
        pytest.param("[1] // x", "json.syntax", (1, 5), "no comments", id="a comment"),
        pytest.param('{"a": {{ b }}}', "json.syntax", (1, 8), "plain JSON", id="a template"),
        pytest.param('{"a": ${CPU}}', "json.syntax", (1, 7), "${CPU}", id="a placeholder is shown"),
        *(
            pytest.param(f'{{"a": {text}}}', "json.syntax", (1, 7), "{{ name | tojson }}", id=text)
            for text in ("${CPU}", "$CPU", "$$$$CPU$$$$", "<cpu>", "%CPU%", "@CPU@", "__CPU__")
        ),
        pytest.param(
            "{$$$A$$$}", "json.syntax", (1, 2), "write the member in full", id="a placeholder of a member"
        ),
        pytest.param('{"a": [ ... ]}', "json.syntax", (1, 9), "left out", id="dots"),
        pytest.param('{"a": cv-app}', "json.syntax", (1, 7), 'double quotes: "cv-app"', id="no quotes"),
        pytest.param("{a: 1}", "json.syntax", (1, 2), 'double quotes: "a"', id="a name without quotes"),
        pytest.param('["say "hi""]', "json.syntax", (1, 8), '\\"', id="quotes within a text"),
        pytest.param('["a\tb"]', "json.syntax", (1, 4), "write \\t", id="a tab in a text"),
        pytest.param('["a', "json.syntax", (1, 2), "never closed", id="unclosed text"),
        pytest.param('["a\nb"]', "json.syntax", (1, 4), "before the line ends", id="a text over two lines"),
        pytest.param('["a\\x"]', "json.syntax", (1, 4), "escape", id="an unknown escape"),
        pytest.param('["\x01"]', "json.syntax", (1, 3), "control character", id="a control character"),
    ],
)
def test_what_is_no_strict_json_is_refused_with_its_place(text, rule, place, says):
    finding = refusal(text)

    assert (finding.rule, (finding.line, finding.column)) == (rule, place)
    assert says in str(finding)


def test_64_levels_are_taken():
    assert parse_text("[" * 64 + "]" * 64, path="f.json").value


@pytest.mark.parametrize(
    "data",
    [
        pytest.param('{"ü": 1}'.encode(), id="UTF-8"),
        pytest.param('{"ü": 1}'.encode("utf-8-sig"), id="UTF-8 with BOM"),
        pytest.param('{"ü": 1}'.encode("utf-16"), id="UTF-16 as PowerShell redirects it"),
        pytest.param('{"ü": 1}'.encode("utf-16-le"), id="UTF-16 little-endian without BOM"),
        pytest.param(b"\xfe\xff" + '{"ü": 1}'.encode("utf-16-be"), id="UTF-16 big-endian"),
        pytest.param('{"ü": 1}'.encode("utf-32"), id="UTF-32"),
    ],
)
def test_every_unicode_encoding_is_read(data):
    assert parse_bytes(data, path="f.json").value == {"ü": 1}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_however_they_end(newline):
    finding = refusal(newline.join(["{", '"a": 1,', " }"]))

    assert (finding.line, finding.column) == (2, 7)


def test_half_a_pair_in_utf_16_is_refused_with_its_place():
    finding = refusal(b"\xff\xfe" + '{\n "\N{BULLET}'.encode("utf-16-le") + b"\x00\xd8a\x00")

    assert (finding.rule, finding.line, finding.column) == ("file.encoding", 2, 4)


def test_bytes_that_are_no_text_are_refused_with_their_place():
    finding = refusal(b'{\n "a": "\xff"}')

    assert (finding.rule, finding.line, finding.column) == ("file.encoding", 2, 8)
    assert "UTF-8" in finding.advice


def test_a_file_over_one_mib_is_refused():
    assert refusal(b'"' + b"a" * 1024 * 1024 + b'"').rule == "file.size"
