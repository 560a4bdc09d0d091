"""Holds requests and answers of a modelled service against botocore's model of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "double": (int, float),
    "timestamp": (datetime,),
}


@cache
def service_model(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


def check_request(operation: str, params: Mapping[str, Any], service: str = "ecs") -> None:
    """The wire layer refuses other requests before the model sees them."""
    report = ParamValidator().validate(params, _shape(service, operation, "input_shape"))
    assert not report.has_errors(), report.generate_report()


def check_answer(operation: str, answer: Mapping[str, Any], service: str = "ecs") -> None:
    """Every member must exist in the API, have its type, and aware time."""
    shape = service_model(service).operation_model(operation).output_shape
    if shape is None:
        assert answer == {}, operation
        return
    _check(answer, shape, operation)


def _shape(service: str, operation: str, side: str) -> Shape:
    shape = getattr(service_model(service).operation_model(operation), side)
    assert isinstance(shape, Shape)
    return shape


def _check(value: Any, shape: Shape, path: str) -> None:
    if isinstance(shape, StructureShape):
        for name, entry in value.items():
            assert name in shape.members, f"{path}.{name} is not in the API"
            _check(entry, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), path
        for entry in value:
            _check(entry, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape):
        for entry in value.values():
            _check(entry, shape.value, f"{path}{{}}")
    else:
        assert isinstance(value, _PYTHON[shape.type_name]), f"{path} is {value!r}"
        assert not isinstance(value, datetime) or value.tzinfo is not None, path
        allowed = getattr(shape, "enum", None)
        assert not allowed or value in allowed, f"{path} is {value!r}"
