"""Hostile templates: no success, one clear error, none takes over five seconds, and others go on."""

from __future__ import annotations

import time

import pytest

from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.domain.files import FileKind
from gitmoxi.domain.unknown import is_unknown
from gitmoxi.rendering.errors import RenderError
from tests.security.conftest import LONGEST_ANSWER_SECONDS, Target
from tests.security.hostile_templates import BOMBS, ESCAPES

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_there_are_at_least_sixty_hostile_templates():
    assert len(BOMBS) + len(ESCAPES) >= 60


@pytest.mark.parametrize("template", BOMBS)
async def test_threat_template_bomb_bombs_end_in_one_error_within_five_seconds(target, template):
    finding = await target.refuses(template=template.encode())

    assert finding.file.startswith("a/n")


@pytest.mark.parametrize("template", ESCAPES)
async def test_threat_template_code_the_sandbox_has_no_way_out(target, template):
    finding = await target.refuses(template=template.encode())

    assert finding.file == "a/n_svcdef.json"


@pytest.mark.parametrize("template", ESCAPES)
async def test_threat_template_code_nor_has_it_one_where_values_may_be_unknown(target, template):
    """Names of other frameworks are unknown values there; nothing is known of what they hold."""
    try:
        rendered = await target.render(template=template.encode(), partial=True)
    except RenderError:
        return
    document = rendered.documents.get(FileKind.SVCDEF)
    assert document is None or is_unknown(document.document)
    assert document is None or str.__str__(document.document) in template


async def test_threat_template_code_a_method_that_is_handed_on_is_not_called(target):
    template = b"{{ ['{0.__class__.__mro__}'.format] | map('string') | list | tojson }}"

    rendered = await target.render(template=template)

    (text,) = rendered.documents[FileKind.SVCDEF].document
    assert text.startswith("<function str.format")


async def test_the_default_limits_answer_within_five_seconds():
    async with RenderPool() as pool:
        target = Target(pool)
        await target.render()
        start = time.monotonic()
        with pytest.raises(RenderError):
            await target.render(template=b"{{ 9**(9**9) }}")
        seconds = time.monotonic() - start

    assert seconds < LONGEST_ANSWER_SECONDS
