"""What an update of an ECS service may cost while it happens: one small rule for each risk.

Sources: API_DeploymentConfiguration, API_PortMapping, API_UpdateService and "Amazon ECS service deployment
parameters" of the Amazon ECS API Reference and Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from math import ceil
from typing import Any, Final

from gitmoxi.domain.deployments import PlannedWarning, Risk
from gitmoxi.planning.documents import MISSING
from gitmoxi.planning.ecs_update import EcsUpdate
from gitmoxi.planning.task_definition_rules import TASK_DEFINITION_RULES

RiskRule = Callable[[EcsUpdate], Iterator[PlannedWarning]]

_PERCENTAGES: Final[Mapping[str, tuple[int, int]]] = {"REPLICA": (100, 200), "DAEMON": (0, 100)}
"""minimumHealthyPercent and maximumPercent where nobody set them (API_DeploymentConfiguration)."""

_WHOLE: Final = 100
"""Percent of the tasks that are wanted."""

_BALANCERS: Final = "loadBalancers"

_PATHS: Final[Mapping[str, str]] = {
    _BALANCERS: "the load balancers change: requests reach the new tasks only if a listener sends them "
    "to the new target groups",
    "networkConfiguration": "the network changes: check that load balancers and clients reach the new tasks "
    "there, and that these reach what they need",
    "serviceRegistries": "service discovery changes: clients find the new tasks where the new registry says",
    "serviceConnectConfiguration": "Service Connect changes: what reaches this service by it, and what it "
    "reaches, follows the new configuration",
    "vpcLatticeConfigurations": "the VPC Lattice target groups change: requests reach the new tasks only if "
    "a Lattice listener sends them there",
}
"""Members that say how requests reach the tasks."""


def ecs_risks(update: EcsUpdate) -> tuple[PlannedWarning, ...]:
    """Every risk of the update, the rules in their order."""
    return tuple(warning for rule in RISK_RULES for warning in rule(update))


def changed_paths(update: EcsUpdate) -> Iterator[PlannedWarning]:
    """How requests reach the service changes."""
    for member, text in _PATHS.items():
        if member in update.changed and not (member == _BALANCERS and _unbalanced(update)):
            yield PlannedWarning(text=text, risk=Risk.DATA_PATH)


def without_load_balancer(update: EcsUpdate) -> Iterator[PlannedWarning]:
    """The last load balancer is taken away."""
    if _unbalanced(update):
        text = "nothing will reach the tasks through a load balancer any more"
        yield PlannedWarning(text=text, risk=Risk.DOWNTIME)


def changed_ports(update: EcsUpdate) -> Iterator[PlannedWarning]:
    """The tasks listen elsewhere, or in another kind of network."""
    places = [difference.path for difference in update.revision.differences]
    ports = {match[1] for place in places if (match := _PORTS.match(place))}
    for container in sorted(ports):
        text = f"the ports of the container {container} change: load balancers and clients have to follow"
        yield PlannedWarning(text=text, risk=Risk.DATA_PATH)
    if "networkMode" in places:
        text = "networkMode changes: the new tasks have other addresses and ports"
        yield PlannedWarning(text=text, risk=Risk.DATA_PATH)


_PORTS: Final = re.compile(r"containerDefinitions\[(.+?)\]\.portMappings")


def scaled_to_nothing(update: EcsUpdate) -> Iterator[PlannedWarning]:
    """All tasks are to stop."""
    for difference in update.differences:
        if difference.path == "desiredCount" and difference.after == 0:
            text = f"desiredCount goes from {difference.before} to 0: every task stops and nothing serves"
            yield PlannedWarning(text=text, risk=Risk.DOWNTIME)


def stopped_before_started(update: EcsUpdate) -> Iterator[PlannedWarning]:
    """ECS may stop every old task before a new one runs."""
    count = _count(update)
    if not _replaces_tasks(update) or count == 0:
        return
    healthy, most = _percentages(update)
    if update.scheduling == "DAEMON":
        if most <= _WHOLE:
            text = "a DAEMON service stops the task of an instance before it starts the new one there"
            yield PlannedWarning(text=text, risk=Risk.DOWNTIME)
        return
    if ceil(count * healthy / _WHOLE) > 0:
        return
    if count * most // _WHOLE <= count:
        text = (
            f"minimumHealthyPercent {healthy} with maximumPercent {most}: ECS stops the old tasks before it "
            "starts new ones"
        )
    else:
        text = f"minimumHealthyPercent {healthy} lets ECS stop every old task before a new one serves"
    yield PlannedWarning(text=text, risk=Risk.DOWNTIME)


def no_room_to_move(update: EcsUpdate) -> Iterator[PlannedWarning]:
    """ECS may neither start nor stop a task: the deployment never gets on."""
    count = _count(update)
    if not _replaces_tasks(update) or count == 0 or update.scheduling == "DAEMON":
        return
    healthy, most = _percentages(update)
    if count * most // _WHOLE <= count <= ceil(count * healthy / _WHOLE):
        text = (
            f"minimumHealthyPercent {healthy} and maximumPercent {most} of {count} leave no room: ECS can "
            "neither start nor stop a task, and the deployment does not get on. Raise maximumPercent"
        )
        yield PlannedWarning(text=text)


def fixed_host_ports(update: EcsUpdate) -> Iterator[PlannedWarning]:
    """Two tasks with the same host port never share an instance."""
    if not update.starts or update.desired.task_definition is None:
        return
    ports = sorted(set(_host_ports(update.desired.task_definition)))
    if ports:
        listed = ", ".join(map(str, ports))
        text = (
            f"host port {listed} is fixed: a new task needs an instance on which no old one holds it, or the "
            "old one has to stop first"
        )
        yield PlannedWarning(text=text, risk=Risk.DOWNTIME)


def removed_parts(update: EcsUpdate) -> Iterator[PlannedWarning]:
    """Containers and volumes that the new tasks do not have."""
    for difference in update.revision.differences:
        match = _PARTS.fullmatch(difference.path)
        if match is not None and difference.after is MISSING:
            kind = "container" if match[1] == "containerDefinitions" else "volume"
            text = f"the {kind} {match[2]} goes away with the old tasks"
            yield PlannedWarning(text=text, risk=Risk.DELETION)


_PARTS: Final = re.compile(r"(containerDefinitions|volumes)\[([^\]]+)\]")

RISK_RULES: Final[tuple[RiskRule, ...]] = (
    changed_paths,
    without_load_balancer,
    changed_ports,
    scaled_to_nothing,
    stopped_before_started,
    no_room_to_move,
    fixed_host_ports,
    removed_parts,
)


def _unbalanced(update: EcsUpdate) -> bool:
    """Whether the service had load balancers and is to have none."""
    return _BALANCERS in update.changed and not update.wanted.get(_BALANCERS)


def _replaces_tasks(update: EcsUpdate) -> bool:
    """Whether running tasks are replaced by ECS's rolling deployment, which the percentages govern."""
    runs = bool(update.live.get("desiredCount"))
    return runs and update.starts and update.strategy == "rolling"


def _count(update: EcsUpdate) -> int:
    wanted = update.wanted.get("desiredCount")
    return int(wanted if wanted is not None else update.live.get("desiredCount") or 0)


def _percentages(update: EcsUpdate) -> tuple[int, int]:
    healthy, most = _PERCENTAGES[update.scheduling]
    configuration: dict[str, Any] = {"minimumHealthyPercent": healthy, "maximumPercent": most}
    for document in (update.live, update.wanted):
        configuration |= document.get("deploymentConfiguration") or {}
    return int(configuration["minimumHealthyPercent"]), int(configuration["maximumPercent"])


def _host_ports(task_definition: Mapping[str, Any]) -> Iterator[int]:
    """The ports of the instance itself that a task takes; in awsvpc mode it has an address of its own."""
    mode = task_definition.get("networkMode") or TASK_DEFINITION_RULES.defaults[""]["networkMode"]
    if mode not in {"bridge", "host"}:
        return
    for container in task_definition.get("containerDefinitions") or ():
        for mapping in container.get("portMappings") or ():
            port = mapping.get("hostPort") or (mapping.get("containerPort") if mode == "host" else None)
            if port:
                yield int(port)
