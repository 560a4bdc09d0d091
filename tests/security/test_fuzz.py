"""Twenty thousand broken files: a document or an error of ours, at a place that the file has.

Every input follows from its name, which a failure tells, so that it can be made again:
``mutated_document("document 17")``.
"""

from __future__ import annotations

import json
import random

import pytest

from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.domain.rendered import RenderRequest, locate
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.objects import render_object
from gitmoxi.rendering.strict_json import parse_text

DOCUMENTS, TEMPLATES, THROUGH_THE_POOL = 14_000, 5_700, 300

SAMPLES = [
    json.dumps(
        {"family": "web", "cpu": "256", "containerDefinitions": [{"name": "a", "portMappings": [{}]}]}
    ),
    json.dumps({"ü": [1, -2.5, 1e9, True, None, '\N{GRINNING FACE} \\ " \n']}, indent=2),
    json.dumps([[[[]]], {}, {"": ""}], ensure_ascii=False).replace(",", ",\r\n"),
]
BITS = [
    *('"', "\\", "{", "}", "[", "]", ",", ":", "\n", "\r", "\t", " ", "0", "-", ".", "e", "E+9", "1e999"),
    *(
        "null",
        "NaN",
        "Infinity",
        "\\u",
        "\\ud800",
        "\ud800",
        "\x00",
        "\ufeff",
        "\uf8fe",
        "\U0010ffff",
        "{{",
        "%}",
    ),
]
FRAGMENTS = [
    *(
        '{"a": ',
        '"b": ',
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
        "1",
        "\n",
        "\r\n",
        "\t",
        "\N{GRINNING FACE}",
        "\uf8fe",
    ),
    *("{{ name }}", "{{ name | tojson }}", "{{- items -}}", "{{ missing }}", "{{ items[9] }}", "{{ 1 / 0 }}"),
    *("{{ name.x.y }}", "{{ items | join(name) | upper }}", "{{ name % 3 }}", "{{ '%d' | format(name) }}"),
    *("{{ secret | upper }}", "{{ secret", "}}", "{{ {}[secret] }}", "{{ [name, missing] | tojson }}"),
    *("{% for i in items %}", "{%- for a, b in pairs.items() -%}", "{% endfor %}", "{{ loop.index }}"),
    *("{% if missing %}", "{% elif name %}", "{% else %}", "{% endif %}", "{% set x = items %}", "{{ x }}"),
    *(
        "{% set x %}",
        "{% endset %}",
        "{% macro m(a) %}",
        "{% endmacro %}",
        "{{ m(secret) }}",
        "{% call m(1) %}",
    ),
    *(
        "{% endcall %}",
        "{{ caller() }}",
        "{% filter upper %}",
        "{% endfilter %}",
        "{% raw %}",
        "{% endraw %}",
    ),
    *("{# ", " #}", "{% with y = name %}", "{{ y | default(secret) }}", "{% endwith %}", "{% block b %}"),
    *("{% endblock %}", "{% include 'x' %}", "{% do %}", "{{ name | nofilter }}", "{{ ''.__class__ }}"),
]
"""Nothing in them can repeat, grow or recurse, so that no input is a bomb."""

INPUTS = json.dumps(
    {"ref": {"file": ["t"], "type": "TERRAFORM"}, "name": "web", "items": ["1", "2"], "pairs": {"k": "v"}}
)
REFERENCES = {"t": json.dumps({"secret": {"value": "hush, hush", "sensitive": True}}).encode()}


def mutated_document(name):
    """A JSON document with up to six pieces cut out, put in, copied or replaced."""
    chance = random.Random(name)
    text = chance.choice(SAMPLES)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.randint(0, 4))
        text = text[:at] + chance.choice([chance.choice(BITS), "", text[at:end] * 2]) + text[end:]
    return text


def mutated_template(name):
    """A template of up to fourteen pieces, each of which may belong nowhere."""
    chance = random.Random(name)
    return "".join(chance.choice(FRAGMENTS) for _ in range(chance.randint(1, 14)))


def check_place(finding, text):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert finding.message
    if finding.line is not None:
        assert 1 <= finding.line <= len(lines)
        assert 1 <= (finding.column or 1) <= len(lines[finding.line - 1]) + 1


def check_document(document, text):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for position in document.positions.values():
        assert 1 <= position.line <= len(lines)
        assert 1 <= position.column <= len(lines[position.line - 1]) + 1
    assert all(locate(document.positions, part.path) for part in document.unknowns)


def request_for(template, *, partial):
    files = {"a/n_svcdef.json": template.encode(errors="surrogatepass")}
    if not partial:
        files["a/n_input.json"] = INPUTS.encode()
    return RenderRequest(
        prefix="a/n", kind=TargetKind.ECS, files=files, references=REFERENCES, partial=partial
    )


def check_rendering(template, *, partial):
    request = request_for(template, partial=partial)
    try:
        rendered = render_object(
            prefix=request.prefix,
            kind=request.kind,
            files=request.files,
            references=request.references,
            partial=partial,
        )
    except RenderError as error:
        for finding in error.findings:
            check_place(finding, template)
            assert "hush, hush" not in str(finding).lower()
        return
    for document in rendered.documents.values():
        check_document(document, template if document.path.endswith("_svcdef.json") else INPUTS)


def test_mutated_documents_are_read_as_json_reads_them_or_refused_with_their_place():
    for number in range(DOCUMENTS):
        name = f"document {number}"
        text = mutated_document(name)
        try:
            parsed = parse_text(text, path="f.json")
        except RenderError as error:
            check_place(error.findings[0], text)
            continue
        except Exception as error:
            raise AssertionError(f"{name}: {text!r}") from error
        assert parsed.value == json.loads(text), name


@pytest.mark.parametrize("partial", [False, True], ids=["with values", "without values"])
def test_mutated_templates_render_or_are_refused_with_their_place(partial):
    for number in range(TEMPLATES // 2):
        name = f"template {number}"
        template = mutated_template(name)
        try:
            check_rendering(template, partial=partial)
        except Exception as error:
            raise AssertionError(f"{name}, partial={partial}: {template!r}") from error


async def test_children_survive_mutated_templates():
    rules = set()
    async with RenderPool(size=1) as pool:
        for number in range(THROUGH_THE_POOL):
            template = mutated_template(f"pool {number}")
            try:
                await pool.render(request_for(template, partial=number % 2 == 0))
            except RenderError as error:
                rules |= {finding.rule for finding in error.findings}

    assert "template.undefined" in rules
    assert "template.limit" not in rules
