"""REST-JSON on the server's side: members from path, query and body, and the reply's status.

https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

from __future__ import annotations

import json

import pytest

from gitmoxi_local import rest_wire
from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.calls import Request
from gitmoxi_local.operations import service_model


def operation(name):
    return service_model("lambda").operation_model(name)


def document(name, method, path, *, query="", body=b""):
    request = Request(method=method, path=path, query_string=query, headers={}, body=body)
    return rest_wire.document("lambda", operation(name), request)


def test_members_come_from_path_query_and_body():
    members = document(
        "UpdateAlias",
        "PUT",
        "/2015-03-31/functions/f%3Alive/aliases/live",
        body=json.dumps({"FunctionVersion": "2"}).encode(),
    )

    assert members == {"FunctionName": "f:live", "Name": "live", "FunctionVersion": "2"}


def test_a_body_cannot_name_another_function_than_the_path():
    members = document(
        "UpdateFunctionConfiguration",
        "PUT",
        "/2015-03-31/functions/mine/configuration",
        body=b'{"FunctionName": "yours"}',
    )

    assert members["FunctionName"] == "mine"


def test_lists_and_numbers_of_a_query_are_lists_and_numbers():
    tags = document("UntagResource", "DELETE", "/2017-03-31/tags/arn", query="tagKeys=a&tagKeys=b")
    page = document("ListFunctions", "GET", "/2015-03-31/functions", query="MaxItems=7")

    assert tags == {"Resource": "arn", "TagKeys": ["a", "b"]}
    assert page == {"MaxItems": 7}


@pytest.mark.parametrize(
    ("query", "body"),
    [
        pytest.param("", b"{", id="no JSON"),
        pytest.param("", b"[]", id="no object"),
        pytest.param("MaxItems=many", b"", id="no number"),
    ],
)
def test_what_cannot_be_read_is_refused(query, body):
    with pytest.raises(AwsError, match="SerializationException"):
        document("ListFunctions", "GET", "/2015-03-31/functions", query=query, body=body)


def test_the_payload_of_an_invocation_is_no_document():
    members = document("Invoke", "POST", "/2015-03-31/functions/f/invocations", body=b"not json")

    assert members == {"FunctionName": "f"}


@pytest.mark.parametrize(
    ("name", "result", "status", "body"),
    [
        pytest.param("CreateFunction", {"FunctionName": "f"}, 201, {"FunctionName": "f"}, id="created"),
        pytest.param("GetFunctionConcurrency", {}, 200, {}, id="empty"),
        pytest.param("TagResource", {}, 204, None, id="no content"),
        pytest.param("DeleteFunction", {"StatusCode": 202}, 202, {}, id="a member is the status"),
        pytest.param("DeleteFunction", {"StatusCode": 204}, 204, None, id="a status without a body"),
    ],
)
def test_replies_have_the_operation_s_status(name, result, status, body):
    reply = rest_wire.success(operation(name), result, "r-1")

    assert (reply.status, reply.json()) == (status, body)
    assert reply.headers["x-amzn-requestid"] == "r-1"
