"""Rules on what a function is built from and connected to: layers, VPC, file systems, snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.function_rules.pages import api, guide
from gitmoxi.validation.function_rules.subject import Function, efs_mounts, in_vpc, is_image
from gitmoxi.validation.reading import known, list_at, number_at, text_at, value_at
from gitmoxi.validation.rule import Problem, rule

_MOST_LAYERS: Final = 5
_STORAGE_WITH_SNAPSHOTS_MB: Final = 512
_NO_SNAPSHOTS: Final = re.compile(
    r"(nodejs|ruby|provided|go1).*|python(2\.7|3\.[0-9]|3\.1[01])|dotnet(core.*|6)|java8(\.al2)?"
)
"""Runtimes without SnapStart: it began with Java 11, Python 3.12 and .NET 8."""


@rule(
    "function.layers",
    summary="A function has at most five layers.",
    source=guide("gettingstarted-limits"),
    advice="merge some of them",
)
def _layers_are_few(function: Function) -> Iterator[Problem]:
    layers = list_at(function, "Layers")
    if len(layers) > _MOST_LAYERS:
        yield Problem(
            at=("Layers", _MOST_LAYERS),
            message=f"there are {len(layers)} layers; Lambda takes {_MOST_LAYERS}",
            expected=f"at most {_MOST_LAYERS}",
        )


@rule(
    "function.layer-twice",
    summary="No layer is there twice, in another version neither.",
    source=api("CreateFunction"),
    advice="keep one version of it",
)
def _layers_differ(function: Function) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, layer in enumerate(list_at(function, "Layers")):
        if not isinstance(known(layer), str):
            continue
        name = str(layer).rpartition(":")[0]
        if name in seen:
            yield Problem(at=("Layers", index), message=f"the layer {name} is there twice", found=str(layer))
        seen.add(name)


@rule(
    "function.half-of-vpc",
    summary="VpcConfig has both subnets and security groups, or neither.",
    source=api("VpcConfig"),
)
def _vpc_is_complete(function: Function) -> Iterator[Problem]:
    for name, other in (("SubnetIds", "SecurityGroupIds"), ("SecurityGroupIds", "SubnetIds")):
        if list_at(function, "VpcConfig", name) and value_at(function, "VpcConfig", other) in (None, []):
            yield Problem(
                at=("VpcConfig",),
                message=f"VpcConfig has {name} without {other}",
                expected=other,
                advice=f"add {other}",
            )


@rule(
    "function.file-system-needs-vpc",
    summary="A function with an EFS file system is in a VPC.",
    source=guide("configuration-filesystem-efs"),
    advice="add VpcConfig with subnets that reach the file system's mount targets",
)
def _file_systems_are_reachable(function: Function) -> Iterator[Problem]:
    for path in efs_mounts(function):
        if not in_vpc(function):
            yield Problem(at=path, message="an EFS file system is reached from a VPC only, and there is none")


@rule(
    "function.snap-start",
    summary="SnapStart is used with Java 11, Python 3.12 or .NET 8 at least, without container images, EFS "
    "and more than 512 MB of ephemeral storage.",
    source=guide("snapstart"),
    advice='remove it, or write "SnapStart": {"ApplyOn": "None"}',
)
def _snap_start_is_possible(function: Function) -> Iterator[Problem]:
    if text_at(function, "SnapStart", "ApplyOn") != "PublishedVersions":
        return
    runtime = text_at(function, "Runtime") or ""
    storage = number_at(function, "EphemeralStorage", "Size") or 0
    obstacles = {
        "container images": is_image(function),
        f"the runtime {runtime}": not is_image(function) and _NO_SNAPSHOTS.fullmatch(runtime) is not None,
        f"ephemeral storage of more than {_STORAGE_WITH_SNAPSHOTS_MB} MB": storage
        > _STORAGE_WITH_SNAPSHOTS_MB,
        "EFS file systems": any(efs_mounts(function)),
    }
    for obstacle, stands_there in obstacles.items():
        if stands_there:
            yield Problem(at=("SnapStart", "ApplyOn"), message=f"SnapStart does not support {obstacle}")


PART_RULES = (
    _layers_are_few,
    _layers_differ,
    _vpc_is_complete,
    _file_systems_are_reachable,
    _snap_start_is_possible,
)
