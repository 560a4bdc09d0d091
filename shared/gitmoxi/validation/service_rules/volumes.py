"""Rules on the EBS volumes that ECS makes for a service's tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.reading import list_at, objects_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument, has, on_fargate
from gitmoxi.validation.service_rules.pages import MANAGED_EBS_VOLUME, SERVICE_VOLUME

_DEFAULT_TYPE: Final = "gp3"
_PROVISIONED: Final = frozenset({"io1", "io2"})
_WITHOUT_IOPS: Final = frozenset({"st1", "sc1", "standard"})


def _volumes(service: ServiceDocument) -> Iterator[tuple[JsonPath, str]]:
    """The places of the EBS volumes, and their types."""
    for path, _ in objects_at(service, "volumeConfigurations"):
        if has(service, *path, "managedEBSVolume"):
            at = (*path, "managedEBSVolume")
            yield at, text_at(service, *at, "volumeType") or _DEFAULT_TYPE


@rule(
    "service.volumes-too-many",
    summary="A task gets at most one EBS volume of its own.",
    advice="keep one",
    source=SERVICE_VOLUME,
)
def _too_many(service: ServiceDocument) -> Iterator[Problem]:
    count = len(list_at(service, "volumeConfigurations"))
    if count > 1:
        yield Problem(
            at=("volumeConfigurations",),
            message=f"there are {count} volumes",
            found=str(count),
            expected="1",
        )


@rule(
    "service.volume-size",
    summary="An EBS volume has a size or a snapshot to be made from.",
    advice="add sizeInGiB or snapshotId",
    source=MANAGED_EBS_VOLUME,
)
def _size(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in _volumes(service):
        if not has(service, *path, "sizeInGiB") and not has(service, *path, "snapshotId"):
            yield Problem(
                at=(*path, "sizeInGiB"),
                message="the volume has neither a size nor a snapshot",
                expected="sizeInGiB or snapshotId",
            )


@rule(
    "service.volume-performance",
    summary=(
        "The volume types io1 and io2 have iops, st1, sc1 and standard have none; only gp3 has a throughput."
    ),
    source=MANAGED_EBS_VOLUME,
)
def _performance(service: ServiceDocument) -> Iterator[Problem]:
    for path, kind in _volumes(service):
        iops = has(service, *path, "iops")
        if kind in _PROVISIONED and not iops:
            yield Problem(
                at=(*path, "iops"), message=f"volumes of the type {kind} need iops", advice="add iops"
            )
        if kind in _WITHOUT_IOPS and iops:
            yield Problem(
                at=(*path, "iops"), message=f"volumes of the type {kind} take no iops", advice="remove iops"
            )
        if kind != _DEFAULT_TYPE and has(service, *path, "throughput"):
            yield Problem(
                at=(*path, "throughput"),
                message=f"volumes of the type {kind} take no throughput",
                advice="remove throughput, or use gp3",
            )


@rule(
    "service.volume-initialization",
    summary="An initialization rate is for volumes that are made from a snapshot.",
    advice="remove it, or add snapshotId",
    source=MANAGED_EBS_VOLUME,
)
def _initialization(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in _volumes(service):
        if has(service, *path, "volumeInitializationRate") and not has(service, *path, "snapshotId"):
            yield Problem(
                at=(*path, "volumeInitializationRate"),
                message="volumeInitializationRate is given, and there is no snapshot to read",
            )


@rule(
    "service.volume-magnetic",
    summary="Tasks on Fargate cannot have magnetic volumes (type standard).",
    advice="use gp3",
    source=MANAGED_EBS_VOLUME,
)
def _magnetic(service: ServiceDocument) -> Iterator[Problem]:
    for path, kind in _volumes(service):
        if kind == "standard" and on_fargate(service):
            yield Problem(
                at=(*path, "volumeType"),
                message="tasks on Fargate cannot have volumes of the type standard",
                found=kind,
            )


VOLUME_RULES = (_too_many, _size, _performance, _initialization, _magnetic)
