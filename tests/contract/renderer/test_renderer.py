"""What every renderer does."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.rendered import Position, UnknownRole
from gitmoxi.domain.targets import TargetKind
from gitmoxi.domain.unknown import holds_mark, is_unknown
from gitmoxi.rendering.errors import RenderError
from tests.contract.renderer.requests import GOOD, partial_request_for, request_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

TERRAFORM = '{"ref": {"file": ["t"], "type": "TERRAFORM"}}'


async def test_documents_come_back_with_text_and_places(renderer):
    rendered = await renderer.render(request_for('{\n  "a": [1, {"ü": "{{ name }}"}]\n}'))

    assert (rendered.prefix, rendered.kind) == ("a/n", TargetKind.ECS)
    document = rendered.documents[FileKind.SVCDEF]
    assert document.path == "a/n_svcdef.json"
    assert document.document == {"a": [1, {"ü": "web"}]}
    assert document.text == '{\n  "a": [1, {"ü": "web"}]\n}'
    assert document.positions == {
        (): Position(1, 1),
        ("a",): Position(2, 3),
        ("a", 0): Position(2, 9),
        ("a", 1): Position(2, 12),
        ("a", 1, "ü"): Position(2, 13),
    }
    assert rendered.documents[FileKind.INPUT].document == {"name": "web"}


async def test_sensitive_values_and_warnings_come_back(renderer):
    secret = await renderer.render(
        request_for(
            "{{ s | tojson }}",
            inputs=TERRAFORM,
            references={"t": '{"s": {"value": "x1y2", "sensitive": true}}'},
        )
    )
    warned = await renderer.render(
        request_for(
            "1",
            inputs=TERRAFORM.replace("TERRAFORM", "CDK"),
            references={"t": '{"A": {"v": 1}, "B": {"v": 2}}'},
        )
    )

    assert secret.sensitive_values == {"x1y2"}
    assert [w.rule for w in warned.warnings] == ["ref.ambiguous-output"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
async def test_every_encoding_is_read(renderer, encoding):
    rendered = await renderer.render(request_for('"ü"'.encode(encoding)))

    assert rendered.documents[FileKind.SVCDEF].document == "ü"


async def test_errors_come_back_with_file_line_and_name(renderer):
    with pytest.raises(RenderError) as caught:
        await renderer.render(request_for('{\n  "a": "{{ nmae }}"\n}'))

    (finding,) = caught.value.findings
    assert (finding.file, finding.line, finding.rule, finding.found) == (
        "a/n_svcdef.json",
        2,
        "template.undefined",
        "nmae",
    )


async def test_a_failed_render_spoils_no_later_one(renderer):
    for _ in range(3):
        with pytest.raises(RenderError):
            await renderer.render(request_for("{{ nmae }}"))
        assert await renderer.render(GOOD)


async def test_a_file_over_the_limit_is_refused(renderer):
    with pytest.raises(RenderError, match="at most"):
        await renderer.render(request_for(b" " * (1024 * 1024 + 1)))


async def test_many_renders_at_once_do_not_mix(renderer):
    results = await asyncio.gather(
        *(renderer.render(request_for(f'"{n} {{{{ name }}}}"')) for n in range(20))
    )

    assert [r.documents[FileKind.SVCDEF].document for r in results] == [f"{n} web" for n in range(20)]


async def test_equal_requests_give_equal_results(renderer):
    assert await renderer.render(GOOD) == await renderer.render(GOOD)


async def test_what_is_not_known_comes_back_as_unknown(renderer):
    rendered = await renderer.render(
        partial_request_for('{"a": ["x-{{ é }}", {{ n }}], "{{ k }}": "b",\n{% if c %}"d": 1{% endif %}}')
    )

    document = rendered.documents[FileKind.SVCDEF]
    first, second = document.document["a"]
    assert (is_unknown(first), str.__str__(first)) == (True, "x-{{ é }}")
    assert (is_unknown(second), str.__str__(second)) == (True, "{{ n }}")
    (name,) = (name for name in document.document if holds_mark(name))
    assert document.document[name] == "b"
    assert document.positions[name,] == Position(1, 31)
    assert [(part.role, part.path, part.position, part.expression) for part in document.unknowns] == [
        (UnknownRole.VALUE, ("a", 0), Position(1, 8), "x-{{ é }}"),
        (UnknownRole.VALUE, ("a", 1), Position(1, 21), "{{ n }}"),
        (UnknownRole.NAME, (name,), Position(1, 31), "{{ k }}"),
        (UnknownRole.TAG, (), Position(2, 1), "if c"),
    ]


async def test_a_whole_document_can_be_unknown(renderer):
    rendered = await renderer.render(partial_request_for("{{ all | tojson }}"))

    assert is_unknown(rendered.documents[FileKind.SVCDEF].document)


async def test_a_note_of_what_was_not_checked_comes_back(renderer):
    rendered = await renderer.render(partial_request_for("{ {{ members }} }"))

    assert [note.rule for note in rendered.warnings] == ["template.needs-values"]


async def test_texts_made_of_sensitive_values_come_back(renderer):
    rendered = await renderer.render(
        request_for(
            '"{{ s | upper }}"',
            inputs=TERRAFORM,
            references={"t": '{"s": {"value": "x1y2", "sensitive": true}}'},
        )
    )

    assert rendered.sensitive_values == {"x1y2", "X1Y2"}
