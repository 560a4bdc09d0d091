"""The proxy of a task, and the constraints on where it is placed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.reading import list_at, text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.sources import nearest_advice
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import TaskDefinition

_PROXY: Final = "proxyConfiguration"
_MOST_CONSTRAINTS: Final = 10
_PROXY_PROPERTIES: Final = ("AppPorts", "ProxyIngressPort", "ProxyEgressPort")


@rule(
    "task.proxy-container",
    summary="The App Mesh proxy of a task is one of its containers.",
    source=api("ProxyConfiguration"),
)
def _proxy_container(task: TaskDefinition) -> Iterator[Problem]:
    name = text_at(task.document, _PROXY, "containerName")
    names = task.container_names()
    if name and name not in names:
        yield Problem(
            at=(_PROXY, "containerName"),
            message=f"the proxy is {name}, and the task has no such container",
            found=name,
            expected=", ".join(names),
            advice=nearest_advice(name, names, otherwise="name a container of this task"),
        )


@rule(
    "task.proxy-network",
    summary="A task with an App Mesh proxy has networkMode awsvpc.",
    source=api("ProxyConfiguration"),
    advice='write "networkMode": "awsvpc"',
)
def _proxy_network(task: TaskDefinition) -> Iterator[Problem]:
    if value_at(task.document, _PROXY) is not None and task.network_mode != "awsvpc" and not task.fargate:
        yield Problem(
            at=("networkMode",),
            message=f"the proxyConfiguration needs networkMode awsvpc, and it is {task.network_mode}",
            found=task.network_mode,
            expected="awsvpc",
        )


@rule(
    "task.proxy-properties",
    summary="An App Mesh proxy has AppPorts, both its ports, and the user or group that it ignores.",
    source=api("ProxyConfiguration"),
)
def _proxy_properties(task: TaskDefinition) -> Iterator[Problem]:
    if value_at(task.document, _PROXY) is None:
        return
    properties = task.each(_PROXY, "properties")
    given = {text_at(each, "name") or "" for _path, each in properties}
    missing = [name for name in _PROXY_PROPERTIES if name not in given]
    missing += [] if given & {"IgnoredUID", "IgnoredGID"} else ["IgnoredUID"]
    if missing:
        yield Problem(
            at=(_PROXY, "properties"),
            message=f"the proxyConfiguration lacks {', '.join(missing)}",
            expected=", ".join(missing),
            advice='add {"name": ..., "value": ...} for each',
        )


@rule(
    "task.placement-constraint",
    summary="A placement constraint of a task has an expression; there are at most 10.",
    source=api("TaskDefinitionPlacementConstraint"),
)
def _placement_constraint(task: TaskDefinition) -> Iterator[Problem]:
    for path, constraint in task.each("placementConstraints"):
        if value_at(constraint, "expression") in (None, ""):
            yield Problem(
                at=(*path, "expression"),
                message="this placement constraint has no expression",
                expected="expression",
                advice="write one, such as attribute:ecs.instance-type =~ m7.*",
            )
    count = len(list_at(task.document, "placementConstraints"))
    if count > _MOST_CONSTRAINTS:
        yield Problem(
            at=("placementConstraints",),
            message=f"the task has {count} placement constraints, and AWS takes {_MOST_CONSTRAINTS}",
            found=str(count),
            expected=f"at most {_MOST_CONSTRAINTS}",
            advice="remove some",
        )


PLACING_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _proxy_container,
    _proxy_network,
    _proxy_properties,
    _placement_constraint,
)
