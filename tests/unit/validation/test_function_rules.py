"""The rules for Lambda functions: each with what it refuses, and with what is close to that and taken."""

from __future__ import annotations

import base64

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.function_rules import FUNCTION_RULE_INFOS
from gitmoxi.validation.lambda_function import check_function
from gitmoxi.validation.sources import Source
from tests.unit.validation.documents import rendered_document

ACCOUNT = "123456789012"
ZIP = base64.b64encode(b"PK\x05\x06" + bytes(18)).decode()
LAYER = f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:tools"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
EFS = f"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT}:access-point/fsap-0123456789abcdef0"
MOUNT = {"Arn": EFS, "LocalMountPath": "/mnt/files"}
VPC = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
S3 = {"S3Bucket": "bucket", "S3Key": "key"}
IMAGE = {"ImageUri": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/app:1"}
OWN_INSTANCES = {
    "LambdaManagedInstancesCapacityProviderConfig": {
        "CapacityProviderArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:capacity-provider:own"
    }
}
ZIPPED = {
    "FunctionName": "f",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/r",
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "Code": S3,
}
IMAGED = {
    "FunctionName": "f",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/r",
    "PackageType": "Image",
    "Code": IMAGE,
}


def findings(function):
    document = rendered_document("a/f_lambdadef.json", function)
    return check_function(document.document, Source.of(document)).findings


def zipped(**members):
    return {**ZIPPED, **members}


def without(*names, **members):
    return {name: value for name, value in {**ZIPPED, **members}.items() if name not in names}


def variables(**values):
    return zipped(Environment={"Variables": values})


def snapshots(**members):
    return zipped(SnapStart={"ApplyOn": "PublishedVersions"}, **members)


REFUSED = [
    pytest.param(
        "function.image-uri",
        {**IMAGED, "Code": {"ImageUri": "docker.io/library/python:3.13"}},
        "$.Code.ImageUri",
        "push the image to ECR",
        id="an image of another registry",
    ),
    pytest.param("function.no-code", zipped(Code={}), "$.Code", "S3Bucket", id="an empty Code"),
    pytest.param(
        "function.no-code",
        zipped(Code={"S3ObjectVersion": "1"}),
        "$.Code",
        "where the code is",
        id="a version",
    ),
    pytest.param(
        "function.code-twice",
        zipped(Code={**S3, "ZipFile": ZIP}),
        "$.Code.ZipFile",
        "S3Bucket, ZipFile",
        id="two",
    ),
    pytest.param("function.half-of-s3", zipped(Code={"S3Key": "k"}), "$.Code", "S3Bucket", id="no bucket"),
    pytest.param("function.half-of-s3", zipped(Code={"S3Bucket": "bbb"}), "$.Code", "S3Key", id="no key"),
    pytest.param(
        "function.inline-code",
        zipped(Code={"ZipFile": base64.b64encode(b"print(1)").decode()}),
        "$.Code.ZipFile",
        "no .zip file",
        id="source text in base64",
    ),
    pytest.param(
        "function.package-type",
        {**IMAGED, "PackageType": "Zip"},
        "$.PackageType",
        "Image",
        id="an image as Zip",
    ),
    pytest.param(
        "function.package-type",
        without("Runtime", "Handler", PackageType="Image"),
        "$.PackageType",
        "Zip",
        id="a zip file as Image",
    ),
    pytest.param("function.zip-needs", without("Runtime"), "$", "Runtime", id="no runtime"),
    pytest.param("function.zip-needs", without("Handler"), "$", "Handler", id="no handler"),
    pytest.param(
        "function.image-takes-no",
        {**IMAGED, "Handler": "a.b"},
        "$.Handler",
        "Dockerfile",
        id="image with handler",
    ),
    pytest.param(
        "function.image-takes-no",
        {**IMAGED, "Layers": [f"{LAYER}:1"]},
        "$.Layers",
        "Layers",
        id="image with layers",
    ),
    pytest.param(
        "function.image-config",
        zipped(ImageConfig={"Command": ["a.b"]}),
        "$.ImageConfig",
        "container image",
        id="image settings of a zip file",
    ),
    pytest.param(
        "function.runtime-blocked",
        zipped(Runtime="python3.6"),
        "$.Runtime",
        "python3.14",
        id="a dead runtime",
    ),
    pytest.param(
        "function.runtime-deprecated",
        zipped(Runtime="nodejs18.x"),
        "$.Runtime",
        "2025-09-01",
        id="an old runtime",
    ),
    pytest.param("function.memory", zipped(MemorySize=10_241), "$.MemorySize", "10240", id="too much memory"),
    pytest.param("function.timeout", zipped(Timeout=901), "$.Timeout", "900", id="too long"),
    pytest.param(
        "function.ephemeral-storage",
        zipped(EphemeralStorage={"Size": 10_241}),
        "$.EphemeralStorage.Size",
        "10240",
        id="too much storage",
    ),
    pytest.param(
        "function.reserved-variable",
        variables(AWS_REGION="us-east-1"),
        "$.Environment.Variables.AWS_REGION",
        "keeps AWS_REGION",
        id="Lambda's own variable",
    ),
    pytest.param(
        "function.environment-size",
        variables(A_LONG_ONE="ü" * 2050),
        "$.Environment.Variables",
        "4110 bytes",
        id="more than 4 KB of UTF-8",
    ),
    pytest.param(
        "function.secret-in-environment",
        variables(TOKEN="ghp_" + "a1" * 18),
        "$.Environment.Variables.TOKEN",
        "TOKEN looks like a GitHub token",
        id="a token",
    ),
    pytest.param(
        "function.name",
        zipped(FunctionName=f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:PROD"),
        "$.FunctionName",
        "write f",
        id="an ARN for a name",
    ),
    pytest.param(
        "function.name", zipped(FunctionName="n" * 65), "$.FunctionName", "64", id="too long a name"
    ),
    pytest.param(
        "function.tags", zipped(Tags={f"t{n}": "" for n in range(51)}), "$.Tags", "51 tags", id="51 tags"
    ),
    pytest.param(
        "function.tags", zipped(Tags={"aws:x": ""}), "$.Tags['aws:x']", "itself", id="AWS's own tag"
    ),
    pytest.param("function.publish", zipped(Publish=True), "$.Publish", "publishes", id="Publish"),
    pytest.param(
        "function.layers",
        zipped(Layers=[f"{LAYER}{n}:1" for n in range(6)]),
        "$.Layers[5]",
        "6 layers",
        id="6 layers",
    ),
    pytest.param(
        "function.layer-twice",
        zipped(Layers=[f"{LAYER}:1", f"{LAYER}:2"]),
        "$.Layers[1]",
        "twice",
        id="two versions",
    ),
    pytest.param(
        "function.half-of-vpc",
        zipped(VpcConfig={"SubnetIds": ["subnet-1"]}),
        "$.VpcConfig",
        "SecurityGroupIds",
        id="subnets alone",
    ),
    pytest.param(
        "function.file-system-needs-vpc",
        zipped(FileSystemConfigs=[MOUNT]),
        "$.FileSystemConfigs[0]",
        "VPC",
        id="EFS without a VPC",
    ),
    pytest.param(
        "function.snap-start",
        snapshots(Runtime="nodejs22.x"),
        "$.SnapStart.ApplyOn",
        "nodejs22.x",
        id="Node.js",
    ),
    pytest.param(
        "function.snap-start",
        snapshots(Runtime="python3.11"),
        "$.SnapStart.ApplyOn",
        "python3.11",
        id="old Python",
    ),
    pytest.param(
        "function.snap-start",
        {**IMAGED, "SnapStart": {"ApplyOn": "PublishedVersions"}},
        "$.SnapStart.ApplyOn",
        "container images",
        id="snapshots of an image",
    ),
    pytest.param(
        "function.snap-start",
        snapshots(EphemeralStorage={"Size": 513}),
        "$.SnapStart.ApplyOn",
        "512 MB",
        id="snapshots of much storage",
    ),
    pytest.param(
        "function.snap-start",
        snapshots(FileSystemConfigs=[MOUNT], VpcConfig=VPC),
        "$.SnapStart.ApplyOn",
        "EFS",
        id="snapshots with EFS",
    ),
    pytest.param(
        "function.dead-letter",
        zipped(DeadLetterConfig={"TargetArn": "arn:aws:s3:::bucket"}),
        "$.DeadLetterConfig.TargetArn",
        "not to s3",
        id="dead letters to S3",
    ),
    pytest.param(
        "function.dead-letter",
        zipped(DeadLetterConfig={"TargetArn": f"{QUEUE}.fifo"}),
        "$.DeadLetterConfig.TargetArn",
        "FIFO",
        id="dead letters in order",
    ),
    pytest.param(
        "function.log-level-needs-json",
        zipped(LoggingConfig={"SystemLogLevel": "WARN"}),
        "$.LoggingConfig.SystemLogLevel",
        "no LogFormat",
        id="a level without format",
    ),
    pytest.param(
        "function.kms-key",
        zipped(KMSKeyArn=f"arn:aws:iam::{ACCOUNT}:role/r"),
        "$.KMSKeyArn",
        "iam",
        id="a role for a key",
    ),
    pytest.param(
        "placeholder.in-text",
        zipped(Code={"S3Bucket": "bucket", "S3Key": "${KEY}"}),
        "$.Code.S3Key",
        "${KEY}",
        id="${}",
    ),
]


@pytest.mark.parametrize(("rule", "function", "path", "says"), REFUSED)
def test_what_a_rule_forbids_is_found_with_path_and_advice(rule, function, path, says):
    (finding,) = findings(function)

    assert (finding.rule, finding.json_path) == (rule, path)
    assert says in str(finding)
    assert finding.advice


def test_every_rule_is_shown_here():
    assert {param.values[0] for param in REFUSED} == {info.id for info in FUNCTION_RULE_INFOS}


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(ZIPPED, id="a zip file in S3"),
        pytest.param(zipped(Code={"ZipFile": ZIP}, PackageType="Zip"), id="a zip file in the file"),
        pytest.param({**IMAGED, "ImageConfig": {"Command": ["a.b"]}}, id="an image with its command"),
        pytest.param({**IMAGED, "Layers": []}, id="an image with an empty list of layers"),
        pytest.param(
            zipped(Timeout=5400, CapacityProviderConfig=OWN_INSTANCES), id="90 minutes on own instances"
        ),
        pytest.param(zipped(MemorySize=10_240, Timeout=900), id="the most there is"),
        pytest.param(variables(TZ="UTC", LANG="de", PATH="/opt"), id="variables that may be set"),
        pytest.param(variables(SHELL_TEXT="${HOME}"), id="a program's own placeholder"),
        pytest.param(zipped(FunctionName="n" * 64), id="the longest name"),
        pytest.param(zipped(Publish=False), id="no publishing"),
        pytest.param(zipped(Layers=[f"{LAYER}{n}:1" for n in range(5)]), id="five layers"),
        pytest.param(zipped(VpcConfig={"SubnetIds": [], "SecurityGroupIds": []}), id="no VPC"),
        pytest.param(zipped(VpcConfig=VPC, FileSystemConfigs=[MOUNT]), id="EFS in a VPC"),
        pytest.param(snapshots(Runtime="python3.12"), id="snapshots of Python 3.12"),
        pytest.param(snapshots(Runtime="java11"), id="snapshots of Java 11"),
        pytest.param(
            zipped(Runtime="ruby3.4", SnapStart={"ApplyOn": "None"}, EphemeralStorage={"Size": 1024}),
            id="no snapshots",
        ),
        pytest.param(zipped(DeadLetterConfig={"TargetArn": QUEUE}), id="dead letters to a queue"),
        pytest.param(zipped(DeadLetterConfig={"TargetArn": ""}), id="no dead letters"),
        pytest.param(
            zipped(LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"}), id="a level of JSON logs"
        ),
        pytest.param(zipped(KMSKeyArn=f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/1"), id="a key in China"),
    ],
)
def test_what_aws_takes_is_taken(function):
    assert findings(function) == ()


def test_a_secret_is_never_repeated():
    token = "ghp_" + "a1" * 18

    (finding,) = findings(variables(TOKEN=token))

    assert finding.severity is Severity.WARNING
    assert token not in repr(finding)


def test_the_rules_go_on_beside_mistakes_of_form():
    found = findings(zipped(Timeout="901", MemorySize=20_000, Layers="none"))

    assert [finding.rule for finding in found] == ["shape.wrong-type", "shape.wrong-type", "function.memory"]


def test_a_placeholder_is_not_reported_beside_an_error_on_the_same_text():
    (finding,) = findings(zipped(Role="arn:aws:iam::${ACCOUNT}:role/r"))

    assert finding.rule == "shape.pattern"
    assert "placeholder" in finding.advice


@pytest.mark.parametrize("name", sorted(ZIPPED))
def test_an_unknown_member_is_neither_good_nor_bad(name):
    document = {**ZIPPED, name: Unknown("{{ x }}")}

    assert check_function(document, Source(file="f", positions={})).findings == ()


@pytest.mark.parametrize(
    "members",
    [
        {"Environment": {"Variables": {"A_B": Unknown("{{ x }}")}}},
        {"Code": {"S3Bucket": "bucket", "S3Key": Unknown("{{ x }}")}},
        {"Layers": [Unknown("{{ x }}"), f"{LAYER}:1"]},
        {"VpcConfig": {"SubnetIds": Unknown("{{ x }}"), "SecurityGroupIds": ["sg-1"]}},
        {"Tags": {"\uf8fex\uf8fe": "v", "k": Unknown("{{ x }}")}},
        {"SnapStart": Unknown("{{ x }}")},
        {"\uf8fex\uf8fe": 1},
    ],
)
def test_unknown_values_anywhere_are_skipped(members):
    assert check_function({**ZIPPED, **members}, Source(file="f", positions={})).findings == ()
