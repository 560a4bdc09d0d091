"""What depends on the operating system and the hardware that a task runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.sources import shown
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_LINUX_ONLY: Final = (
    "disableNetworking",
    "dnsSearchDomains",
    "dnsServers",
    "extraHosts",
    "links",
    "linuxParameters",
    "privileged",
    "readonlyRootFilesystem",
    "systemControls",
    "ulimits",
)
"""Those of which the page of ContainerDefinition says that Windows containers do not have them."""
_REQUIREMENTS: Final = "resourceRequirements"
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}")


@rule(
    "task.arm-windows",
    summary="The architecture ARM64 is for Linux.",
    source=api("RuntimePlatform"),
    advice="write X86_64",
)
def _arm_windows(task: TaskDefinition) -> Iterator[Problem]:
    if task.windows and text_at(task.document, "runtimePlatform", "cpuArchitecture") == "ARM64":
        yield Problem(
            at=("runtimePlatform", "cpuArchitecture"),
            message="Windows containers do not run on ARM64",
            found="ARM64",
            expected="X86_64",
        )


@container_rule(
    "task.windows-member",
    summary="Windows containers have no settings that are for Linux only.",
    source=api("ContainerDefinition"),
    advice="remove it",
    severity=Severity.WARNING,
)
def _windows_member(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for member in _LINUX_ONLY if task.windows else ():
        if value_at(container.values, member) not in (None, False, [], {}):
            yield Problem(
                at=container.at(member),
                message=f"{member} of {container.shown} is for Linux only, and the task runs on Windows",
            )


@rule(
    "task.windows-task-member",
    summary="Tasks with Windows containers have no pidMode, ipcMode, or networkMode host or none.",
    source=api("RegisterTaskDefinition"),
    advice="remove it",
    severity=Severity.WARNING,
)
def _windows_task_member(task: TaskDefinition) -> Iterator[Problem]:
    if not task.windows:
        return
    for member in ("pidMode", "ipcMode", "networkMode"):
        value = text_at(task.document, member)
        if value and (member != "networkMode" or value in {"host", "none"}):
            yield Problem(
                at=(member,), message=f"{member} {value} is for Linux only, and the task runs on Windows"
            )


@container_rule(
    "task.resource-requirement",
    summary="A container asks for a number of GPUs, ALL Neuron devices, or an accelerator of the task.",
    source=api("ResourceRequirement"),
)
def _resource_requirement(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for path, requirement in container.each(_REQUIREMENTS):
        kind, value = text_at(requirement, "type"), text_at(requirement, "value")
        if value is None:
            continue
        expected = _expected_amount(task, kind, value)
        if expected:
            yield Problem(
                at=(*path, "value"),
                message=f"{container.shown} cannot ask for {shown(value)} as {kind}",
                found=value,
                expected=expected,
                advice=placeholder_advice(value) or f"write {expected}",
            )


def _expected_amount(task: TaskDefinition, kind: str | None, value: str) -> str:
    """What was expected instead of ``value``; empty if nothing else was."""
    if kind == "GPU" and value != "ALL" and not _COUNT.fullmatch(value):
        return "a number of GPUs, or ALL"
    if kind == "NeuronDevice" and value != "ALL":
        return "ALL"
    if kind == "InferenceAccelerator":
        accelerators = task.each("inferenceAccelerators")
        names = [text_at(each, "deviceName") or "" for _path, each in accelerators]
        return "" if value in names else "the deviceName of an inference accelerator of the task"
    return ""


@rule(
    "task.neuron-containers",
    summary="At most one container of a task asks for Neuron devices.",
    source=api("ResourceRequirement"),
    advice="keep the requirement of one container",
)
def _neuron_containers(task: TaskDefinition) -> Iterator[Problem]:
    asking = [
        path
        for container in task.containers()
        for path, requirement in container.each(_REQUIREMENTS)
        if text_at(requirement, "type") == "NeuronDevice"
    ]
    for path in asking[1:]:
        yield Problem(at=path, message="another container asks for all Neuron devices already")


PLATFORM_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _arm_windows,
    _windows_member,
    _windows_task_member,
    _resource_requirement,
    _neuron_containers,
)
