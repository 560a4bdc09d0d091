"""What a service's events say about targets and health checks.

Developer Guide, "Amazon ECS service event messages" and "Troubleshooting service load balancers".
"""

from __future__ import annotations

from gitmoxi_local.aws_model.ecs import notices
from gitmoxi_local.aws_model.ecs.state import Service, Task
from gitmoxi_local.aws_model.ecs.world import World


def say_targets(world: World, service: Service, task: Task) -> None:
    """Tell that a task's targets are registered, or leave and are drained of their connections."""
    if task.last_status == "RUNNING" and not task.healthy:
        for group in task.target_groups:
            notices.say(world, service, f"registered 1 targets in (target-group {group})")
    elif task.last_status == "DEACTIVATING":
        for group in task.target_groups:
            notices.say(world, service, f"deregistered 1 targets in (target-group {group})")
        notices.say(world, service, "has begun draining connections on 1 tasks.")


def say_unhealthy(world: World, service: Service, task: Task) -> None:
    """Tell which health check made ECS stop a task; nothing if it failed otherwise."""
    if task.stop_code != "ServiceSchedulerInitiated":
        return
    named = f"(task {task.id})"
    if task.checks == "container":
        notices.say(world, service, f"{named} failed container health checks.")
        return
    for group in task.target_groups:
        where = f"(port {_port(service, task, group)}) is unhealthy in (target-group {group})"
        notices.say(world, service, f"{named} {where} due to (reason {reason(task)}).")


def _port(service: Service, task: Task, group: str) -> int:
    revision = next(one.revision for one in service.deployments if one.id == task.deployment)
    pairs = service.revisions[revision].fields["loadBalancers"]
    port: int = next(pair["containerPort"] for pair in pairs if pair.get("targetGroupArn") == group)
    return port


def reason(task: Task) -> str:
    """The description that the load balancer gives (Elastic Load Balancing, API_TargetHealth)."""
    if task.fate == "unreachable":
        return "Request timed out"
    return (
        f"Health checks failed with these codes: [{task.fate_http}]"
        if task.fate_http
        else "Health checks failed"
    )
