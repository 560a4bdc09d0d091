"""The sizes of tasks that Fargate offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.reading import value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.task_rules.pages import guide
from gitmoxi.validation.task_rules.sizes import task_size
from gitmoxi.validation.task_rules.subject import TaskDefinition

_GIB: Final = 1024
_MEMORY_BY_CPU: Final[dict[int, tuple[int, ...]]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"""
_WINDOWS_CPU: Final = (1024, 2048, 4096)
_FEW: Final = 4


@rule(
    "task.fargate-size-missing",
    summary="A task for Fargate says its cpu and its memory, for the task as a whole.",
    source=guide("fargate-tasks-services"),
)
def _size_missing(task: TaskDefinition) -> Iterator[Problem]:
    for what, example in (("cpu", '"256"'), ("memory", '"512"')):
        size = value_at(task.document, what)
        state = "missing" if size is None else "empty"
        if task.fargate and size in (None, ""):
            yield Problem(
                at=(what,),
                message=f"Fargate needs the {what} of the task, and it is {state}",
                expected=what,
                advice=f'write for example "{what}": {example} beside containerDefinitions',
            )


@rule(
    "task.fargate-size",
    summary="The cpu and memory of a task for Fargate are one of the pairs that Fargate offers.",
    source=guide("task-cpu-memory-error"),
)
def _size_not_offered(task: TaskDefinition) -> Iterator[Problem]:
    cpu, memory = task_size(task, "cpu"), task_size(task, "memory")
    if not task.fargate or cpu is None:
        return
    if cpu not in _MEMORY_BY_CPU:
        offered = ", ".join(str(each) for each in _MEMORY_BY_CPU)
        yield Problem(
            at=("cpu",),
            message=f"Fargate does not offer {cpu} CPU units",
            found=str(cpu),
            expected=offered,
            advice=f"write one of {offered}",
        )
    elif memory is not None and memory not in _MEMORY_BY_CPU[cpu]:
        offered = _shown(_MEMORY_BY_CPU[cpu])
        yield Problem(
            at=("memory",),
            message=f"Fargate does not offer {memory} MiB of memory with {cpu} CPU units",
            found=str(memory),
            expected=offered,
            advice=_advice(memory, offered),
        )


@rule(
    "task.fargate-windows-size",
    summary="A task with Windows containers on Fargate has 1, 2 or 4 vCPU.",
    source=guide("task-cpu-memory-error"),
    advice="write cpu 1024, 2048 or 4096",
)
def _windows_size(task: TaskDefinition) -> Iterator[Problem]:
    cpu = task_size(task, "cpu")
    if task.fargate and task.windows and cpu in _MEMORY_BY_CPU and cpu not in _WINDOWS_CPU:
        yield Problem(
            at=("cpu",),
            message=f"Fargate does not run Windows containers with {cpu} CPU units",
            found=str(cpu),
            expected=", ".join(str(each) for each in _WINDOWS_CPU),
        )


def _advice(memory: int, offered: str) -> str:
    fitting = next((cpu for cpu, sizes in _MEMORY_BY_CPU.items() if memory in sizes), None)
    other = f", or take {fitting} CPU units" if fitting is not None else ""
    return f"write {offered}{other}"


def _shown(sizes: tuple[int, ...]) -> str:
    if len(sizes) <= _FEW:
        return f"{', '.join(str(size) for size in sizes[:-1])} or {sizes[-1]}"
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"


FARGATE_SIZE_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _size_missing,
    _size_not_offered,
    _windows_size,
)
