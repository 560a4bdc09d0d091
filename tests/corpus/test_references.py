"""Outputs of Terraform and CDK that real projects committed can be referred to."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.objects import render_object

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize(
    ("folder", "kind"), [("tf_outputs", "TERRAFORM"), ("cdk_outputs", "CDK"), ("tf_outputs", "JSON")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_value_arrives_as_it_is(corpus, folder, kind, encoding):
    files = sorted((corpus / folder).iterdir())
    assert files
    for file in files:
        outputs = json.loads(file.read_text())
        wanted = {name: o["value"] if kind == "TERRAFORM" else o for name, o in outputs.items()}
        wanted = {name: value for name, value in wanted.items() if name.isidentifier()}
        template = ", ".join(f"{json.dumps(name)}: {{{{ {name} | tojson }}}}" for name in wanted)

        rendered = render_object(
            prefix="a",
            kind=TargetKind.ECS,
            files={
                "a_svcdef.json": f"{{{template}}}".encode(),
                "a_input.json": json.dumps({"ref": {"file": ["o.json"], "type": kind}}).encode(),
            },
            references={"o.json": file.read_text().encode(encoding)},
        )

        assert rendered.documents[FileKind.SVCDEF].document == wanted
