"""Hostile documents: refused as a definition, as an input file and as a referenced file alike."""

from __future__ import annotations

import pytest

from tests.security.hostile_documents import DOCUMENTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFERENCE = b'{"ref": {"type": "JSON", "file": ["infra/x.json"]}}'


async def test_there_are_at_least_forty_hostile_documents():
    assert len(DOCUMENTS) >= 40


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_threat_documents_json_tricks_end_in_one_error_of_their_file(target, document):
    findings = [
        await target.refuses(template=document),
        await target.refuses(inputs=document),
        await target.refuses(inputs=REFERENCE, references={"infra/x.json": document}),
    ]

    assert [finding.file for finding in findings] == ["a/n_svcdef.json", "a/n_input.json", "infra/x.json"]
    assert {finding.rule.split(".")[0] for finding in findings} <= {"json", "file"}


@pytest.mark.parametrize(
    "path",
    [
        *("../../x", "/proc/self/environ", "a/../../x", "..\\x", "..", "./x", "a//x", "~/x/..", "", " "),
        *("\\\\host\\share", "a/./x", "x\n", "x\x00", "C:\\x", "a/..", "x/"),
    ],
)
async def test_threat_git_contents_references_stay_within_the_repository(target, path):
    escaped = path.translate({ord(c): f"\\u{ord(c):04x}" for c in '\\"\n\x00'})
    inputs = '{"ref": {"type": "JSON", "file": ["' + escaped + '"]}}'

    finding = await target.refuses(inputs=inputs.encode(), references={path: b'{"x": 1}'})

    assert finding.rule == "ref.path"


async def test_an_answer_is_no_way_to_send_the_parent_more_than_it_takes(target):
    """A document of many long names has many places; the answer stays bounded."""
    names = b",".join(b'"%s%05d": 0' % (b"n" * 18, n) for n in range(30_000))

    finding = await target.refuses(template=b"{" + names + b', "x": {{ 1 / 0 }}}')

    assert finding.rule == "template.error"
