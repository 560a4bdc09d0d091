"""What is wrong with a template reads the same from a confined child as from the renderer in this process."""

from __future__ import annotations

import pytest
import pytest_asyncio

from gitmoxi.adapters.memory.renderer import InProcessRenderer
from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.domain.files import FileKind
from gitmoxi.rendering.errors import RenderError
from tests.contract.renderer.requests import request_for

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool():
    async with RenderPool(size=1) as running:
        yield running


async def findings(renderer, template):
    with pytest.raises(RenderError) as caught:
        await renderer.render(request_for(template))
    return caught.value.findings


@pytest.mark.parametrize(
    ("broken", "rule", "says"),
    [
        pytest.param("{% for a in [1] %}x", "template.syntax", "'endfor'", id="a loop never ended"),
        pytest.param("{% if %}", "template.syntax", "Expected an expression", id="an if without condition"),
        pytest.param('{{ "a" if }}', "template.syntax", "unexpected", id="half an expression"),
        pytest.param("{{ name }", "template.syntax", "unexpected '}'", id="a brace too few"),
        pytest.param("{{ 1 2 }}", "template.syntax", "got 'integer'", id="two values in one"),
        pytest.param("{# a", "template.syntax", "end of comment", id="a comment never closed"),
        pytest.param("{% break %}", "template.syntax", "unknown tag 'break'", id="an unknown tag"),
        pytest.param("{{ name | nofilter }}", "template.syntax", "'nofilter'", id="an unknown filter"),
        pytest.param("{{ name is notest }}", "template.syntax", "'notest'", id="an unknown test"),
        pytest.param("{{ nmae }}", "template.undefined", "'nmae'", id="an undefined name"),
        pytest.param("{{ name.nmae }}", "template.undefined", "'nmae'", id="an undefined attribute"),
        pytest.param("{{ 1 // 0 }}", "template.error", "by zero", id="an error in an expression"),
        pytest.param('{{ 1 + "a" }}', "template.error", "unsupported operand", id="a wrong type"),
        pytest.param('{{ "%d" | format("x") }}', "template.error", "%d", id="a wrong format"),
        pytest.param("{{ name.__class__ }}", "template.refused", "unsafe", id="a way out of the sandbox"),
        pytest.param('{% include "a" %}', "template.refused", "include", id="another file"),
        pytest.param('{"a": }', "json.syntax", "expected a JSON value", id="bad JSON"),
        pytest.param('{{ name | wordwrap(1) }}"', "json.syntax", "expression", id="an expression's bad JSON"),
        pytest.param(
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "template.limit",
            "too deep",
            id="a macro that calls itself",
        ),
        pytest.param(
            "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
            "template.limit",
            "too deep",
            id="a loop that calls itself",
        ),
        pytest.param('{{ "a" * 10 ** 17 }}', "template.limit", "memory", id="memory"),
        pytest.param(
            '{% for i in range(2000) %}{{ "x" * 999 }}{% endfor %}',
            "template.limit",
            "more than 1048576 characters",
            id="output",
        ),
    ],
)
async def test_an_error_is_the_same_from_a_child(pool, broken, rule, says):
    template = f"\n\n{broken}"

    (finding,) = await findings(pool, template)

    assert (finding,) == await findings(InProcessRenderer(), template)
    assert (finding.file, finding.rule) == ("a/n_svcdef.json", rule)
    assert says in finding.message
    assert finding.line == (None if "characters" in says else 3)


async def test_parentheses_too_deep_for_the_parser_are_the_same_error_from_a_child(pool):
    template = "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}"

    (finding,) = await findings(pool, template)

    assert (finding,) == await findings(InProcessRenderer(), template)
    assert finding.rule == "template.limit"


async def test_memory_that_this_process_would_have_is_refused_in_a_child(pool):
    (finding,) = await findings(pool, '\n{{ "a" * 2 ** 30 }}')

    assert (finding.rule, finding.line) == ("template.limit", 2)
    assert "memory" in finding.message


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
async def test_an_encoding_without_byte_order_mark_is_read_in_a_child(pool, encoding, order):
    rendered = await pool.render(request_for('"x"'.encode(f"{encoding}-{order}")))

    assert rendered.documents[FileKind.SVCDEF].document == "x"


@pytest.mark.parametrize(
    ("template", "value"),
    [
        pytest.param('{{ ("a b" | wordwrap(1)) | tojson }}', "a\nb", id="a filter"),
        pytest.param('{{ "\\N{BULLET}" | tojson }}', "\N{BULLET}", id="a character by its name"),
    ],
)
async def test_what_python_loads_late_is_there_in_a_child(pool, template, value):
    rendered = await pool.render(request_for(template))

    assert rendered.documents[FileKind.SVCDEF].document == value


@pytest.mark.parametrize("codec", ["cp037", "idna", "punycode"])
async def test_what_a_child_cannot_load_tells_nothing_about_the_host(pool, codec):
    (finding,) = await findings(pool, f'\n{{{{ name.encode("{codec}") }}}}')

    assert (finding.rule, finding.line) == ("template.refused", 2)
    assert "Errno" not in finding.message
    assert "/" not in finding.message + finding.found + finding.advice
