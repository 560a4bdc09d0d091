"""DescribeTasks, ListTasks, StopTask and RunTask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.ecs import (
    arns,
    clusters,
    errors,
    launching,
    lifecycle,
    placement,
    scheduler,
    service_fields,
    service_rules,
    tags,
    task_definitions,
    views,
)
from gitmoxi_local.aws_model.ecs.paging import page
from gitmoxi_local.aws_model.ecs.state import Cluster, Doc, Region, Task
from gitmoxi_local.aws_model.ecs.world import World

_MOST_DESCRIBED = 100
_MOST_RUN = 10


def describe(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DescribeTasks: at most 100; unknown ones are ``failures`` with the reason MISSING."""
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    if not params["tasks"]:
        raise errors.invalid("Tasks cannot be empty.")
    if len(params["tasks"]) > _MOST_DESCRIBED:
        raise errors.invalid("Tasks can have at most 100 items.")
    found, failures = [], []
    for identifier in params["tasks"]:
        arn = _arn(region, cluster, identifier)
        if arn in region.tasks:
            found.append(views.task(region.tasks[arn], tags="TAGS" in params.get("include", [])))
        else:
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"tasks": found, "failures": failures}


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_ListTasks: by default those that shall run; ``startedBy`` allows no other filter."""
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    others = ("family", "serviceName", "launchType", "containerInstance")
    if "startedBy" in params and any(name in params for name in others):
        raise errors.invalid(
            "When startedBy is specified as the filter, it must be the only filter that you use."
        )
    service = params.get("serviceName")
    if service is not None:
        service = arns.within(cluster.name, service, "service")
        if arns.build(region.place, f"service/{cluster.name}/{service}") not in region.services:
            raise errors.service_not_found()
    found = [
        t.arn for t in region.tasks.values() if t.cluster_arn == cluster.arn and _matches(t, params, service)
    ]
    return page("taskArns", found, params)


def stop(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_StopTask: a service's scheduler starts another one."""
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    task = region.tasks.get(_arn(region, cluster, params["task"]))
    if task is None:
        raise errors.invalid("The referenced task was not found.")
    lifecycle.stop(
        world, region, task, code="UserInitiated", reason=params.get("reason", "Task stopped by user")
    )
    service = region.services.get(task.service or "")
    if service is not None:
        service.steady = False
        scheduler.reconcile(world, region, service)
    return {"task": views.task(task)}


def run(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_RunTask: at most ten; placement failures are ``failures``, not errors.

    A clientToken is not remembered: a repeated call runs further tasks.
    """
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    definition = task_definitions.usable(region, params["taskDefinition"])
    count = params.get("count", 1)
    if not 1 <= count <= _MOST_RUN:
        raise errors.invalid("count must be between 1 and 10.")
    tags.check(params.get("tags", []))
    fields = service_fields.of_revision(cluster, definition, params)
    service_rules.check_revision(cluster, definition, fields)
    order = launching.Launch(
        cluster=cluster,
        definition=definition,
        fields=fields,
        group=params.get("group", f"family:{definition.family}"),
        tags=params.get("tags", []),
        started_by=params.get("startedBy"),
        execute_command=params.get("enableExecuteCommand", False),
    )
    started, reasons = _placed(world, region, order, count)
    return {
        "tasks": [views.task(task, tags=True) for task in started],
        "failures": [{"arn": definition.arn, "reason": reason} for reason in reasons],
    }


def _placed(
    world: World, region: Region, order: launching.Launch, count: int
) -> tuple[list[Task], list[str]]:
    """The tasks that found a place, and why each of the others did not."""
    obstacle = placement.obstacle(world, order.definition)
    if obstacle is not None:
        return [], [obstacle] * count
    providers = placement.next_providers(order.fields, count, [])
    placed, shortages = placement.fitting(world, region, providers)
    left = Counter(providers) - Counter(placed)
    started = [launching.start(world, region, order, provider) for provider in placed]
    return started, [shortages[provider] for provider in left.elements()]


def _arn(region: Region, cluster: Cluster, identifier: str) -> str:
    return arns.build(region.place, f"task/{cluster.name}/{arns.within(cluster.name, identifier, 'task')}")


def _matches(task: Task, params: Mapping[str, Any], service: str | None) -> bool:
    family = arns.resource(task.definition).removeprefix("task-definition/").partition(":")[0]
    if "startedBy" in params and task.started_by != params["startedBy"]:
        return False
    return (
        task.desired_status == params.get("desiredStatus", "RUNNING")
        and params.get("family", family) == family
        and params.get("launchType", task.launch_type) == task.launch_type
        and (service is None or task.group == f"service:{service}")
        and "containerInstance" not in params
    )
