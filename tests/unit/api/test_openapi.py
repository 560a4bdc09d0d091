"""The description of the API in ``docs/reference`` is the one that the API gives."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gitmoxi_api.openapi import main, render

GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"
DOCUMENT = json.loads(render())
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_the_description_is_up_to_date():
    assert GOLDEN.read_text(encoding="utf-8") == render(), (
        "the API has changed: python -m gitmoxi_api.openapi docs/reference/openapi.json"
    )


def test_it_is_written_where_one_says(tmp_path, capsys):
    main([str(tmp_path / "openapi.json")])
    main([])
    assert (tmp_path / "openapi.json").read_text(encoding="utf-8") == capsys.readouterr().out == render()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_endpoint_is_explained(operation):
    assert operation["summary"]
    assert operation["description"]
    assert re.fullmatch(r"[a-z_]+", operation["operationId"])
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        stream = operation["operationId"].startswith("stream_")
        good = "text/event-stream" if stream else "application/json"
        expected = good if status.startswith("2") else "application/problem+json"
        assert not content or list(content) == [expected]


def test_examples_are_there_where_a_format_is_not_obvious():
    schemas = DOCUMENT["components"]["schemas"]
    for schema, field in (
        ("RegistrationRequest", "url"),
        ("RegistrationRequest", "path_globs"),
        ("PushRequest", "branch"),
        ("Problem", "type"),
        ("DeploymentReply", "id"),
    ):
        assert schemas[schema]["properties"][field]["examples"]
