"""What Fargate needs, and what it does not offer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.rendered import JsonPath, JsonValue
from gitmoxi.validation.placeholders import has_placeholder
from gitmoxi.validation.reading import known, list_at, number_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.task_rules.pages import api, guide
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_DIFFERENCES: Final = guide("fargate-tasks-services")

_CONTAINER_MEMBERS: Final[tuple[JsonPath, ...]] = (
    ("links",),
    ("privileged",),
    ("dockerSecurityOptions",),
    ("disableNetworking",),
    ("dnsServers",),
    ("dnsSearchDomains",),
    ("linuxParameters", "devices"),
    ("linuxParameters", "sharedMemorySize"),
    ("linuxParameters", "maxSwap"),
    ("linuxParameters", "swappiness"),
)
"""Those that ``awsvpc`` forbids anyway are left to the rules for networks."""
_TASK_MEMBERS: Final = ("ipcMode", "placementConstraints", "inferenceAccelerators")
_VOLUME_MEMBERS: Final[tuple[JsonPath, ...]] = (
    ("dockerVolumeConfiguration",),
    ("fsxWindowsFileServerVolumeConfiguration",),
    ("host", "sourcePath"),
)
_LOG_DRIVERS: Final = ("awslogs", "splunk", "awsfirelens")
_STORAGE: Final = range(21, 200 + 1)
_CAPABILITIES: Final = ("SYS_PTRACE", "CAP_SYS_PTRACE", "")
_TIMEOUT: Final = range(2, 120 + 1)


def _is_used(value: JsonValue) -> bool:
    """``false``, an empty list and an empty text ask for nothing."""
    return value not in (None, False, "", [])


@rule(
    "task.fargate-network",
    summary="A task for Fargate has networkMode awsvpc.",
    source=_DIFFERENCES,
    advice='write "networkMode": "awsvpc"',
)
def _network(task: TaskDefinition) -> Iterator[Problem]:
    mode = text_at(task.document, "networkMode")
    if task.fargate and mode in {None, "", "bridge", "host", "none"}:  # of others the shape check says more
        shown = f"it is {mode}" if mode else "it is missing, which means bridge"
        yield Problem(
            at=("networkMode",),
            message=f"Fargate needs networkMode awsvpc, and {shown}",
            found=mode or "",
            expected="awsvpc",
        )


@container_rule(
    "task.fargate-container",
    summary="Containers on Fargate use nothing that needs a host of one's own.",
    source=_DIFFERENCES,
    advice="remove it, or run the task on EC2",
)
def _container(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path in _CONTAINER_MEMBERS if task.fargate else ():
        if _is_used(value_at(container.values, *path)):
            yield Problem(
                at=container.at(*path),
                message=f"Fargate does not offer {path[-1]}, and {container.shown} uses it",
            )


@rule(
    "task.fargate-task",
    summary="A task for Fargate has no ipcMode, placement constraints or inference accelerators.",
    source=_DIFFERENCES,
    advice="remove it, or run the task on EC2",
)
def _task(task: TaskDefinition) -> Iterator[Problem]:
    for member in _TASK_MEMBERS if task.fargate else ():
        if _is_used(value_at(task.document, member)):
            yield Problem(at=(member,), message=f"Fargate does not offer {member}")


@rule(
    "task.fargate-pid-mode",
    summary="The pidMode of a task for Fargate is task, and Windows has none.",
    source=api("RegisterTaskDefinition"),
    advice='remove it, or write "task" for containers that must see each other\'s processes',
)
def _pid_mode(task: TaskDefinition) -> Iterator[Problem]:
    mode = text_at(task.document, "pidMode")
    system = "Windows" if task.windows else "Linux"
    if task.fargate and mode and (mode == "host" or task.windows):
        yield Problem(
            at=("pidMode",),
            message=f"Fargate does not offer pidMode {mode} for {system} containers",
            found=mode,
            expected="task",
        )


@rule(
    "task.fargate-volume",
    summary="Volumes on Fargate are empty ones, EFS, S3 Files or EBS, not the host's, Docker's or FSx.",
    source=_DIFFERENCES,
    advice='write "host": {} for scratch space that the containers share, or use efsVolumeConfiguration',
)
def _volume(task: TaskDefinition) -> Iterator[Problem]:
    for path, volume in task.each("volumes") if task.fargate else ():
        for member in _VOLUME_MEMBERS:
            value = value_at(volume, *member)
            if value is not None and value != "":
                yield Problem(at=(*path, *member), message=f"Fargate does not offer {member[-1]} for volumes")


@container_rule(
    "task.fargate-capability",
    summary="The only Linux capability that a container on Fargate can add is SYS_PTRACE.",
    source=api("KernelCapabilities"),
    advice="remove it; what needs it must run on EC2",
)
def _capability(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    path = ("linuxParameters", "capabilities", "add")
    for index, capability in enumerate(list_at(container.values, *path) if task.fargate else ()):
        if isinstance(known(capability), str) and capability not in _CAPABILITIES:
            yield Problem(
                at=container.at(*path, index),
                message=f"Fargate does not let {container.shown} add the capability {capability}",
                found=str(capability),
                expected="SYS_PTRACE",
            )


@container_rule(
    "task.fargate-log-driver",
    summary="The log drivers of Fargate are awslogs, splunk and awsfirelens.",
    source=api("LogConfiguration"),
    advice=f"write one of {', '.join(_LOG_DRIVERS)}",
)
def _log_driver(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    driver = text_at(container.values, "logConfiguration", "logDriver")
    if task.fargate and driver and driver not in _LOG_DRIVERS and not has_placeholder(driver):
        yield Problem(
            at=container.at("logConfiguration", "logDriver"),
            message=f"Fargate does not offer the log driver {driver} of {container.shown}",
            found=driver,
            expected=", ".join(_LOG_DRIVERS),
        )


@container_rule(
    "task.fargate-resource",
    summary="Containers on Fargate ask for no GPUs or other devices.",
    source=_DIFFERENCES,
    advice="remove it, or run the task on EC2",
)
def _resource(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, requirement in container.each("resourceRequirements") if task.fargate else ():
        kind = text_at(requirement, "type") or "device"
        yield Problem(at=path, message=f"Fargate has no {kind} for {container.shown}", found=kind)


@container_rule(
    "task.fargate-timeout",
    summary="The startTimeout and stopTimeout of containers on Fargate are 2 to 120 seconds.",
    source=api("ContainerDefinition"),
    advice="Fargate kills a container 120 seconds after it was told to stop, at the latest",
)
def _timeout(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for member in ("startTimeout", "stopTimeout"):
        seconds = number_at(container.values, member)
        if task.fargate and seconds is not None and not _TIMEOUT.start <= seconds < _TIMEOUT.stop:
            yield Problem(
                at=container.at(member),
                message=f"Fargate does not take {seconds} seconds as {member} of {container.shown}",
                found=str(seconds),
                expected=f"{_TIMEOUT.start} to {_TIMEOUT.stop - 1}",
            )


@rule(
    "task.ephemeral-storage",
    summary="The ephemeral storage of a task is 21 to 200 GiB.",
    source=api("EphemeralStorage"),
    advice="leave ephemeralStorage out to get 20 GiB",
)
def _ephemeral_storage(task: TaskDefinition) -> Iterator[Problem]:
    size = number_at(task.document, "ephemeralStorage", "sizeInGiB")
    if size is not None and not _STORAGE.start <= size < _STORAGE.stop:
        yield Problem(
            at=("ephemeralStorage", "sizeInGiB"),
            message=f"AWS does not offer {size} GiB of ephemeral storage",
            found=str(size),
            expected=f"{_STORAGE.start} to {_STORAGE.stop - 1}",
        )


@container_rule(
    "task.fargate-firelens-config",
    summary="A FireLens container on Fargate reads its configuration from a file in its image, not from S3.",
    source=api("FirelensConfiguration"),
    advice="put the configuration into the image and write config-file-type file",
)
def _firelens_config(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    path = ("firelensConfiguration", "options", "config-file-type")
    if task.fargate and text_at(container.values, *path) == "s3":
        yield Problem(
            at=container.at(*path),
            message=f"Fargate does not read the FireLens configuration of {container.shown} from S3",
            found="s3",
            expected="file",
        )


FARGATE_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _network,
    _container,
    _task,
    _pid_mode,
    _volume,
    _capability,
    _log_driver,
    _resource,
    _timeout,
    _ephemeral_storage,
    _firelens_config,
)
