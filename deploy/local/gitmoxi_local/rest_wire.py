"""AWS's REST-JSON protocol on the server's side: path, query and body to members, members to a reply.

https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from gitmoxi_local import json_wire
from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.calls import Reply, Request
from gitmoxi_local.operations import rest_routes

_NUMBERS = frozenset({"integer", "long"})


def document(service: str, operation: OperationModel, request: Request) -> dict[str, Any]:
    """The members of a request as JSON would say them, wherever they travelled; not checked yet.

    Raises:
        AwsError: ``SerializationException`` for a body or a number that cannot be read.
    """
    members = _body(operation, request.body)
    route = rest_routes(service).match(request)
    if route is not None:
        members.update({name: value for name, value in route.members.items() if value})
    members.update(_query_members(operation, request.query_string))
    return members


def success(operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Reply:
    """The reply of an operation; a member that stands for the status code becomes the status."""
    shape = operation.output_shape
    members = json_wire.serialised(operation, result)
    status = int(operation.http.get("responseCode", 200))
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if member.serialization.get("location") == "statusCode" and name in members:
                status = int(members.pop(name))
    body = b"" if status == HTTPStatus.NO_CONTENT else json.dumps(members, separators=(",", ":")).encode()
    return Reply(
        status=status,
        headers={"content-type": "application/json", "x-amzn-requestid": request_id},
        body=body,
    )


def _body(operation: OperationModel, body: bytes) -> dict[str, Any]:
    shape = operation.input_shape
    if shape is None or not body or shape.serialization.get("payload"):
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise AwsError(
            "SerializationException", f"Could not parse request body into json: {error}"
        ) from error
    if not isinstance(found, dict):
        raise AwsError("SerializationException", "Could not parse request body into json: it is no object")
    return found


def _query_members(operation: OperationModel, query_string: str) -> dict[str, Any]:
    shape = operation.input_shape
    if not isinstance(shape, StructureShape):
        return {}
    query = parse_qs(query_string, keep_blank_values=True)
    return {
        name: _typed(member, query[wire], name)
        for name, member in shape.members.items()
        if member.serialization.get("location") == "querystring"
        and (wire := member.serialization.get("name", name)) in query
    }


def _typed(shape: Shape, values: list[str], name: str) -> Any:
    """A member of a query: all its values if it is a list, else the first one."""
    if isinstance(shape, ListShape):
        return list(values)
    if shape.type_name in _NUMBERS:
        try:
            return int(values[0])
        except ValueError as error:
            raise AwsError("SerializationException", f"{name} must be a number, not {values[0]!r}") from error
    if shape.type_name == "boolean":
        return values[0].lower() == "true"
    return values[0]
