"""Failure detection during a rolling deployment: the circuit breaker and CloudWatch alarms."""

from __future__ import annotations

from gitmoxi_local.aws_model.ecs import alarm_rules, breaker_rules, notices, rollout
from gitmoxi_local.aws_model.ecs.state import Deployment, Doc, Region, Service
from gitmoxi_local.aws_model.ecs.world import World

_BREAKER_REASON = "Service deployment rolled back because the circuit breaker threshold was exceeded."
_BREAKER_STOPPED = "Service deployment stopped because the circuit breaker threshold was exceeded."
_ALARM_REASON = "Service deployment rolled back because an alarm was triggered."
_ALARM_STOPPED = "Service deployment stopped because an alarm was triggered."


def resets(service: Service) -> bool:
    """Whether a healthy task sets the count of failed tasks to zero."""
    return breaker_rules.resets(_configuration(service))


def task_failed(world: World, region: Region, service: Service, deployment: Deployment) -> None:
    """Count a failed task, and trip the breaker once the threshold is reached."""
    entry = service.service_deployment(deployment.service_deployment)
    configuration = _configuration(service)
    if entry.status != "ROLLBACK_IN_PROGRESS":
        entry.failures = max(entry.failures, deployment.failed_tasks)
    limit = max(1, breaker_rules.threshold(configuration, service.desired))
    if not breaker_rules.enabled(configuration) or deployment.failed_tasks < limit:
        return
    entry.breaker_status = "TRIGGERED"
    deployment.rollout_reason = "ECS deployment circuit breaker: tasks failed to start."
    _fail(world, region, service, deployment, "tasks failed to start")
    if entry.status == "ROLLBACK_IN_PROGRESS":
        rollout.finish(world, region, service, entry, "ROLLBACK_FAILED", entry.status_reason)
    elif breaker_rules.rolls_back(configuration) and service.completed is not None:
        rollout.roll_back(world, region, service, _BREAKER_REASON, "ECS deployment circuit breaker")
    else:
        rollout.finish(world, region, service, entry, "STOPPED", _BREAKER_STOPPED)


def alarm_fired(world: World, region: Region, service: Service, alarm: str) -> None:
    """Fail the running deployment if it watches ``alarm`` (API_DeploymentAlarms).

    Its bake time counts. An alarm that is red already when the deployment starts makes AWS
    ignore all alarms for that deployment.
    """
    entry, primary = service.current, service.primary
    if entry is None or primary is None or entry.status != "IN_PROGRESS" or not entry.watches_alarms:
        return
    if alarm not in alarm_rules.names(entry.configuration):
        return
    entry.triggered_alarms.append(alarm)
    primary.rollout_reason = "ECS deployment failed: alarm detected."
    _fail(world, region, service, primary, "alarm detected")
    if alarm_rules.rolls_back(entry.configuration) and service.completed is not None:
        rollout.roll_back(world, region, service, _ALARM_REASON, "ECS deployment alarms")
    else:
        rollout.finish(world, region, service, entry, "STOPPED", _ALARM_STOPPED)


def _configuration(service: Service) -> Doc:
    configuration: Doc = service.fields["deploymentConfiguration"]
    return configuration


def _fail(world: World, region: Region, service: Service, deployment: Deployment, why: str) -> None:
    deployment.rollout_state, deployment.updated_at = "FAILED", world.now()
    notices.say(world, service, f"(deployment {deployment.id}) deployment failed: {why}.")
    notices.deployment_changed(world, region, service, deployment)
