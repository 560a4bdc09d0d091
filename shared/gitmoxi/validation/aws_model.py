"""AWS's own description of its requests: the models that the pinned botocore carries, read as data."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Final

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape

MODEL: Final = f"botocore {version('botocore')}"
"""Which edition of the models it is: AWS may know more than they do."""


@cache
def _service_model(service: str) -> ServiceModel:
    """Only the models inside botocore: files in a user's ``~/.aws/models`` must not change our verdict."""
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


@cache
def input_shape(service: str, operation: str) -> StructureShape:
    """The request of an operation, for example ``ecs`` and ``CreateService``."""
    shape = _service_model(service).operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


@cache
def named_shape(service: str, name: str) -> Shape:
    """A shape by its name in the model, for example ``TaskDefinition``."""
    return _service_model(service).shape_for(name)
