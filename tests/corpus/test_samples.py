"""The published samples deploy, given what Terraform would have put out for them."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.objects import render_object
from gitmoxi.validation.depdef import TrafficShiftType
from gitmoxi.validation.ecs_service import validate_ecs
from gitmoxi.validation.errors import ValidationFailed
from gitmoxi.validation.lambda_function import validate_lambda

pytestmark = pytest.mark.corpus

LAMBDA_TERRAFORM = {
    "lambda_exec_role_arn": "arn:aws:iam::123456789012:role/lambda-exec",
    "s3_bucket_name": "code-bucket",
    "s3_object_blue_key": "blue.zip",
    "s3_object_green_key": "green.zip",
    "s3_object_sqs_key": "sqs.zip",
    "sqs_queue_arn": "arn:aws:sqs:us-east-1:123456789012:q",
    "api_id": "a1b2c3d4e5",
    "route_id": "f6g7h8i",
    "target_group_arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/0123456789abcdef",
}
"""The samples' own output of Lambda's infrastructure is not published."""


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
    assert {warning.rule for warning in result.warnings} <= {
        "event-source.misspelt",
        "function.publish",
        "function.runtime-deprecated",
    }
