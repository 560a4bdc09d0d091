"""What the rules on a function look at: its ``CreateFunction`` request, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.reading import list_at, object_at, objects_at, text_at, value_at

Function: TypeAlias = dict[str, JsonValue]
"""A ``CreateFunction`` request, cleaned; its members may still have wrong types."""


def is_image(function: Function) -> bool:
    """Whether it is deployed as a container image: AWS goes by ``PackageType``, whose default is Zip."""
    return text_at(function, "PackageType") == "Image"


def runs_on_managed_instances(function: Function) -> bool:
    """Whether its own instances run it, which have other limits."""
    return bool(object_at(function, "CapacityProviderConfig"))


def given(function: Function, *path: str) -> bool:
    """Whether there is something at ``path``: neither nothing, nor an empty text, list or object."""
    return value_at(function, *path) not in (None, "", [], {})


def efs_mounts(function: Function) -> Iterator[JsonPath]:
    """The paths of its EFS file systems."""
    for path, _ in objects_at(function, "FileSystemConfigs"):
        if ":elasticfilesystem:" in (text_at(function, *path, "Arn") or ""):
            yield path


def in_vpc(function: Function) -> bool:
    """Whether it is connected to a VPC."""
    return bool(list_at(function, "VpcConfig", "SubnetIds"))
