"""A service's deployments: how they begin, are superseded, rolled back and completed."""

from __future__ import annotations

from datetime import datetime, timedelta

from gitmoxi_local.aws_model.ecs import alarm_rules, arns, notices, views
from gitmoxi_local.aws_model.ecs.launching import Launch
from gitmoxi_local.aws_model.ecs.state import (
    Deployment,
    Doc,
    Region,
    Revision,
    RevisionCount,
    Rollback,
    Service,
    ServiceDeployment,
    TaskDefinition,
)
from gitmoxi_local.aws_model.ecs.world import World

_SUPERSEDED = "Service deployment stopped by a newer service deployment."


def begin(world: World, region: Region, service: Service, fields: Doc) -> None:
    """Make a service revision of ``fields`` and start the service deployment that brings it.

    A service deployment that is still going on is stopped: a newer update supersedes it
    (Developer Guide, "View service history using Amazon ECS service deployments").
    """
    current = service.current
    if current is not None and current.live:
        finish(world, region, service, current, "STOPPED", _SUPERSEDED)
    tasks = region.tasks_of(service)
    sources = [
        views.count(service, tasks, arn) for arn in dict.fromkeys(d.revision for d in service.deployments)
    ]
    tail = f"{service.cluster}/{service.name}"
    revision = Revision(
        arn=arns.build(region.place, f"service-revision/{tail}/{world.digits()}"),
        fields=fields,
        created_at=world.now(),
    )
    service.revisions[revision.arn] = revision
    service.revision = revision.arn
    arn = arns.build(region.place, f"service-deployment/{tail}/{world.ids.hex(22)}")
    deployment = _new_deployment(world, service, revision.arn, arn)
    target = views.count(service, tasks, revision.arn)
    service.service_deployments.insert(0, _new_service_deployment(world, service, arn, sources, target))
    wake(world, region, service, deployment.launches_from)
    notices.deployment_changed(world, region, service, deployment)


def watch(entry: ServiceDeployment) -> None:
    """Let the breaker's status follow the configuration (API_ServiceDeploymentCircuitBreaker)."""
    breaker = entry.configuration.get("deploymentCircuitBreaker", {})
    entry.breaker_status = "MONITORING" if breaker.get("enable") else "DISABLED"


def wake(world: World, region: Region, service: Service, moment: datetime) -> None:
    """Let the scheduler look at the service at ``moment`` at the latest."""
    if service.due is None or moment < service.due:
        world.schedule(region.place, service, moment)


def progress(world: World, region: Region, service: Service) -> None:
    """Carry out what was requested of the current service deployment, once it is due."""
    entry = service.current
    if entry is None or entry.status not in {"PENDING", "STOP_REQUESTED", "ROLLBACK_REQUESTED"}:
        return
    ripe = entry.updated_at + timedelta(seconds=world.speeds.deployment_start)
    if world.now() < ripe:
        wake(world, region, service, ripe)
    elif entry.status == "PENDING":
        entry.status, entry.started_at, entry.updated_at = "IN_PROGRESS", world.now(), world.now()
        entry.watches_alarms = alarm_rules.may_watch(world.alarms, region.place, entry.configuration)
    elif entry.status == "STOP_REQUESTED":
        _give_up(world, service.deployments[0], "ECS deployment stopped on request.")
        finish(world, region, service, entry, "STOPPED", "Service deployment stopped on request.")
    else:
        _give_up(world, service.deployments[0], "ECS deployment rolled back on request.")
        roll_back(world, region, service, "Service deployment rolled back on request.", "ECS deployment")


def roll_back(world: World, region: Region, service: Service, reason: str, actor: str) -> None:
    """Bring the last completed revision back, or end in ROLLBACK_FAILED if there is none.

    ``actor`` opens the rollout state's reason: what detected the failure.
    """
    entry, failing = service.service_deployments[0], service.deployments[0]
    if service.completed is None or service.completed == failing.revision:
        reason = f"{reason} There is no completed service revision to roll back to."
        finish(world, region, service, entry, "ROLLBACK_FAILED", reason)
        return
    entry.status, entry.status_reason, entry.updated_at = "ROLLBACK_IN_PROGRESS", reason, world.now()
    entry.rollback = Rollback(reason=reason, started_at=world.now(), revision=service.completed)
    service.revision = service.completed
    kept = next((one for one in service.deployments if one.revision == service.completed), None)
    target = kept or _new_deployment(world, service, service.completed, entry.arn)
    if kept is not None:
        _promote(service, kept)
    target.service_deployment = entry.arn
    target.rollout_state, target.updated_at = "IN_PROGRESS", world.now()
    target.failed_tasks = target.streak = 0
    target.launches_from = world.now()
    target.rollout_reason = f"{actor}: rolling back to deploymentId {target.id}."
    notices.say(world, service, f"rolling back to deployment {target.id}.")
    notices.deployment_changed(world, region, service, target)
    wake(world, region, service, world.now())


def baked(world: World, region: Region, service: Service, entry: ServiceDeployment) -> bool:
    """Whether the bake time is over; it begins when the service first reaches its steady state."""
    seconds = alarm_rules.bake_seconds(world.speeds, entry)
    if entry.status != "IN_PROGRESS" or not seconds:
        return True
    if entry.bakes_until is None:
        entry.bakes_until = world.later(seconds)
    if world.now() < entry.bakes_until:
        wake(world, region, service, entry.bakes_until)
        return False
    return True


def complete(world: World, region: Region, service: Service, deployment: Deployment) -> None:
    """The deployment has brought the service to a steady state."""
    deployment.rollout_state, deployment.updated_at = "COMPLETED", world.now()
    deployment.rollout_reason = f"ECS deployment {deployment.id} completed."
    service.completed = deployment.revision
    entry = service.service_deployment(deployment.service_deployment)
    if entry.live:
        rolled_back = entry.status == "ROLLBACK_IN_PROGRESS"
        status = "ROLLBACK_SUCCESSFUL" if rolled_back else "SUCCESSFUL"
        finish(world, region, service, entry, status, entry.status_reason)
    notices.say(world, service, f"(deployment {deployment.id}) deployment completed.")
    notices.deployment_changed(world, region, service, deployment)


def finish(
    world: World, region: Region, service: Service, entry: ServiceDeployment, status: str, reason: str | None
) -> None:
    """End a service deployment; its task counts stay as they are now."""
    tasks = region.tasks_of(service)
    entry.sources = [views.count(service, tasks, source.arn) for source in entry.sources]
    entry.target = views.count(service, tasks, entry.target.arn)
    entry.status, entry.status_reason = status, reason
    entry.updated_at = entry.finished_at = world.now()
    if status == "STOPPED":
        entry.stopped_at = world.now()
    if entry.breaker_status == "MONITORING":
        entry.breaker_status = "MONITORING_COMPLETE"


def launch_order(region: Region, service: Service, deployment: Deployment) -> Launch:
    """The order that starts tasks of ``deployment``."""
    revision = service.revisions[deployment.revision]
    definition = region.task_definition(revision.fields["taskDefinition"])
    return Launch(
        cluster=region.clusters[service.cluster],
        definition=definition,
        fields=revision.fields,
        group=f"service:{service.name}",
        tags=_task_tags(service, definition),
        started_by=deployment.id,
        service=service.arn,
        deployment=deployment.id,
        target_groups=revision.target_groups,
        grace=service.fields["healthCheckGracePeriodSeconds"],
        execute_command=service.fields["enableExecuteCommand"],
    )


def _task_tags(service: Service, definition: TaskDefinition) -> list[Doc]:
    """Propagated tags and, if asked for, ECS's own (Developer Guide, "Tagging Amazon ECS resources")."""
    propagated = {"SERVICE": service.tags, "TASK_DEFINITION": definition.tags}
    tags = propagated.get(service.fields["propagateTags"], [])
    if not service.fields["enableECSManagedTags"]:
        return tags
    own = {"aws:ecs:clusterName": service.cluster, "aws:ecs:serviceName": service.name}
    return [*tags, *({"key": key, "value": value} for key, value in own.items())]


def _new_deployment(world: World, service: Service, revision: str, service_deployment: str) -> Deployment:
    name = f"ecs-svc/{world.digits()}"
    deployment = Deployment(
        id=name,
        revision=revision,
        service_deployment=service_deployment,
        created_at=world.now(),
        updated_at=world.now(),
        launches_from=world.later(world.speeds.deployment_start),
        rollout_reason=f"ECS deployment {name} in progress.",
    )
    service.deployments.append(deployment)
    _promote(service, deployment)
    service.steady = False
    return deployment


def _new_service_deployment(
    world: World, service: Service, arn: str, sources: list[RevisionCount], target: RevisionCount
) -> ServiceDeployment:
    entry = ServiceDeployment(
        arn=arn,
        configuration=service.fields["deploymentConfiguration"],
        sources=sources,
        target=target,
        created_at=world.now(),
        updated_at=world.now(),
    )
    watch(entry)
    return entry


def _promote(service: Service, deployment: Deployment) -> None:
    service.deployments.remove(deployment)
    for other in service.deployments:
        other.status = "ACTIVE"
    deployment.status = "PRIMARY"
    service.deployments.insert(0, deployment)


def _give_up(world: World, deployment: Deployment, reason: str) -> None:
    deployment.rollout_state, deployment.rollout_reason = "FAILED", reason
    deployment.updated_at = world.now()
