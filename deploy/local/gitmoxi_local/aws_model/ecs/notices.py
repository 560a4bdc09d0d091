"""What ECS tells: events on the default bus and the messages in a service's event list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gitmoxi_local.aws_model.base import AwsEvent
from gitmoxi_local.aws_model.ecs import views
from gitmoxi_local.aws_model.ecs.state import Deployment, Doc, Region, Service, Task
from gitmoxi_local.aws_model.ecs.world import World

_KEPT_MESSAGES = 100
"""DescribeServices shows the last 100 events (API_Service)."""


def task_changed(world: World, region: Region, task: Task) -> None:
    """Send "ECS Task State Change" (Developer Guide, "Amazon ECS task state change events")."""
    detail = {**views.task(task), "updatedAt": world.now()}
    _send(world, region, "ECS Task State Change", task.arn, detail)


def service_action(
    world: World, region: Region, service: Service, name: str, reason: str | None = None
) -> None:
    """Send "ECS Service Action"; the kind follows from the name ("Amazon ECS service action events")."""
    kind = {"SERVICE_TASK_START_IMPAIRED": "WARN", "SERVICE_TASK_PLACEMENT_FAILURE": "ERROR"}.get(
        name, "INFO"
    )
    detail: Doc = {
        "eventType": kind,
        "eventName": name,
        "clusterArn": service.cluster_arn,
        "createdAt": world.now(),
    }
    if reason is not None:
        detail["reason"] = reason
    _send(world, region, "ECS Service Action", service.arn, detail)


def deployment_changed(world: World, region: Region, service: Service, deployment: Deployment) -> None:
    """Send "ECS Deployment State Change" for the deployment's rollout state.

    It carries the deployment's id and the service's ARN, not the service deployment's
    (Developer Guide, "Amazon ECS service deployment state change events").
    """
    detail = {
        "eventType": "ERROR" if deployment.rollout_state == "FAILED" else "INFO",
        "eventName": f"SERVICE_DEPLOYMENT_{deployment.rollout_state}",
        "deploymentId": deployment.id,
        "updatedAt": deployment.updated_at,
        "reason": deployment.rollout_reason,
    }
    _send(world, region, "ECS Deployment State Change", service.arn, detail)


def say(world: World, service: Service, text: str) -> None:
    """Add a message to the service's events, newest first ("Amazon ECS service event messages")."""
    message = f"(service {service.name}) {text}"
    service.events.insert(0, {"id": world.uuid(), "createdAt": world.now(), "message": message})
    del service.events[_KEPT_MESSAGES:]


def say_tasks(world: World, service: Service, verb: str, tasks: list[Task]) -> None:
    """Add the message that names tasks which were started or stopped."""
    names = " ".join(f"(task {task.id})" for task in tasks)
    say(world, service, f"has {verb} tasks: {names}.")


def _send(world: World, region: Region, detail_type: str, resource: str, detail: Doc) -> None:
    event = AwsEvent(
        source="aws.ecs",
        detail_type=detail_type,
        detail=_wire(detail),
        resources=(resource,),
        time=world.now(),
        account=region.account,
        region=region.region,
    )
    world.emit(event)


def _wire(value: Any) -> Any:
    """Events are JSON: moments become ISO 8601 strings with milliseconds, as AWS sends them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: _wire(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_wire(entry) for entry in value]
    return value
