"""What was compiled for one object serves for the next, and shows in nothing but the time."""

from __future__ import annotations

import pytest

from gitmoxi.rendering import compiling
from gitmoxi.rendering.compiling import compiled
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.sandbox import new_environment
from gitmoxi.rendering.templates import render_template


@pytest.fixture(autouse=True)
def nothing_kept():
    compiling._kept.clear()


def test_a_template_is_compiled_once_whatever_its_values_and_its_path():
    first = compiled(new_environment(), "{{ a }}", frozenset())

    assert compiled(new_environment(), "{{ a }}", frozenset()) is first


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: compiled(new_environment(), "{{ b }}", frozenset()), id="another source"),
        pytest.param(lambda: compiled(new_environment(), "{{ a }}", {"a"}), id="a sensitive value"),
        pytest.param(lambda: compiled(new_environment(partial=True), "{{ a }}", frozenset()), id="unknowns"),
    ],
)
def test_other_code_is_made_for(other):
    assert other() is not compiled(new_environment(), "{{ a }}", frozenset())


def test_the_second_rendering_has_its_own_values_places_and_errors():
    source = 'x\n{% if n > 1 %}{{ "many" }}{% endif %}{{ missing }}'
    for number, missing in ((1, "one"), (2, "two")):
        rendered = render_template(source, path="a", values={"n": number, "missing": missing})
        assert rendered.text == "x\n" + ("many" if number > 1 else "") + missing
        assert rendered.origins.position(len(rendered.text) - 1).line == 2

    with pytest.raises(RenderError) as caught:
        render_template(source, path="other", values={"n": 1})

    (finding,) = caught.value.findings
    assert (finding.file, finding.line, finding.rule) == ("other", 2, "template.undefined")


def test_the_oldest_code_goes_when_the_sources_get_too_long(monkeypatch):
    monkeypatch.setattr(compiling, "_KEPT_CHARACTERS", 20)
    sources = [f"{{{{ a{number} }}}}" for number in range(5)]

    for source in sources:
        compiled(new_environment(), source, frozenset())

    assert [kept.source for kept in compiling._kept] == sources[-2:]


def test_a_source_that_is_too_long_by_itself_is_not_kept(monkeypatch):
    monkeypatch.setattr(compiling, "_KEPT_CHARACTERS", 5)

    compiled(new_environment(), "{{ a }}", frozenset())

    assert not compiling._kept
