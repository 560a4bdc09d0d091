"""Hostile templates and documents: no success, one clear error, and none takes over five seconds."""

from __future__ import annotations

import time

import pytest
import pytest_asyncio

from gitmoxi.adapters.rendering.limits import RenderLimits
from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.domain.files import FileKind
from gitmoxi.domain.rendered import RenderRequest
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.errors import RenderError

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONGEST_ANSWER_SECONDS = 5.0
LIMITS = RenderLimits(wall_seconds=1.5, cpu_seconds=1)

BOMBS = [
    pytest.param("{{ 9**(9**9) }}", id="a power of a power"),
    pytest.param("{{ 10**100000 }}", id="a long number"),
    pytest.param(
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", id="nested loops"
    ),
    pytest.param("{% for i in range(99999) %}0123456789abcdef{% endfor %}", id="much output"),
    pytest.param(
        "{% for i in range(99999) %}{% for j in range(99999) %}{{ '' }}{% endfor %}{% endfor %}",
        id="endless empty output",
    ),
    pytest.param("{{ lipsum(n=1000000) }}", id="lipsum"),
    pytest.param("{{ [1]|slice(10**9) }}", id="slices, not used"),
    pytest.param("{{ [1]|slice(10**9)|list }}", id="slices"),
    pytest.param("{{ 'x' * 10**10 }}", id="a long text"),
    pytest.param("{{ [0] * 10**9 }}", id="a long list"),
    pytest.param("{{ '%999999999d'|format(1) }}", id="a wide number"),
    pytest.param("{{ '{:>999999999}'.format(1) }}", id="a wide number by format"),
    pytest.param("{{ 'x'|center(10**9) }}", id="a wide text"),
    pytest.param("{{ 'x'|indent(10**9) }}", id="a deep indent"),
    pytest.param("{{ {}|tojson(indent=10**9) }}", id="a deep indent of JSON"),
    pytest.param("{{ 'aaaa'|replace('', 'b' * 10**6) }}", id="a growing text"),
    pytest.param("{{ (1).to_bytes(10**9) }}", id="many bytes"),
    pytest.param("{{ range(10**9)|list }}", id="a long range"),
    pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", id="a macro that calls itself"),
    pytest.param("{{ " + "(" * 100_000 + "1", id="many brackets in an expression"),
    pytest.param("{{ " + "[" * 2000 + "]" * 2000 + " }}", id="nested lists in an expression"),
    pytest.param("{{ 1" + "+1" * 50_000 + " }}", id="a long sum"),
    pytest.param("{{ " + "-" * 50_000 + "1 }}", id="many signs"),
    pytest.param("{% if 1 %}" * 2000 + "{% endif %}" * 2000, id="nested conditions"),
    pytest.param(
        "{% set a = 'x' * 10**6 %}{% set b = a * 1000 %}{{ b|length }}{{ b|upper|lower }}", id="doubling"
    ),
]

ESCAPES = [
    pytest.param("{{ cycler.__init__.__globals__.os }}", id="the globals of a helper"),
    pytest.param("{{ joiner.__init__.__globals__ }}", id="the globals of another helper"),
    pytest.param("{{ ''.__class__.__mro__ }}", id="the classes of a text"),
    pytest.param("{{ ''['__class__'] }}", id="by subscript"),
    pytest.param("{{ ''|attr('__class__') }}", id="by attr"),
    pytest.param("{{ [''] | map(attribute='__class__') | list }}", id="by map"),
    pytest.param("{{ [''] | groupby('__class__') }}", id="by groupby"),
    pytest.param("{{ [''] | sum(attribute='__class__', start='') }}", id="by sum"),
    pytest.param("{{ '{0.__class__}'.format(1) }}", id="by format"),
    pytest.param("{{ '{0.__class__}'.format_map({'0': 1}) }}", id="by format_map"),
    pytest.param("{% set f = '{0.__class__}'.format %}{{ f(1) }}", id="format kept for later"),
    pytest.param("{{ ['x'] | map(''.format) | list }}", id="format as a filter"),
    pytest.param("{{ self._TemplateReference__context }}", id="the context by self"),
    pytest.param("{{ self.__init__.__globals__ }}", id="the globals by self"),
    pytest.param("{{ (self|string) ~ self.environment }}", id="the environment by self"),
    pytest.param("{% macro m() %}{% endmacro %}{{ m.__globals__ }}", id="the globals of a macro"),
    pytest.param(
        "{% macro m() %}{{ caller._environment }}{% endmacro %}{% call m() %}{% endcall %}", id="by caller"
    ),
    pytest.param("{% for x in [1] %}{{ loop.__class__ }}{% endfor %}", id="by loop"),
    pytest.param("{{ namespace.__init__ }}", id="by namespace"),
    pytest.param("{{ dict.__subclasses__() }}", id="subclasses"),
    pytest.param("{{ dict.mro() }}", id="mro without underscores"),
    pytest.param("{% include '/etc/passwd' %}", id="include"),
    pytest.param("{% import 'os' as os %}", id="import"),
    pytest.param("{{ name.append }}", id="a method's address"),
    pytest.param("{{ open('/etc/passwd') }}", id="open"),
    pytest.param("{{ __import__('os') }}", id="import by name"),
    pytest.param("{{ name | pprint }}", id="a dropped filter"),
    pytest.param("{{ [1] | random }}", id="chance"),
]

JSON_TRICKS = [
    pytest.param("[" * 100_000, id="100k brackets"),
    pytest.param('{"a":' * 100_000, id="100k objects"),
    pytest.param("[" + "0," * 400_000 + "0]", id="400k values"),
    pytest.param('{"image": "good", "image": "bad"}', id="a duplicate key"),
    pytest.param('{"cpu": NaN}', id="NaN"),
    pytest.param('{"cpu": Infinity}', id="Infinity"),
    pytest.param('{"cpu": 1e999}', id="a number beyond all bounds"),
    pytest.param('{"cpu": ' + "9" * 500_000 + "}", id="half a million digits"),
    pytest.param('"' + "\\u0041" * 170_000 + "x", id="a text that is never closed"),
    pytest.param('"' + "\\" * 999_999, id="a million backslashes"),
    pytest.param(" " * 1_000_000, id="nothing but space"),
]


async def attack(pool, *, template="{}", inputs='{"name": []}', references=None):
    """The error of a hostile request, and the seconds until it came."""
    request = RenderRequest(
        prefix="a/n",
        kind=TargetKind.ECS,
        files={"a/n_svcdef.json": template.encode(), "a/n_input.json": inputs.encode()},
        references=references or {},
    )
    start = time.monotonic()
    with pytest.raises(RenderError) as caught:
        await pool.render(request)
    return caught.value.findings, time.monotonic() - start


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool():
    async with RenderPool(size=1, limits=LIMITS) as running:
        yield running


async def expect_one_clear_error(pool, **hostile):
    findings, seconds = await attack(pool, **hostile)

    assert seconds < LONGEST_ANSWER_SECONDS
    (finding,) = findings
    assert finding.file.startswith("a/n")
    assert finding.message
    assert len(str(finding)) < 2000
    assert "root:" not in str(finding)
    good = RenderRequest(prefix="a/n", kind=TargetKind.ECS, files={"a/n_svcdef.json": b"{}"}, references={})
    assert await pool.render(good)


@pytest.mark.parametrize("template", BOMBS)
async def test_template_bombs_end_in_one_error_within_five_seconds(pool, template):
    await expect_one_clear_error(pool, template=template)


@pytest.mark.parametrize("template", ESCAPES)
async def test_the_sandbox_has_no_way_out(pool, template):
    await expect_one_clear_error(pool, template=template)


async def test_a_method_that_is_handed_on_is_not_called(pool):
    template = "{{ ['{0.__class__.__mro__}'.format] | map('string') | list | tojson }}"
    files = {"a/n_svcdef.json": template.encode()}

    request = RenderRequest(prefix="a/n", kind=TargetKind.ECS, files=files, references={})
    rendered = await pool.render(request)

    (text,) = rendered.documents[FileKind.SVCDEF].document
    assert text.startswith("<function str.format")


@pytest.mark.parametrize("document", JSON_TRICKS)
async def test_json_tricks_end_in_one_error(pool, document):
    await expect_one_clear_error(pool, template=document)
    await expect_one_clear_error(pool, inputs=document)


async def test_the_default_limits_answer_within_five_seconds():
    async with RenderPool() as pool:
        _, seconds = await attack(pool, template="{{ 9**(9**9) }}")

    assert seconds < LONGEST_ANSWER_SECONDS


@pytest.mark.parametrize("path", ["../../x", "/proc/self/environ", "a/../../x", "..\\x"])
async def test_references_stay_within_the_repository(pool, path):
    escaped = path.replace("\\", "\\\\")
    inputs = '{"ref": {"type": "JSON", "file": ["' + escaped + '"]}}'
    findings, _ = await attack(pool, inputs=inputs, references={path: b'{"x": 1}'})

    assert [finding.rule for finding in findings] == ["ref.path"]
