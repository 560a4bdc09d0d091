"""The schemas take what people commit, and refuse what AWS would refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from docs.schemas import schema_name, schema_of
from gitmoxi.domain.files import FileKind, classify, group_files
from gitmoxi.rendering.objects import render_object

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
HOW_TO = ROOT / "docs" / "how-to" / "edit-with-completion.md"


def complaints(kind: FileKind, document: object) -> list[str]:
    return [error.message for error in Draft202012Validator(schema_of(kind)).iter_errors(document)]


def every_schema(schema):
    if isinstance(schema, dict):
        yield schema
        for member in schema.values():
            yield from every_schema(member)
    elif isinstance(schema, list):
        for item in schema:
            yield from every_schema(item)


@pytest.mark.parametrize("kind", FileKind)
def test_the_schema_is_one(kind):
    Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("kind", FileKind)
def test_every_reference_leads_somewhere_and_nothing_is_left_over(kind):
    schema = schema_of(kind)
    named = {part["$ref"] for part in every_schema(schema) if isinstance(part.get("$ref"), str)}
    defined = {f"#/$defs/{name}" for name in schema.get("$defs", {})}
    assert named == defined


@pytest.mark.parametrize("kind", FileKind)
def test_patterns_are_whole_and_need_no_flag_of_javascript(kind):
    texts = [part for part in every_schema(schema_of(kind)) if isinstance(part.get("pattern"), str)]
    for text in texts:
        assert re.compile(text["pattern"])
        assert r"\p{" not in text["pattern"]


def examples():
    files = {
        str(path.relative_to(EXAMPLES)): path.read_bytes() for path in EXAMPLES.rglob("*") if path.is_file()
    }
    for prefix, found in group_files(files).objects.items():
        rendered = render_object(
            prefix=prefix,
            kind=found.kind,
            files={path: files[path] for path in found.paths},
            references=files,
        )
        for kind, document in rendered.documents.items():
            yield pytest.param(kind, document.document, id=f"{prefix}{kind.suffix}")


@pytest.mark.parametrize(("kind", "document"), list(examples()))
def test_the_examples_fit(kind, document):
    assert complaints(kind, document) == []


MAPPING = {"EventSourceArn": "arn:aws:sqs:eu-central-1:111122223333:orders", "BatchSize": 10}
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0123456789abcdef"


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        pytest.param(
            FileKind.SVCDEF,
            {"serviceName": "{{ name }}", "launchType": "{{ kind }}", "cluster": "prod"},
            id="templates stand for any text",
        ),
        pytest.param(
            FileKind.LAMBDADEF,
            {"FunctionName": "f", "Role": "{% if a %}x{% endif %}", "Code": {"ImageUri": "r:1"}},
            id="tags of other kinds too",
        ),
        pytest.param(
            FileKind.LAMBDADEF,
            {
                "FunctionName": "f",
                "Role": "arn:aws:iam::111122223333:role/x",
                "Runtime": "python3.99",
                "Code": {"S3Bucket": "code", "S3Key": "k"},
            },
            id="a newer runtime than we know",
        ),
        pytest.param(FileKind.DEPDEF, {"environment": {"region": "{{ region }}"}}, id="settings"),
        pytest.param(
            FileKind.LAMBDA_EVENT_SOURCE_DEF,
            {
                "PushEventSources": [
                    {"Service": "elasticloadbalancing.amazonaws.com", "TargetGroupArn": TARGET_GROUP}
                ],
                "PullEventSources": [{"EventSourceMapping": MAPPING}],
            },
            id="event sources, several",
        ),
        pytest.param(
            FileKind.LAMBDA_EVENT_SOURCE_DEF,
            {"PullEventSources": {"EventSourceMapping": MAPPING}},
            id="one event source",
        ),
        pytest.param(FileKind.INPUT, {"image": "nginx", "count": 2}, id="values of any kind"),
    ],
)
def test_what_people_commit_fits(kind, document):
    assert complaints(kind, document) == []


@pytest.mark.parametrize(
    ("kind", "document", "complaint"),
    [
        pytest.param(FileKind.SVCDEF, {}, "'serviceName' is a required property", id="missing"),
        pytest.param(
            FileKind.SVCDEF,
            {"serviceName": "web", "desiredcount": 1},
            "('desiredcount' was unexpected)",
            id="unknown",
        ),
        pytest.param(
            FileKind.TASKDEF,
            {"family": "web", "containerDefinitions": [{"name": "web", "essential": "yes"}]},
            "'yes' is not of type 'boolean'",
            id="type",
        ),
        pytest.param(
            FileKind.SVCDEF,
            {"serviceName": "web", "launchType": "SPOT"},
            "'SPOT' is not valid under any of the given schemas",
            id="enum",
        ),
        pytest.param(
            FileKind.LAMBDADEF,
            {"FunctionName": "f", "Role": "admin", "Code": {}},
            "'admin' is not valid under any of the given schemas",
            id="pattern",
        ),
        pytest.param(
            FileKind.LAMBDADEF,
            {"FunctionName": "f", "Role": "{{ r }}", "Code": {}, "Timeout": 0},
            "0 is less than the minimum of 1",
            id="range",
        ),
        pytest.param(FileKind.LAMBDA_DEPDEF, {}, "'alias' is a required property", id="settings"),
        pytest.param(
            FileKind.DEPDEF,
            {"onNewCommit": "wait"},
            "'wait' is not valid under any of the given schemas",
            id="a choice of ours",
        ),
        pytest.param(
            FileKind.INPUT,
            {"ref": {"file": ["a.json"], "type": "YAML"}},
            "'YAML' is not one of ['TERRAFORM', 'CDK', 'JSON']",
            id="reference",
        ),
        pytest.param(
            FileKind.LAMBDA_EVENT_SOURCE_DEF,
            {"PullEventSources": [MAPPING]},
            "is not valid under any of the given schemas",
            id="a mapping without its wrapper",
        ),
    ],
)
def test_what_is_wrong_is_underlined(kind, document, complaint):
    assert any(complaint in text for text in complaints(kind, document))


def test_the_how_to_names_every_kind_for_both_editors():
    text = HOW_TO.read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    listed = json.loads(block)["json.schemas"]
    assert listed == [
        {"fileMatch": [f"*{kind.suffix}"], "url": f"./schemas/{schema_name(kind)}"} for kind in FileKind
    ]
    for kind in FileKind:
        assert f"| `schemas/{schema_name(kind)}` | `*{kind.suffix}` |" in text


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_matches_the_pattern_of_its_own_kind_alone(kind):
    path = f"prod/web{kind.suffix}"
    matching = [other for other in FileKind if Path(path).match(f"*{other.suffix}")]
    assert matching == [kind]
    found = classify(path)
    assert found is not None
    assert found.kind is kind
