"""The life cycle of a task after its start (Developer Guide, "Amazon ECS task lifecycle")."""

from __future__ import annotations

from enum import Enum

from gitmoxi_local.aws_model.ecs import notices
from gitmoxi_local.aws_model.ecs.state import Region, Task
from gitmoxi_local.aws_model.ecs.world import World


class Step(Enum):
    """What a step of a task means to the one who started it."""

    MOVED = "moved"
    HEALTHY = "healthy"
    FAILED = "failed"


def step(world: World, region: Region, task: Task) -> Step:
    """Carry out the change of ``task`` that is due now, and plan the next one."""
    if not task.wanted:
        _descend(world, region, task)
        return Step.MOVED
    if task.last_status == "RUNNING":
        return _live(world, region, task)
    if task.last_status == "PENDING" and "pullStartedAt" in task.times:
        return _pulled(world, region, task)
    if task.last_status == "ACTIVATING":
        _run(world, region, task)
        return Step.MOVED
    _pull(world, region, task)
    return Step.MOVED


def stop(world: World, region: Region, task: Task, *, code: str, reason: str) -> None:
    """Ask a task to stop; its containers end well and it goes through the stopping states."""
    if not task.wanted:
        return
    for container in task.containers:
        if task.last_status == "RUNNING" and container.exit_code is None:
            container.exit_code = 0
    task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = code, reason
    task.times["stoppingAt"] = world.now()
    _descend(world, region, task)


def _pull(world: World, region: Region, task: Task) -> None:
    now = world.now()
    task.times |= {"connectivityAt": now, "pullStartedAt": now}
    if task.eni:
        high, low = bytes.fromhex(world.ids.hex(4))
        task.address = f"10.0.{high}.{low}"
    extra = task.fate_after if task.fate == "slow_start" else 0.0
    _enter(world, region, task, "PENDING", world.speeds.pending + extra)


def _pulled(world: World, region: Region, task: Task) -> Step:
    task.times["pullStoppedAt"] = world.now()
    if task.fate == "cannot_pull":
        _fail_to_start(world, region, task)
        return Step.FAILED
    if task.target_groups:
        _enter(world, region, task, "ACTIVATING", world.speeds.activating)
    else:
        _run(world, region, task)
    return Step.MOVED


def _fail_to_start(world: World, region: Region, task: Task) -> None:
    """On Fargate the task carries the reason, on EC2 its container ("stopped task errors")."""
    image = task.containers[0].image
    reason = task.fate_message or (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {image}: not found"
    )
    task.containers[0].reason = reason
    shown = reason if task.launch_type == "FARGATE" else "Task failed to start"
    stop(world, region, task, code="TaskFailedToStart", reason=shown)


def _run(world: World, region: Region, task: Task) -> None:
    task.times["startedAt"] = world.now()
    for number, container in enumerate(task.containers):
        container.last_status = "RUNNING"
        container.runtime_id = f"{task.id}-{number}"
    _enter(world, region, task, "RUNNING", _first_verdict(world, task))


def _first_verdict(world: World, task: Task) -> float:
    """Seconds from RUNNING until the task has settled, crashed, or failed its health check."""
    speeds = world.speeds
    if _ends_early(task) and task.fate_after <= speeds.settling:
        return task.fate_after
    if task.failing and not task.fate_after:
        return speeds.health_check + _grace(world, task)
    return speeds.settling


def _grace(world: World, task: Task) -> float:
    return task.grace * world.speeds.grace_scale


def _live(world: World, region: Region, task: Task) -> Step:
    checks_fail = task.failing
    if not _ends_early(task) and not checks_fail:
        _settle(task)
        return Step.HEALTHY
    settles_first = task.fate_after > (0.0 if checks_fail else world.speeds.settling)
    if settles_first and not task.healthy:
        _settle(task)
        end = max(task.fate_after, _grace(world, task)) if checks_fail else task.fate_after
        world.schedule(region.place, task, world.later(max(0.0, end - world.speeds.settling)))
        return Step.HEALTHY
    if checks_fail:
        _fail_health_check(world, region, task)
    elif task.fate == "interrupted":
        # Developer Guide, "Fargate Spot termination notices".
        stop(world, region, task, code="SpotInterruption", reason="Your Spot Task was interrupted.")
    else:
        _crash(world, region, task)
    return Step.FAILED


def _ends_early(task: Task) -> bool:
    """Whether something else than a health check or ECS itself will end it."""
    on_spot = task.fields.get("capacityProviderName") == "FARGATE_SPOT"
    return task.fate == "crash" or (task.fate == "interrupted" and on_spot)


def _settle(task: Task) -> None:
    task.healthy = True
    if any(container.checked for container in task.containers):
        task.health = "HEALTHY"


def _crash(world: World, region: Region, task: Task) -> None:
    essential = next(container for container in task.containers if container.essential)
    essential.exit_code = task.fate_code
    essential.reason = task.fate_message or None
    stop(world, region, task, code="EssentialContainerExited", reason="Essential container in task exited")


def _fail_health_check(world: World, region: Region, task: Task) -> None:
    if task.checks == "elb":
        reason = f"Task failed ELB health checks in (target-group {task.target_groups[0]})"
    else:
        task.health = "UNHEALTHY"
        reason = "Task failed container health checks"
    stop(world, region, task, code="ServiceSchedulerInitiated", reason=reason)


def _descend(world: World, region: Region, task: Task) -> None:
    """Enter the next of the stopping states that this task has."""
    speeds = world.speeds
    if task.last_status == "RUNNING" and task.target_groups:
        _enter(world, region, task, "DEACTIVATING", speeds.deactivating)
    elif task.last_status not in {"STOPPING", "DEPROVISIONING"}:
        _enter(world, region, task, "STOPPING", speeds.stopping)
    elif task.last_status == "STOPPING" and task.eni:
        task.times["executionStoppedAt"] = world.now()
        _enter(world, region, task, "DEPROVISIONING", speeds.deprovisioning)
    else:
        _stopped(world, region, task)


def _stopped(world: World, region: Region, task: Task) -> None:
    task.times.setdefault("executionStoppedAt", world.now())
    task.times["stoppedAt"] = world.now()
    for container in task.containers:
        container.last_status = "STOPPED"
    _enter(world, region, task, "STOPPED", world.speeds.remembered)


def _enter(world: World, region: Region, task: Task, status: str, seconds: float) -> None:
    changed = task.last_status != status
    task.last_status = status
    world.schedule(region.place, task, world.later(seconds))
    if changed:
        task.version += 1
        notices.task_changed(world, region, task)
