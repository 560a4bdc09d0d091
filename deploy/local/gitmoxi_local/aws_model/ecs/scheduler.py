"""The service scheduler: rolling deployments within their limits, replacements, steady state."""

from __future__ import annotations

import math
from datetime import timedelta

from gitmoxi_local.aws_model.ecs import (
    breaker,
    health_notices,
    launching,
    lifecycle,
    notices,
    placement,
    rollout,
    success_rules,
)
from gitmoxi_local.aws_model.ecs.lifecycle import Step
from gitmoxi_local.aws_model.ecs.state import Deployment, Region, Service, Task
from gitmoxi_local.aws_model.ecs.world import World

_IMPAIRED_AFTER = 3
"""Failed starts in a row until the service is said to be impaired; AWS publishes no number."""

_IMPAIRED = (
    "is unable to consistently start tasks successfully. For more information, "
    "see the Troubleshooting section of the Amazon ECS Developer Guide."
)

_BLOCKED = (
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
    "Update the minimumHealthyPercent or maximumPercent value and try again."
)

_TO_STOP_FIRST = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")


def task_stepped(world: World, region: Region, task: Task, step: Step) -> None:
    """React to a task's step: count failures, replace what is missing, finish what is done."""
    service = region.services.get(task.service or "")
    if service is None or task.arn not in service.tasks:
        return
    if task.last_status == "STOPPED":
        service.tasks.remove(task.arn)
    owner = next((one for one in service.deployments if one.id == task.deployment), None)
    if owner is not None and step is Step.FAILED and not task.healthy:
        _failed(world, region, service, owner)
    if owner is not None and step is Step.HEALTHY:
        owner.streak = 0
        if owner.rollout_state == "IN_PROGRESS" and breaker.resets(service):
            owner.failed_tasks = 0
    if step is Step.FAILED:
        health_notices.say_unhealthy(world, service, task)
    health_notices.say_targets(world, service, task)
    reconcile(world, region, service)


def reconcile(world: World, region: Region, service: Service) -> None:
    """Bring the service's tasks nearer to what is wanted; call it after every change."""
    if service.status == "DRAINING":
        _drain(world, region, service)
        return
    primary = service.primary
    if service.status != "ACTIVE" or primary is None:
        return
    rollout.progress(world, region, service)
    primary = service.deployments[0]
    if world.now() < primary.launches_from:
        rollout.wake(world, region, service, primary.launches_from)
    else:
        _launch(world, region, service, primary)
    _retire(world, region, service, service.deployments[0])
    _conclude(world, region, service)
    _say_if_blocked(world, region, service)


def _failed(world: World, region: Region, service: Service, owner: Deployment) -> None:
    owner.streak += 1
    owner.launches_from = world.now() + timedelta(seconds=world.speeds.retry_after(owner.streak))
    if owner.streak == _IMPAIRED_AFTER:
        notices.say(world, service, _IMPAIRED)
        notices.service_action(world, region, service, "SERVICE_TASK_START_IMPAIRED")
    if owner.rollout_state == "IN_PROGRESS" and owner is service.primary:
        owner.failed_tasks += 1
        breaker.task_failed(world, region, service, owner)


def _launch(world: World, region: Region, service: Service, primary: Deployment) -> None:
    """Start tasks of the primary up to the desired count and maximumPercent."""
    if primary.rollout_state == "FAILED":
        return
    wanted = [task for task in region.tasks_of(service) if task.wanted]
    own_tasks = [task for task in wanted if task.deployment == primary.id]
    most = math.floor(service.desired * service.fields["deploymentConfiguration"]["maximumPercent"] / 100)
    number = min(service.desired - len(own_tasks), max(most, service.desired) - len(wanted))
    if number <= 0:
        return
    order = rollout.launch_order(region, service, primary)
    providers = placement.next_providers(order.fields, service.desired, own_tasks)[:number]
    reason = placement.obstacle(world, order.definition)
    if reason is not None:
        _not_placed(world, region, service, primary, [reason])
        return
    placed, shortages = placement.fitting(world, region, providers)
    if placed:
        started = [launching.start(world, region, order, provider) for provider in placed]
        service.tasks += [task.arn for task in started]
        service.steady = False
        notices.say_tasks(world, service, f"started {len(started)}", started)
    if shortages:
        _not_placed(world, region, service, primary, list(shortages.values()))


def _not_placed(
    world: World, region: Region, service: Service, primary: Deployment, reasons: list[str]
) -> None:
    """Something could not be placed: say so, and try again later ("service event messages")."""
    service.steady = False
    for reason in dict.fromkeys(reasons):
        notices.say(world, service, placement.told(reason))
        notices.service_action(world, region, service, "SERVICE_TASK_PLACEMENT_FAILURE", reason)
    _failed(world, region, service, primary)
    rollout.wake(world, region, service, service.deployments[0].launches_from)


def _retire(world: World, region: Region, service: Service, primary: Deployment) -> None:
    """Stop what is too much: surplus of the primary, and older tasks down to minimumHealthyPercent."""
    wanted = [task for task in region.tasks_of(service) if task.wanted]
    own = [task for task in wanted if task.deployment == primary.id]
    surplus = _by_worth(own)[: max(0, len(own) - service.desired)]
    older = [task for task in wanted if task.deployment != primary.id]
    least = math.ceil(
        service.desired * service.fields["deploymentConfiguration"]["minimumHealthyPercent"] / 100
    )
    spare = sum(task.healthy for task in wanted if task not in surplus) - least
    idle = primary.rollout_state == "FAILED" or _status(service) == "PENDING"
    leaving = [] if idle else _dispensable(older, spare)
    stopping = surplus + leaving
    if not stopping:
        return
    for task in stopping:
        reason = f"Scaling activity initiated by (deployment {primary.id})"
        lifecycle.stop(world, region, task, code="ServiceSchedulerInitiated", reason=reason)
    service.steady = False
    notices.say_tasks(world, service, f"stopped {len(stopping)} running", stopping)
    for task in stopping:
        health_notices.say_targets(world, service, task)


def _by_worth(tasks: list[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (task.healthy, _TO_STOP_FIRST.index(task.last_status)))


def _dispensable(older: list[Task], spare: int) -> list[Task]:
    """Those of the older tasks that may go: all that are not healthy, and ``spare`` healthy ones."""
    unhealthy = [task for task in older if not task.healthy]
    healthy = [task for task in older if task.healthy]
    return unhealthy + healthy[: max(0, spare)]


def _conclude(world: World, region: Region, service: Service) -> None:
    """Complete the deployment and announce the steady state once everything is as wanted."""
    primary = service.deployments[0]
    tasks = region.tasks_of(service)
    ids = {task.deployment for task in tasks}
    service.deployments = [one for one in service.deployments if one is primary or one.id in ids]
    as_wanted = len(tasks) == service.desired and all(task.healthy and task.wanted for task in tasks)
    waiting = world.now() < primary.launches_from
    settled = as_wanted and len(service.deployments) == 1 and not waiting
    if primary.rollout_state == "FAILED" or _status(service) in {"STOP_REQUESTED", "ROLLBACK_REQUESTED"}:
        return
    entry = service.service_deployment(primary.service_deployment)
    succeeded = settled or _succeeds_early(service, primary, tasks)
    if succeeded and primary.rollout_state == "IN_PROGRESS" and rollout.baked(world, region, service, entry):
        rollout.complete(world, region, service, primary)
    if service.steady or not settled:
        return
    service.steady = True
    notices.say(world, service, "has reached a steady state.")
    notices.service_action(world, region, service, "SERVICE_STEADY_STATE")


def _succeeds_early(service: Service, primary: Deployment, tasks: list[Task]) -> bool:
    own = [task for task in tasks if task.deployment == primary.id]
    return _status(service) == "IN_PROGRESS" and success_rules.early(
        service.fields["deploymentConfiguration"],
        desired=service.desired,
        healthy=sum(task.healthy and task.wanted for task in own),
        older=len(tasks) - len(own),
    )


def _say_if_blocked(world: World, region: Region, service: Service) -> None:
    """Say once that minimumHealthyPercent and maximumPercent leave no room for a next step."""
    primary = service.deployments[0]
    tasks = region.tasks_of(service)
    replacing = any(task.deployment != primary.id for task in tasks)
    at_rest = all(task.healthy and task.wanted for task in tasks)
    ready = (
        _status(service) in {"IN_PROGRESS", "ROLLBACK_IN_PROGRESS"} and world.now() >= primary.launches_from
    )
    if replacing and at_rest and ready and not service.events[0]["message"].endswith(_BLOCKED):
        notices.say(world, service, _BLOCKED)


def _status(service: Service) -> str:
    return service.current.status if service.current is not None else ""


def _drain(world: World, region: Region, service: Service) -> None:
    """Stop everything; INACTIVE once all tasks are STOPPING or STOPPED (API_DeleteService)."""
    tasks = region.tasks_of(service)
    for task in tasks:
        reason = "Scaling activity initiated by the deletion of the service"
        if service.deployments:
            reason = f"Scaling activity initiated by (deployment {service.deployments[0].id})"
        lifecycle.stop(world, region, task, code="ServiceSchedulerInitiated", reason=reason)
    if all(task.last_status in {"STOPPING", "DEPROVISIONING"} for task in tasks):
        service.status = "INACTIVE"
        service.deployments = []
        service.service_deployments = []
        world.schedule(region.place, service, world.later(world.speeds.remembered))
