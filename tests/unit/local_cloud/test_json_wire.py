"""AWS JSON 1.1: what a client sends is checked by shape, what the model answers reads back the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import botocore.parsers
import pytest

from gitmoxi_local import json_wire
from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.operations import service_model


def operation(name):
    model = service_model("ecs")
    assert model is not None
    return model.operation_model(name)


def parse(name, document):
    return json_wire.parse_input(operation(name), json.dumps(document).encode())


def test_members_arrive_in_the_case_of_the_model():
    assert parse("DescribeServices", {"services": ["a"], "cluster": "c"}) == {
        "services": ["a"],
        "cluster": "c",
    }


def test_timestamps_arrive_as_aware_moments():
    parsed = parse("ListServiceDeployments", {"service": "s", "createdAt": {"before": 1_795_324_354.5}})

    assert parsed["createdAt"]["before"] == datetime(2026, 11, 22, 5, 12, 34, 500_000, UTC)


def test_unknown_members_and_nulls_are_dropped():
    assert parse("DescribeServices", {"services": [], "cluster": None, "colour": "blue"}) == {"services": []}


def test_an_empty_body_is_an_empty_request():
    assert json_wire.parse_input(operation("ListClusters"), b"") == {}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"{", "not valid JSON", id="broken"),
        pytest.param(b"[]", "must be a JSON object, not list", id="no object"),
        pytest.param(b"[" * 100_000, "not valid JSON", id="a bomb of brackets"),
        pytest.param(b'{"services": "a"}', "services must be a list, not str", id="a string for a list"),
        pytest.param(
            b'{"services": [1]}', r"services\[0\] must be a string, not int", id="a number for a string"
        ),
    ],
)
def test_what_cannot_be_read_is_a_serialization_exception(body, message):
    with pytest.raises(AwsError, match=message) as caught:
        json_wire.parse_input(operation("DescribeServices"), body)

    assert caught.value.code == "SerializationException"


@pytest.mark.parametrize(
    ("document", "path"),
    [
        pytest.param({"desiredCount": "1"}, "desiredCount", id="a string for a number"),
        pytest.param({"desiredCount": True}, "desiredCount", id="a boolean for a number"),
        pytest.param({"desiredCount": 1.5}, "desiredCount", id="a fraction for a whole number"),
        pytest.param({"forceNewDeployment": 1}, "forceNewDeployment", id="a number for a boolean"),
        pytest.param({"networkConfiguration": []}, "networkConfiguration", id="a list for a structure"),
    ],
)
def test_types_are_not_bent(document, path):
    with pytest.raises(AwsError, match=path) as caught:
        parse("UpdateService", {"service": "s", **document})

    assert caught.value.code == "SerializationException"


def test_a_missing_required_member_is_an_invalid_parameter():
    with pytest.raises(AwsError, match="service should not be null") as caught:
        parse("UpdateService", {"cluster": "c"})

    assert caught.value.code == "InvalidParameterException"


def test_a_missing_member_within_is_named_by_its_path():
    with pytest.raises(AwsError, match=r"networkConfiguration\.awsvpcConfiguration\.subnets"):
        parse("UpdateService", {"service": "s", "networkConfiguration": {"awsvpcConfiguration": {}}})


def test_an_answer_reads_back_with_botocore():
    described = operation("DescribeServices")
    moment = datetime(2026, 11, 22, 5, 12, 34, 135_000, UTC)
    answer = {"services": [{"serviceName": "s", "createdAt": moment, "desiredCount": 0}], "failures": []}

    reply = json_wire.success(described, answer, "request-1")

    parser = botocore.parsers.create_parser("json")
    parsed = parser.parse(
        {"status_code": reply.status, "headers": reply.headers, "body": reply.body}, described.output_shape
    )
    assert parsed["services"] == [{"serviceName": "s", "createdAt": moment, "desiredCount": 0}]
    assert parsed["ResponseMetadata"]["RequestId"] == "request-1"


def test_members_without_a_value_are_left_out():
    reply = json_wire.success(
        operation("DescribeServices"), {"services": [{"roleArn": None, "serviceName": "s"}]}, "r"
    )

    assert reply.json() == {"services": [{"serviceName": "s"}]}
