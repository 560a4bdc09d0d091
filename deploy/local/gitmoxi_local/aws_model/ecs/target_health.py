"""What a load balancer knows of the tasks behind its target groups.

Elastic Load Balancing, API_TargetHealth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gitmoxi_local.aws_model.ecs import health_notices
from gitmoxi_local.aws_model.ecs.state import Region, Task
from gitmoxi_local.aws_model.ecs.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A task behind a target group, for the load balancer and its traffic.

    ``state`` is initial, healthy, unhealthy or draining; ``reason`` and ``description`` say why
    it is not healthy, both empty if it is.
    """

    target_group: str
    task_arn: str
    service: str
    task_definition: str
    image: str
    address: str
    port: int
    zone: str
    state: str
    reason: str = ""
    description: str = ""

    @property
    def healthy(self) -> bool:
        """Whether it gets traffic."""
        return self.state == "healthy"


def of_group(world: World, region: Region, target_group: str) -> list[Target]:
    """The registered and the draining targets of a target group, oldest first."""
    tasks = (region.tasks[arn] for service in region.services.values() for arn in service.tasks)
    return [
        target
        for task in tasks
        for target in _targets(world, region, task)
        if target.target_group == target_group
    ]


def _targets(world: World, region: Region, task: Task) -> Iterator[Target]:
    service = region.services[task.service or ""]
    deployment = next((one for one in service.deployments if one.id == task.deployment), None)
    if task.last_status not in {"RUNNING", "DEACTIVATING"} or deployment is None:
        return
    images = {container.name: container.image for container in task.containers}
    state, reason, description = _health(world, task)
    for pair in service.revisions[deployment.revision].fields["loadBalancers"]:
        if "targetGroupArn" in pair:
            yield Target(
                target_group=pair["targetGroupArn"],
                task_arn=task.arn,
                service=service.name,
                task_definition=task.definition,
                image=images[pair["containerName"]],
                address=task.address,
                port=pair["containerPort"],
                zone=task.fields["availabilityZone"],
                state=state,
                reason=reason,
                description=description,
            )


def _health(world: World, task: Task) -> tuple[str, str, str]:
    if task.last_status == "DEACTIVATING":
        return "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"
    if task.failing and world.now() >= _fails_from(world, task):
        return "unhealthy", _code(task), health_notices.reason(task)
    if not task.healthy:
        return "initial", "Elb.InitialHealthChecking", "Initial health checks in progress"
    return "healthy", "", ""


def _fails_from(world: World, task: Task) -> datetime:
    return task.times["startedAt"] + timedelta(seconds=max(task.fate_after, world.speeds.settling))


def _code(task: Task) -> str:
    if task.fate == "unreachable":
        return "Target.Timeout"
    return "Target.ResponseCodeMismatch" if task.fate_http else "Target.FailedHealthChecks"
