"""Every call is named by what it is: the journal and the faults depend on it."""

from __future__ import annotations

import json

import pytest

from gitmoxi_local.calls import Request
from gitmoxi_local.operations import Recognised, is_mutation, params_of, recognise


def request(
    method: str, uri: str, *, service: str = "", body: bytes = b"", headers: dict[str, str] | None = None
) -> Request:
    path, _, query = uri.partition("?")
    signed = (
        f"AWS4-HMAC-SHA256 Credential=some-key/20261122/eu-west-1/{service}/aws4_request, SignedHeaders=x"
    )
    return Request(
        method=method,
        path=path,
        query_string=query,
        headers={**({"authorization": signed} if service else {}), **(headers or {})},
        body=body,
    )


def test_the_caller_the_region_and_the_service_come_from_the_signature():
    signature = request("POST", "/", service="ecs").signature()

    assert (signature.caller, signature.region, signature.service) == ("some-key", "eu-west-1", "ecs")


def test_a_presigned_request_names_its_caller_in_the_query():
    presigned = request("GET", "/b/k?X-Amz-Credential=some-key%2F20261122%2Feu-west-1%2Fs3%2Faws4_request")

    assert presigned.signature().caller == "some-key"


def test_an_unsigned_request_has_no_caller():
    assert request("GET", "/").signature().caller == ""


@pytest.mark.parametrize(
    ("made", "service", "operation", "protocol"),
    [
        pytest.param(
            request(
                "POST",
                "/",
                service="ecs",
                headers={"x-amz-target": "AmazonEC2ContainerServiceV20141113.UpdateService"},
            ),
            "ecs",
            "UpdateService",
            "json",
            id="a JSON service by its target",
        ),
        pytest.param(
            request("POST", "/", headers={"x-amz-target": "DynamoDB_20120810.PutItem"}),
            "dynamodb",
            "PutItem",
            "json",
            id="an unsigned JSON call by its target alone",
        ),
        pytest.param(
            request(
                "POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData", service="monitoring"
            ),
            "cloudwatch",
            "PutMetricData",
            "smithy-rpc-v2-cbor",
            id="a CBOR call by its path",
        ),
        pytest.param(
            request("POST", "/", service="cloudformation", body=b"Action=CreateStack&StackName=s"),
            "cloudformation",
            "CreateStack",
            "query",
            id="a query call by its form",
        ),
        pytest.param(
            request("POST", "/", service="elasticloadbalancing", body=b"Action=ModifyRule"),
            "elbv2",
            "ModifyRule",
            "query",
            id="load balancing under botocore's name",
        ),
        pytest.param(
            request("GET", "/", service="an-unheard-of-service"),
            "an-unheard-of-service",
            "",
            "query",
            id="a service that botocore does not know",
        ),
    ],
)
def test_calls_are_recognised(made, service, operation, protocol):
    assert recognise(made) == Recognised(service=service, operation=operation, protocol=protocol)


@pytest.mark.parametrize(
    ("method", "uri", "operation"),
    [
        pytest.param("POST", "/2015-03-31/functions", "CreateFunction", id="create"),
        pytest.param("POST", "/2015-03-31/functions/", "CreateFunction", id="create, with a final slash"),
        pytest.param("GET", "/2015-03-31/functions/f", "GetFunction", id="get"),
        pytest.param(
            "GET", "/2015-03-31/functions/f/configuration?Qualifier=1", "GetFunctionConfiguration", id="get"
        ),
        pytest.param("PUT", "/2015-03-31/functions/f/code", "UpdateFunctionCode", id="update code"),
        pytest.param("POST", "/2015-03-31/functions/f/versions", "PublishVersion", id="publish"),
        pytest.param("GET", "/2015-03-31/functions/f/versions", "ListVersionsByFunction", id="list versions"),
        pytest.param("PUT", "/2015-03-31/functions/f/aliases/live", "UpdateAlias", id="update alias"),
        pytest.param(
            "POST",
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af/invocations",
            "Invoke",
            id="invoke by ARN",
        ),
        pytest.param("GET", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Ax", "ListTags", id="list tags"),
    ],
)
def test_lambda_calls_are_told_by_method_and_path(method, uri, operation):
    assert recognise(request(method, uri, service="lambda")).operation == operation


@pytest.mark.parametrize(
    ("method", "uri", "headers", "operation"),
    [
        pytest.param("GET", "/", {}, "ListBuckets", id="the root lists buckets"),
        pytest.param("PUT", "/bucket", {}, "CreateBucket", id="create bucket"),
        pytest.param("GET", "/bucket?list-type=2&prefix=a", {}, "ListObjectsV2", id="the narrower list"),
        pytest.param("GET", "/bucket", {}, "ListObjects", id="the older list"),
        pytest.param("GET", "/bucket?versioning", {}, "GetBucketVersioning", id="a sub-resource"),
        pytest.param("PUT", "/bucket/a/b.json", {}, "PutObject", id="a key with a slash"),
        pytest.param("PUT", "/bucket/k?partNumber=1&uploadId=u", {}, "UploadPart", id="a part"),
        pytest.param(
            "PUT", "/bucket/k", {"x-amz-copy-source": "b/k"}, "CopyObject", id="a copy, by its header"
        ),
        pytest.param("HEAD", "/bucket/k", {}, "HeadObject", id="head"),
        pytest.param("POST", "/bucket?delete", {}, "DeleteObjects", id="delete many"),
    ],
)
def test_s3_calls_are_told_by_method_path_query_and_headers(method, uri, headers, operation):
    assert recognise(request(method, uri, service="s3", headers=headers)).operation == operation


def test_parameters_of_a_rest_call_join_path_query_and_body():
    made = request(
        "PUT",
        "/2015-03-31/functions/f%3A1/code?Qualifier=live",
        service="lambda",
        body=json.dumps({"DryRun": True}).encode(),
    )

    assert params_of(made, recognise(made)) == {"FunctionName": "f:1", "DryRun": True}


def test_the_payload_of_an_invocation_is_no_parameter():
    made = request("POST", "/2015-03-31/functions/f/invocations", service="lambda", body=b'{"secret": 1}')

    assert params_of(made, recognise(made)) == {"FunctionName": "f"}


def test_parameters_of_a_query_call_are_its_fields():
    made = request("POST", "/", service="cloudformation", body=b"Action=CreateStack&Version=1&StackName=s")

    assert params_of(made, recognise(made)) == {"StackName": "s"}


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff"])
def test_a_body_that_is_no_object_has_no_parameters(body):
    made = request("POST", "/", headers={"x-amz-target": "AmazonSQS.SendMessage"}, body=body)

    assert params_of(made, recognise(made)) == {}


@pytest.mark.parametrize(
    ("operation", "mutates"),
    [
        ("UpdateService", True),
        ("PutEvents", True),
        ("TransactWriteItems", True),
        ("DeleteFunction", True),
        ("SetAlarmState", True),
        ("DescribeServices", False),
        ("ListTasks", False),
        ("GetFunction", False),
        ("HeadObject", False),
        ("BatchGetItem", False),
        ("ReceiveMessage", False),
        ("AssumeRole", False),
        ("ValidateTemplate", False),
    ],
)
def test_mutations_are_told_by_their_names(operation, mutates):
    assert is_mutation(operation) is mutates
