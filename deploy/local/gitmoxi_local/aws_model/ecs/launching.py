"""Starting a task: what it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitmoxi_local.aws_model.base import ImageFault
from gitmoxi_local.aws_model.ecs import arns, notices, service_fields, views
from gitmoxi_local.aws_model.ecs.state import Cluster, Container, Doc, Region, Task, TaskDefinition
from gitmoxi_local.aws_model.ecs.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """An order to start tasks.

    ``fields`` has the members of a service revision that matter: launchType or
    capacityProviderStrategy, platformVersion, platformFamily. ``grace`` is
    ``healthCheckGracePeriodSeconds`` in AWS's seconds.
    """

    cluster: Cluster
    definition: TaskDefinition
    fields: Doc
    group: str
    tags: list[Doc]
    started_by: str | None = None
    service: str | None = None
    deployment: str | None = None
    target_groups: list[str] = field(default_factory=list)
    grace: float = 0.0
    execute_command: bool = False


def start(world: World, region: Region, launch: Launch, provider: str) -> Task:
    """Create a task on a capacity provider, remember it, plan its first change and tell of it."""
    identifier = world.ids.hex(32)
    document = launch.definition.document
    eni = document.get("networkMode") == "awsvpc"
    task = Task(
        arn=arns.build(region.place, f"task/{launch.cluster.name}/{identifier}"),
        cluster_arn=launch.cluster.arn,
        definition=launch.definition.arn,
        group=launch.group,
        launch_type=service_fields.launch_type(launch.fields),
        fields=_fields(region, launch, identifier, provider),
        containers=_containers(world, region, launch, identifier),
        tags=launch.tags,
        times={"createdAt": world.now()},
        started_by=launch.started_by,
        service=launch.service,
        deployment=launch.deployment,
        eni=eni,
        target_groups=launch.target_groups,
        checks=_checks(launch),
        grace=launch.grace,
        last_status="PROVISIONING" if eni else "PENDING",
    )
    _doom(task, world.fault_of(launch.definition.images))
    region.tasks[task.arn] = task
    world.schedule(region.place, task, world.later(world.speeds.provisioning if eni else 0.0))
    notices.task_changed(world, region, task)
    return task


def _doom(task: Task, fault: ImageFault | None) -> None:
    if fault is not None:
        task.fate, task.fate_after = fault.kind, fault.after_seconds
        task.fate_code, task.fate_http = fault.exit_code, fault.http_code
        task.fate_message, task.fate_log = fault.message, fault.log


def _checks(launch: Launch) -> str:
    """What watches a service's task; one that was run by hand is watched by nobody."""
    if launch.service is None:
        return ""
    if launch.target_groups:
        return "elb"
    containers = launch.definition.document["containerDefinitions"]
    return "container" if any("healthCheck" in container for container in containers) else ""


def _fields(region: Region, launch: Launch, identifier: str, provider: str) -> Doc:
    document = launch.definition.document
    containers = document["containerDefinitions"]
    zone = "abc"[int(identifier[0], 16) % 3]
    fields: Doc = {
        "availabilityZone": f"{region.region}{zone}",
        "cpu": document.get("cpu", str(sum(c["cpu"] for c in containers))),
        "memory": document.get("memory", str(sum(_memory(c) for c in containers))),
        "enableExecuteCommand": launch.execute_command,
        "overrides": {
            "containerOverrides": [{"name": container["name"]} for container in containers],
            "inferenceAcceleratorOverrides": [],
        },
        **views.picked(launch.fields, ("platformFamily",)),
        **views.platform_version(launch.fields),
    }
    if launch.fields.get("capacityProviderStrategy"):
        fields["capacityProviderName"] = provider
    if service_fields.on_fargate(launch.fields):
        # 20 GiB is what Fargate gives without a setting (API_EphemeralStorage).
        fields["ephemeralStorage"] = document.get("ephemeralStorage", {"sizeInGiB": 20})
    return fields


def _memory(container: Doc) -> int:
    return int(container.get("memory") or container.get("memoryReservation") or 0)


def _containers(world: World, region: Region, launch: Launch, identifier: str) -> list[Container]:
    prefix = f"container/{launch.cluster.name}/{identifier}"
    return [
        Container(
            arn=arns.build(region.place, f"{prefix}/{world.uuid()}"),
            name=container["name"],
            image=container["image"],
            essential=container["essential"],
            cpu=str(container["cpu"]),
            memory=str(container["memory"]) if "memory" in container else None,
            checked="healthCheck" in container,
        )
        for container in launch.definition.document["containerDefinitions"]
    ]
