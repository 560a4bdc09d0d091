"""How much CPU and memory a task and its containers ask for, wherever they run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import number_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.sources import shown
from gitmoxi.validation.task_rules.pages import api, guide
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_UNITS: Final = {"cpu": "vcpu", "memory": "gb"}
_AMOUNT: Final = re.compile(r"(\d{1,9}|\d{0,9}\.\d{1,9}) *([a-z]*)", re.ASCII)
_PER_UNIT: Final = 1024
_LEAST_MEMORY: Final = 6
_CPU_RANGE: Final = range(128, 196608 + 1)
_SPELLINGS: Final = {"cpu": "1024 or 1 vCPU", "memory": "2048 or 2 GB"}


def task_size(task: TaskDefinition, what: str) -> int | None:
    """The task's own ``cpu`` in CPU units or ``memory`` in MiB; None where there is none that can be read.

    AWS takes ``1024`` as well as ``1 vCPU`` and ``1 GB``, in any case, with and without the space.
    """
    found = _AMOUNT.fullmatch((text_at(task.document, what) or "").strip().lower())
    if found is None:
        return None
    number, unit = found.groups()
    if not unit:
        return int(number) if number.isdigit() else None
    return int(Decimal(number) * _PER_UNIT) if unit == _UNITS[what] else None


@rule(
    "task.size-form",
    summary="The cpu and memory of a task are whole numbers of CPU units and MiB, or numbers of vCPU and GB.",
    source=guide("task-cpu-memory-error"),
)
def _size_form(task: TaskDefinition) -> Iterator[Problem]:
    for what in _UNITS:
        text = text_at(task.document, what)
        if not text or task_size(task, what) is not None:
            continue
        yield Problem(
            at=(what,),
            message=f"AWS cannot read {shown(text)} as the {what} of the task",
            found=text,
            expected=_SPELLINGS[what],
            advice=placeholder_advice(text) or f"write it as {_SPELLINGS[what]}",
        )


@rule(
    "task.cpu-range",
    summary="Outside Fargate the cpu of a task is 128 to 196608 CPU units.",
    source=api("RegisterTaskDefinition"),
    advice="1024 CPU units are one vCPU; outside Fargate cpu can also be left out",
)
def _cpu_range(task: TaskDefinition) -> Iterator[Problem]:
    cpu = None if task.fargate else task_size(task, "cpu")
    if cpu is not None and cpu not in _CPU_RANGE:
        yield Problem(
            at=("cpu",),
            message=f"AWS does not take {cpu} CPU units for a task",
            found=str(cpu),
            expected=f"{_CPU_RANGE.start} to {_CPU_RANGE.stop - 1}",
        )


@container_rule(
    "task.no-memory",
    summary="The task, or each of its containers, says how much memory it needs.",
    source=api("ContainerDefinition"),
    advice="write memory (the limit, MiB) or memoryReservation here, or memory for the whole task",
)
def _no_memory(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    if task.fargate or value_at(task.document, "memory") not in (None, ""):
        return
    if all(value_at(container.values, what) in (None, 0) for what in ("memory", "memoryReservation")):
        yield Problem(
            at=container.path,
            message=f"neither the task nor {container.shown} says how much memory it needs",
            expected="memory or memoryReservation",
        )


@container_rule(
    "task.memory-reservation",
    summary="The memoryReservation of a container is not more than its memory.",
    source=api("ContainerDefinition"),
    advice="memory is the limit at which the container is killed: make it the larger one",
)
def _memory_reservation(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    memory = number_at(container.values, "memory")
    reservation = number_at(container.values, "memoryReservation")
    if memory and reservation and reservation > memory:
        yield Problem(
            at=container.at("memoryReservation"),
            message=f"{container.shown} reserves {reservation} MiB and is limited to {memory} MiB",
            found=str(reservation),
            expected=f"at most {memory}",
        )


@container_rule(
    "task.little-memory",
    summary="A container has at least the 6 MiB of memory that Docker needs for it.",
    source=api("ContainerDefinition"),
    advice="the unit is MiB: 512 is half a gigabyte",
    severity=Severity.WARNING,
)
def _little_memory(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    for what in ("memory", "memoryReservation"):
        size = number_at(container.values, what)
        if size is not None and 0 < size < _LEAST_MEMORY:
            yield Problem(
                at=container.at(what),
                message=f"{size} MiB is too little for {container.shown}",
                found=str(size),
                expected=f"at least {_LEAST_MEMORY}",
            )


@rule(
    "task.containers-exceed-task",
    summary="What the containers ask for together is not more than what the task has.",
    source=api("ContainerDefinition"),
    advice="give the task more, or its containers less",
)
def _containers_exceed_task(task: TaskDefinition) -> Iterator[Problem]:
    if task.windows and not task.fargate:
        return  # AWS ignores the sizes of such tasks
    containers = list(task.containers())
    for what, unit, wanted in (
        ("cpu", "CPU units", [number_at(each.values, "cpu") or 0 for each in containers]),
        ("memory", "MiB of memory", [_reserved(each) for each in containers]),
    ):
        size, together = task_size(task, what), sum(wanted)
        if size is not None and together > size:
            yield Problem(
                at=(what,),
                message=f"the containers ask for {together} {unit} together, and the task has {size}",
                found=str(size),
                expected=f"at least {together}",
            )


@container_rule(
    "task.container-exceeds-task",
    summary="The memory limit of a container is not more than the memory of the task.",
    source=api("ContainerDefinition"),
    advice="give the task more memory, or the container less",
)
def _container_exceeds_task(task: TaskDefinition, container: Container) -> Iterator[Problem]:
    size, memory = task_size(task, "memory"), number_at(container.values, "memory")
    reserved = _reserved(container)
    if size is not None and memory is not None and memory > size >= reserved:
        yield Problem(
            at=container.at("memory"),
            message=f"{container.shown} may use {memory} MiB of memory, and the task has {size}",
            found=str(memory),
            expected=f"at most {size}",
        )


def _reserved(container: Container) -> int | float:
    reservation = number_at(container.values, "memoryReservation")
    return reservation or number_at(container.values, "memory") or 0


SIZE_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _size_form,
    _cpu_range,
    _no_memory,
    _memory_reservation,
    _little_memory,
    _containers_exceed_task,
    _container_exceeds_task,
)
