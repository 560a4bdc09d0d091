"""AWS's JSON 1.1 protocol on the server's side: text to checked members, members to text.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.calls import Reply

_CONTENT_TYPE = "application/x-amz-json-1.1"
_MAX_DEPTH = 64

_NUMBERS: Mapping[str, tuple[type, ...]] = {
    "double": (int, float),
    "float": (int, float),
    "integer": (int,),
    "long": (int,),
}


def parse_input(operation: OperationModel, body: bytes) -> dict[str, Any]:
    """The members of a request as botocore would have been given them; unknown ones are dropped as AWS does.

    Raises:
        AwsError: ``SerializationException`` for what is no JSON or of the wrong type,
            ``InvalidParameterException`` for a required member that is missing.
    """
    try:
        document = json.loads(body) if body else {}
    except (ValueError, RecursionError) as error:
        raise AwsError("SerializationException", f"The request body is not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise _wrong_type("", "a JSON object", document)
    return parse_members(operation, document)


def parse_members(operation: OperationModel, document: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a request whose JSON was read already; errors as ``parse_input``."""
    if operation.input_shape is None:
        return {}
    parsed: dict[str, Any] = _parse_structure(operation.input_shape, document, "", 0)
    return parsed


def serialised(operation: OperationModel, result: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON document of an operation's answer; datetimes become epoch seconds, bytes Base64."""
    shape = operation.output_shape
    document: dict[str, Any] = {} if shape is None else _serialise(shape, result)
    return document


def success(operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Reply:
    """A reply of 200 with the operation's answer."""
    return Reply(
        status=200,
        headers={"content-type": _CONTENT_TYPE, "x-amzn-requestid": request_id},
        body=json.dumps(serialised(operation, result), separators=(",", ":")).encode(),
    )


def _parse(shape: Shape, value: Any, path: str, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise AwsError("SerializationException", f"{path} is nested too deeply")
    if isinstance(shape, StructureShape):
        return _parse_structure(shape, value, path, depth)
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise _wrong_type(path, "a list", value)
        return [_parse(shape.member, item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    if isinstance(shape, MapShape):
        if not isinstance(value, dict):
            raise _wrong_type(path, "a map", value)
        return {key: _parse(shape.value, item, f"{path}.{key}", depth + 1) for key, item in value.items()}
    return _parse_scalar(shape, value, path)


def _parse_structure(shape: StructureShape, value: Any, path: str, depth: int) -> Any:
    if getattr(shape, "is_document_type", False):
        return value
    if not isinstance(value, dict):
        raise _wrong_type(path, "a structure", value)
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            raise AwsError("InvalidParameterException", f"{prefix}{name} should not be null or empty.")
    return {
        name: _parse(member, value[name], f"{prefix}{name}", depth + 1)
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _parse_scalar(shape: Shape, value: Any, path: str) -> Any:
    kind = shape.type_name
    if kind in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, _NUMBERS[kind]):
            raise _wrong_type(path, f"a number ({kind})", value)
        return value
    if kind == "boolean":
        if not isinstance(value, bool):
            raise _wrong_type(path, "true or false", value)
        return value
    if kind == "timestamp":
        return _parse_timestamp(value, path)
    if not isinstance(value, str):
        raise _wrong_type(path, "a string", value)
    if kind == "blob":
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise _wrong_type(path, "Base64", value) from error
    return value


def _parse_timestamp(value: Any, path: str) -> datetime:
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise _wrong_type(path, "a timestamp", value) from error


def _wrong_type(path: str, expected: str, value: Any) -> AwsError:
    return AwsError(
        "SerializationException", f"{path or 'The request'} must be {expected}, not {type(value).__name__}"
    )


def _serialise(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {
            name: _serialise(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape) and isinstance(value, Sequence):
        return [_serialise(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: _serialise(shape.value, item) for key, item in value.items()}
    convert = _SERIALISERS.get(type(value))
    return value if convert is None else convert(value)


_SERIALISERS: Mapping[type, Callable[[Any], Any]] = {
    datetime: lambda moment: round(moment.timestamp(), 3),
    bytes: lambda blob: base64.b64encode(blob).decode("ascii"),
}
