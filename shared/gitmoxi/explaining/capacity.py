"""Capacity that is missing, or was taken away."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import API_FAILURES, CREATE_SERVICE, SERVICE_EVENTS, SPOT, TASK

_ADD = "Add container instances to the cluster or its capacity provider"

CAPACITY_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="capacity.fargate-unavailable",
        cause="AWS has no capacity for the task in these Availability Zones at the moment.",
        advice=(
            "Retry later, add subnets of other Availability Zones, or set "
            "fallbackCapacityProviderStrategy in "
            "the deployment definition."
        ),
        source=SERVICE_EVENTS,
        says=(("capacity is unavailable",),),
    ),
    Entry(
        id="capacity.spot-interrupted",
        cause="AWS took the Spot capacity of the task back.",
        advice="Nothing is wrong with the deployment: use FARGATE or on-demand instances for a steady base.",
        source=SPOT,
        says=(("spot task was interrupted",), ("spot interruption",)),
    ),
    Entry(
        id="capacity.no-instances",
        cause="The cluster or capacity provider has no container instance.",
        advice=(
            f"{_ADD}, or use FARGATE. Check that the instances' user data names this cluster and that their "
            "role may register them."
        ),
        source=SERVICE_EVENTS,
        says=(("no container instances were found",), ("no container instances in your cluster",)),
    ),
    Entry(
        id="capacity.no-cpu",
        cause="No container instance has enough CPU left for the task.",
        advice=f"{_ADD}, lower cpu in the task definition, or lower maximumPercent of the service.",
        source=SERVICE_EVENTS,
        says=(("insufficient cpu",), ("resource:cpu",)),
    ),
    Entry(
        id="capacity.no-memory",
        cause="No container instance has enough memory left for the task.",
        advice=f"{_ADD}, lower memory in the task definition, or lower maximumPercent of the service.",
        source=SERVICE_EVENTS,
        says=(("insufficient memory",), ("resource:memory",)),
    ),
    Entry(
        id="capacity.no-gpu",
        cause="No container instance has enough GPUs left for the task.",
        advice=f"{_ADD}, of a type with GPUs.",
        source=API_FAILURES,
        says=(("insufficient gpu",), ("resource:gpu",)),
    ),
    Entry(
        id="capacity.no-ports",
        cause="No container instance has the host ports free that the task needs.",
        advice="Use hostPort 0 or the network mode awsvpc, add instances, or lower maximumPercent.",
        source=API_FAILURES,
        says=(("resource:ports",), ("resource:port",)),
    ),
    Entry(
        id="capacity.attribute-missing",
        cause="No container instance has an attribute that the task definition demands.",
        advice=(
            "Compare requiresAttributes of the task definition with the instances' attributes: log drivers, "
            "the agent's version, and a subnet for awsvpc are the usual ones."
        ),
        source=SERVICE_EVENTS,
        says=(("missing an attribute required",), ("required attribute",)),
    ),
    Entry(
        id="capacity.constraint",
        cause="No container instance meets the placement constraints of the service.",
        advice="Check placementConstraints of the service and the task definition.",
        source=API_FAILURES,
        says=(("placement constraint",), ("memberof",)),
    ),
    Entry(
        id="capacity.agent-disconnected",
        cause="The container agent of the instance is not connected to ECS.",
        advice=(
            "Restart it on the instance: `sudo systemctl restart ecs`, and read /var/log/ecs/ecs-agent.log."
        ),
        source=SERVICE_EVENTS,
        says=(('encountered error "agent"',), ("waiting for amazon ecs agent",), ("agent", "disconnected")),
    ),
    Entry(
        id="capacity.provider-unusable",
        cause="A capacity provider of the strategy cannot be used in this cluster.",
        advice=(
            "Add it to the cluster (`aws ecs put-cluster-capacity-providers`), or correct "
            "capacityProviderStrategy in the service definition."
        ),
        source=CREATE_SERVICE,
        says=(
            ("capacity provider", "not found"),
            ("capacity provider", "not associated"),
            ("capacity provider", "not active"),
            ("capacity provider", "does not exist"),
        ),
    ),
    Entry(
        id="capacity.zone-unsupported",
        cause="A subnet of the service may lie in an Availability Zone that Fargate does not serve.",
        advice="Use subnets of Availability Zones that Fargate serves.",
        source=SERVICE_EVENTS,
        says=(("unable to place a task. reason: internal error",),),
    ),
    Entry(
        id="capacity.provisioning-limit",
        cause="The cluster has as many tasks in PROVISIONING as it may have.",
        advice="Wait for them to run, and start services with many tasks one after the other.",
        source=SERVICE_EVENTS,
        says=(("tasks provisioning capacity limit",),),
    ),
    Entry(
        id="capacity.host-gone",
        cause="The container instance of the task went away or is not healthy.",
        advice="Nothing is wrong with the task itself: ECS starts it elsewhere if there is capacity.",
        source=TASK,
        says=(("host ec2",), ("container instance deregistration",), ("infrastructure maintenance",)),
    ),
    Entry(
        id="capacity.not-placed",
        cause="ECS finds no place for a task.",
        advice=f"{_ADD}, or change what the task demands; the reason is in AWS's words.",
        source=SERVICE_EVENTS,
        says=(("unable to place a task",), ("could not launch", "tasks for deployment")),
    ),
)

STOP_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="capacity.spot-interrupted",
        cause="AWS took the Spot capacity of the task back.",
        advice="Nothing is wrong with the deployment: use FARGATE or on-demand instances for a steady base.",
        source=TASK,
        codes=frozenset({"SpotInterruption"}),
    ),
    Entry(
        id="capacity.host-gone",
        cause="The infrastructure under the task went away or is not healthy.",
        advice="Nothing is wrong with the task itself: ECS starts it elsewhere if there is capacity.",
        source=TASK,
        codes=frozenset({"TerminationNotice", "InfrastructureHealth"}),
    ),
    Entry(
        id="task.stopped-by-user",
        cause="Somebody stopped the task.",
        advice="CloudTrail names who called StopTask.",
        source=TASK,
        codes=frozenset({"UserInitiated"}),
        symptom=True,
    ),
)
"""By ``stopCode``, for tasks whose words say no more."""
