"""A document's text is a template that renders to that very document, whatever stands in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmoxi.planning.export.files import document_text, has_template_tags
from gitmoxi.rendering.strict_json import parse_text
from gitmoxi.rendering.templates import render_template

NASTY = st.text(st.sampled_from("{}%#-+'\"\\ \nab"), max_size=12) | st.text(max_size=6)
JSON = st.recursive(
    st.booleans() | st.integers() | NASTY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NASTY, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(NASTY, JSON, max_size=4)


def rendered(text: str) -> object:
    result = render_template(text, path="web_taskdef.json", values={})
    assert result.text == text, "the text is its own rendering"
    return parse_text(result.text, path="web_taskdef.json").value


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS.filter(lambda d: "\ud800" not in json.dumps(d)))
def test_rendering_gives_the_document_back(document):
    text = document_text(document)
    assert rendered(text) == document
    assert json.loads(text) == document


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param("{{x}}", r'"\u007b{x}}"', id="an expression"),
        pytest.param("{{{x}", r'"\u007b\u007b{x}"', id="three braces"),
        pytest.param("{%if%}", r'"\u007b%if%}"', id="a statement"),
        pytest.param("{#x#}", r'"\u007b#x#}"', id="a comment"),
        pytest.param("${x} }} %}", '"${x} }} %}"', id="nothing that begins a template"),
        pytest.param("Grüße 🚀", '"Grüße 🚀"', id="other alphabets"),
        pytest.param("a\u202eb\u200b\x7f", r'"a\u202eb\u200b\u007f"', id="what cannot be seen"),
        pytest.param("\U000e0001", r'"\udb40\udc01"', id="what cannot be seen, beyond the basic plane"),
    ],
)
def test_values_are_written_so_that_they_mean_themselves(value, written):
    assert document_text({"v": value}) == f'{{\n  "v": {written}\n}}\n'
    assert rendered(document_text({"v": value})) == {"v": value}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({"a": {"b": []}}, False, id="braces of JSON"),
        pytest.param({"a": "{{b}}"}, True, id="a value"),
        pytest.param({"{%": 1}, True, id="a name"),
        pytest.param({"a": {}}, False, id="an empty object"),
    ],
)
def test_documents_with_template_tags_are_known(document, expected):
    assert has_template_tags(document) is expected
