"""Files that real projects committed go through rendering and validation."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import FindingsError, Severity
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.objects import render_object
from gitmoxi.rendering.strict_json import parse_bytes
from gitmoxi.validation.depdef import TrafficShiftType
from gitmoxi.validation.ecs_service import validate_ecs
from gitmoxi.validation.errors import ValidationFailed
from gitmoxi.validation.lambda_function import validate_lambda
from gitmoxi.validation.native import (
    ECS_SERVICE,
    ECS_TASK_DEFINITION,
    EVENT_SOURCE_MAPPING,
    LAMBDA_FUNCTION,
    check_native,
)
from gitmoxi.validation.sources import Source

pytestmark = pytest.mark.corpus

NATIVE = {
    "taskdef": ECS_TASK_DEFINITION,
    "svcdef": ECS_SERVICE,
    "lambdadef": LAMBDA_FUNCTION,
    "eventsource": EVENT_SOURCE_MAPPING,
}
SUFFIXES = {
    "taskdef": ("_taskdef.json", TargetKind.ECS, {"_svcdef.json": b'{"serviceName": "s"}'}),
    "svcdef": ("_svcdef.json", TargetKind.ECS, {}),
    "lambdadef": ("_lambdadef.json", TargetKind.LAMBDA, {"_lambdadepdef.json": b'{"alias": "PROD"}'}),
}
VALIDATE = {TargetKind.ECS: validate_ecs, TargetKind.LAMBDA: validate_lambda}
LAMBDA_TERRAFORM = {
    "lambda_exec_role_arn": "arn:aws:iam::123456789012:role/lambda-exec",
    "s3_bucket_name": "code-bucket",
    "s3_object_blue_key": "blue.zip",
    "s3_object_green_key": "green.zip",
    "s3_object_sqs_key": "sqs.zip",
    "sqs_queue_arn": "arn:aws:sqs:us-east-1:123456789012:q",
    "api_id": "api1",
    "route_id": "route1",
    "target_group_arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/0123456789abcdef",
}


def checked(corpus, row):
    data = (corpus / row["file"]).read_bytes()
    parsed = parse_bytes(data, path=row["file"])
    source = Source(file=row["file"], positions=parsed.positions)
    return check_native(NATIVE[row["kind"]], parsed.value, source)


def rows_of(corpus_sources, *classes):
    return [row for row in corpus_sources if row["kind"] in NATIVE and row["botocore_class"] in classes]


def failures(corpus, rows):
    """By file, the errors of those rows that have any."""
    found = {}
    for row in rows:
        errors = [f for f in checked(corpus, row).findings if f.severity is Severity.ERROR]
        if errors:
            found[row["file"]] = [str(error) for error in errors]
    return found


def test_documents_that_aws_would_take_pass(corpus, corpus_sources):
    """Templates of other tools (not filled in here) and empty enums aside."""
    rows = [
        row
        for row in rows_of(corpus_sources, "valid")
        if "ENUM" not in row["reasons"] and "jinja" not in row["placeholders"]
    ]

    assert len(rows) > 100
    assert failures(corpus, rows) == {}


def test_documents_that_aws_would_refuse_are_refused(corpus, corpus_sources):
    rows = rows_of(
        corpus_sources,
        "invalid",
        "describe-output+invalid",
        "update-service-shaped",
        "ecspresso-shaped (no serviceName)",
        "lambroll-shaped (no Code)",
    )

    assert len(rows) > 40
    assert {row["file"] for row in rows} - failures(corpus, rows).keys() == set()


def test_described_services_and_task_definitions_pass_with_warnings(corpus, corpus_sources):
    rows = [row for row in rows_of(corpus_sources, "describe-output") if row["kind"] in {"taskdef", "svcdef"}]

    assert len(rows) > 10
    assert failures(corpus, rows) == {}
    assert all(checked(corpus, row).findings for row in rows)


def test_malformed_documents_are_refused_with_their_place(corpus, corpus_sources):
    rows = [row for row in corpus_sources if row["kind"].startswith("malformed")]

    assert rows
    for row in rows:
        with pytest.raises(FindingsError) as caught:
            parse_bytes((corpus / row["file"]).read_bytes(), path=row["file"])
        (finding,) = caught.value.findings
        assert finding.line, row["file"]
        assert finding.column, row["file"]


def test_every_finding_has_a_place_in_the_file(corpus, corpus_sources):
    findings = [
        f
        for row in rows_of(corpus_sources, *{r["botocore_class"] for r in corpus_sources})
        for f in checked(corpus, row).findings
    ]

    assert len(findings) > 100
    assert [f for f in findings if f.line is None or f.column is None] == []


def test_every_document_as_a_template_ends_in_a_verdict(corpus, corpus_sources):
    verdicts = {"validated": 0, "refused": 0}
    for row in corpus_sources:
        if row["kind"] not in SUFFIXES:
            continue
        suffix, kind, others = SUFFIXES[row["kind"]]
        files = {f"a/n{name}": data for name, data in others.items()}
        files[f"a/n{suffix}"] = (corpus / row["file"]).read_bytes()
        try:
            VALIDATE[kind](render_object(prefix="a/n", kind=kind, files=files, references={}))
            verdicts["validated"] += 1
        except FindingsError:
            verdicts["refused"] += 1

    assert verdicts["validated"] > 100
    assert verdicts["refused"] > 50


@pytest.mark.parametrize(
    ("folder", "kind"), [("tf_outputs", "TERRAFORM"), ("cdk_outputs", "CDK"), ("tf_outputs", "JSON")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_outputs_can_be_referred_to(corpus, folder, kind, encoding):
    files = sorted((corpus / folder).iterdir())
    assert files
    for file in files:
        outputs = json.loads(file.read_text())
        wanted = {name: o["value"] if kind == "TERRAFORM" else o for name, o in outputs.items()}
        inputs = json.dumps({"ref": {"file": ["o.json"], "type": kind}}).encode()
        template = (
            "{"
            + ", ".join(f"{json.dumps(n)}: {{{{ {n} | tojson }}}}" for n in wanted if n.isidentifier())
            + "}"
        )

        rendered = render_object(
            prefix="a",
            kind=TargetKind.ECS,
            files={"a_svcdef.json": template.encode(), "a_input.json": inputs},
            references={"o.json": file.read_text().encode(encoding)},
        )

        document = rendered.documents[FileKind.SVCDEF].document
        assert document == {name: value for name, value in wanted.items() if name.isidentifier()}


def sample(folder, prefix):
    """The samples of a folder as the files that users make of them."""
    return {
        f"{prefix}/{path.name.removesuffix('.sample')}": path.read_bytes()
        for path in folder.glob("*.json.sample")
    }


def rendered_ecs_sample(corpus, name):
    output = "ecs/core-infra/terraform/terraform_output.json"
    return render_object(
        prefix=f"{name}/nginx",
        kind=TargetKind.ECS,
        files=sample(corpus / "gm-demo/ecs" / name / "sample", name),
        references={output: (corpus / "gm-demo" / output).read_bytes()},
    )


def test_the_rolling_update_sample_deploys(corpus):
    result = validate_ecs(rendered_ecs_sample(corpus, "rolling-update"))

    assert result.service["cluster"] == "gitmoxidemo"
    assert len(result.service["networkConfiguration"]["awsvpcConfiguration"]["subnets"]) > 1
    assert result.task_definition["containerDefinitions"][0]["image"] == "public.ecr.aws/nginx/nginx:latest"
    assert result.settings.environment.region == "us-west-2"
    assert result.settings.stability_check.effective_timeout(10) == 250
    assert result.warnings == ()


def test_the_blue_green_sample_renders_and_its_controller_is_refused_for_now(corpus):
    rendered = rendered_ecs_sample(corpus, "blue-green-update")

    with pytest.raises(ValidationFailed) as caught:
        validate_ecs(rendered)

    (finding,) = caught.value.findings
    assert (finding.rule, finding.line) == ("ecs.controller", 6)
    pairs = rendered.documents[FileKind.DEPDEF].document["targetGroupArnPairs"]
    assert [len(pair) for pair in pairs] == [2]


@pytest.mark.parametrize(
    ("name", "push", "pull"), [("lambda-elb", 1, 0), ("lambda-api-gateway", 1, 0), ("lambda-sqs", 0, 1)]
)
def test_the_lambda_samples_deploy(corpus, name, push, pull):
    outputs = {key: {"value": value, "sensitive": False} for key, value in LAMBDA_TERRAFORM.items()}
    rendered = render_object(
        prefix=f"{name}/test",
        kind=TargetKind.LAMBDA,
        files=sample(corpus / "gm-demo/lambda" / name / "sample", name),
        references={"lambda/core-infra/terraform/terraform_output.json": json.dumps(outputs).encode()},
    )

    result = validate_lambda(rendered)

    assert result.function["Code"]["S3Bucket"] == "code-bucket"
    assert result.settings.alias == "PROD"
    assert result.settings.traffic_shifting_config.type is TrafficShiftType.CANARY
    assert (len(result.event_sources.push), len(result.event_sources.pull)) == (push, pull)
    assert {warning.rule for warning in result.warnings} <= {"event-sources.misspelt"}
