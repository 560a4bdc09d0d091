"""The volumes of a task, and where its containers mount them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import flag_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.sources import nearest_advice, shown
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_PAGE: Final = api("Volume")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_KINDS: Final = (
    "host",
    "dockerVolumeConfiguration",
    "efsVolumeConfiguration",
    "s3filesVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration",
)


def _volume_names(task: TaskDefinition) -> list[str]:
    return [name for _path, volume in task.each("volumes") if (name := text_at(volume, "name"))]


@rule(
    "task.unknown-volume",
    summary="Containers mount volumes that the task has.",
    source=api("MountPoint"),
)
def _unknown_volume(task: TaskDefinition) -> Iterator[Problem]:
    names = _volume_names(task)
    for container in task.containers():
        for path, mount in container.each("mountPoints"):
            name = text_at(mount, "sourceVolume")
            if name and name not in names:
                yield Problem(
                    at=(*path, "sourceVolume"),
                    message=f"{container.shown} mounts {name}, and the task has no such volume",
                    found=name,
                    expected=", ".join(names),
                    advice=nearest_advice(name, names, otherwise=f'add {{"name": "{name}"}} to volumes'),
                )


@container_rule(
    "task.mount-point",
    summary="A mount point names a volume and an absolute containerPath, each path once in a container.",
    source=api("MountPoint"),
)
def _mount_point(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    taken: set[str] = set()
    for path, mount in container.each("mountPoints"):
        for member in ("sourceVolume", "containerPath"):
            if value_at(mount, member) in (None, ""):
                yield Problem(
                    at=(*path, member),
                    message=f"a mount point of {container.shown} has no {member}",
                    expected=member,
                    advice=f"write {member}",
                )
        place = text_at(mount, "containerPath") or ""
        if place and not task.windows and not _is_absolute(place):
            yield Problem(
                at=(*path, "containerPath"),
                message=f"{container.shown} cannot mount at {place}: the path is not absolute",
                found=place,
                advice=placeholder_advice(place) or f"write /{place}",
            )
        if place and place in taken:
            yield Problem(
                at=(*path, "containerPath"),
                message=f"{container.shown} mounts two volumes at {place}",
                found=place,
                advice="mount one of them elsewhere",
            )
        taken.add(place)


def _is_absolute(place: str) -> bool:
    """On Linux or on Windows."""
    return re.match(r"/|[A-Za-z]:|\\", place) is not None


@rule(
    "task.volume-name",
    summary="Every volume has its own name of letters, digits, _ and -, at most 255.",
    source=_PAGE,
)
def _volume_name(task: TaskDefinition) -> Iterator[Problem]:
    taken: set[str] = set()
    for path, volume in task.each("volumes"):
        name = value_at(volume, "name")
        at = (*path, "name")
        if name is None or name == "":
            yield Problem(at=at, message="a volume has no name", expected="name", advice="give it a name")
        elif isinstance(name, str):
            if not _NAME.fullmatch(name):
                yield Problem(
                    at=at,
                    message=f"AWS does not take {shown(name)} as the name of a volume",
                    found=name,
                    expected=_NAME.pattern,
                    advice=placeholder_advice(name) or "use letters, digits, _ and -, at most 255 of them",
                )
            if name in taken:
                yield Problem(
                    at=at, message=f"two volumes are named {name}", found=name, advice="rename one of them"
                )
            taken.add(name)


@rule(
    "task.volume-kinds",
    summary="A volume is of one kind: host, Docker, EFS, S3 Files, FSx, or configured at launch.",
    source=_PAGE,
    advice="keep one of them",
)
def _volume_kinds(task: TaskDefinition) -> Iterator[Problem]:
    for path, volume in task.each("volumes"):
        kinds = [kind for kind in _KINDS if value_at(volume, kind) is not None]
        kinds += ["configuredAtLaunch"] if flag_at(volume, "configuredAtLaunch") else []
        if len(kinds) > 1:
            yield Problem(
                at=path,
                message=f"a volume is of {len(kinds)} kinds: {', '.join(kinds)}",
                found=", ".join(kinds),
            )


@rule(
    "task.volumes-at-launch",
    summary="At most one volume of a task is configured at launch.",
    source=_PAGE,
    advice="keep configuredAtLaunch for one volume",
)
def _volumes_at_launch(task: TaskDefinition) -> Iterator[Problem]:
    at_launch = [path for path, volume in task.each("volumes") if flag_at(volume, "configuredAtLaunch")]
    for path in at_launch[1:]:
        yield Problem(
            at=(*path, "configuredAtLaunch"),
            message="another volume is configured at launch, and AWS takes one",
        )


@rule(
    "task.volume-source-path",
    summary="The sourcePath of a host volume is not empty.",
    source=api("HostVolumeProperties"),
    advice='write "host": {} for an empty volume, or the path on the host',
)
def _volume_source_path(task: TaskDefinition) -> Iterator[Problem]:
    for path, volume in task.each("volumes"):
        if value_at(volume, "host", "sourcePath") == "":
            yield Problem(at=(*path, "host", "sourcePath"), message="sourcePath of a volume is empty")


@rule(
    "task.volume-autoprovision",
    summary="autoprovision is for Docker volumes with the scope shared.",
    source=api("DockerVolumeConfiguration"),
    advice="remove autoprovision, or set scope to shared",
    severity=Severity.WARNING,
)
def _volume_autoprovision(task: TaskDefinition) -> Iterator[Problem]:
    for path, volume in task.each("volumes"):
        settings = ("dockerVolumeConfiguration", "autoprovision")
        scope = text_at(volume, "dockerVolumeConfiguration", "scope")
        if value_at(volume, *settings) is not None and scope != "shared":
            yield Problem(at=(*path, *settings), message="autoprovision is only used with scope shared")


@rule(
    "task.volume-unused",
    summary="Every volume of a task is mounted by a container.",
    source=_PAGE,
    advice="mount it by mountPoints, or remove it",
    severity=Severity.WARNING,
)
def _volume_unused(task: TaskDefinition) -> Iterator[Problem]:
    mounted = {
        text_at(mount, "sourceVolume")
        for container in task.containers()
        for _path, mount in container.each("mountPoints")
    }
    for path, volume in task.each("volumes"):
        name = text_at(volume, "name")
        if name and name not in mounted:
            yield Problem(at=path, message=f"no container mounts the volume {name}", found=name)


VOLUME_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _unknown_volume,
    _mount_point,
    _volume_name,
    _volume_kinds,
    _volumes_at_launch,
    _volume_source_path,
    _volume_autoprovision,
    _volume_unused,
)
