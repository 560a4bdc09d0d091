"""The documents about service deployments and service revisions."""

from __future__ import annotations

from gitmoxi_local.aws_model.ecs import alarm_rules, breaker_rules, views
from gitmoxi_local.aws_model.ecs.state import Doc, Region, Revision, Service, ServiceDeployment

_REVISION_FIELDS = (
    *views.DEPLOYMENT_FIELDS,
    "taskDefinition",
    "loadBalancers",
    "serviceRegistries",
    "monitoring",
)


def service_deployment(region: Region, entry: Service, one: ServiceDeployment) -> Doc:
    """API_ServiceDeployment; task counts are live until it has ended, then those of its end."""
    tasks = region.tasks_of(entry) if one.live else []
    live = (lambda kept: views.count(entry, tasks, kept.arn)) if one.live else (lambda kept: kept)
    rollback = one.rollback
    return views.present(
        serviceDeploymentArn=one.arn,
        serviceArn=entry.arn,
        clusterArn=entry.cluster_arn,
        createdAt=one.created_at,
        startedAt=one.started_at,
        finishedAt=one.finished_at,
        stoppedAt=one.stopped_at,
        updatedAt=one.updated_at,
        sourceServiceRevisions=[views.revision_count(live(source)) for source in one.sources],
        targetServiceRevision=views.revision_count(live(one.target)),
        status=one.status,
        statusReason=one.status_reason,
        deploymentConfiguration=one.configuration,
        rollback=None
        if rollback is None
        else {
            "reason": rollback.reason,
            "startedAt": rollback.started_at,
            "serviceRevisionArn": rollback.revision,
        },
        deploymentCircuitBreaker={
            "status": one.breaker_status,
            "failureCount": one.failures,
            "threshold": breaker_rules.threshold(one.configuration, entry.desired),
        },
        alarms=_alarms(one),
    )


def service_deployment_brief(entry: Service, one: ServiceDeployment) -> Doc:
    """API_ServiceDeploymentBrief."""
    return views.present(
        serviceDeploymentArn=one.arn,
        serviceArn=entry.arn,
        clusterArn=entry.cluster_arn,
        startedAt=one.started_at,
        createdAt=one.created_at,
        finishedAt=one.finished_at,
        targetServiceRevisionArn=one.target.arn,
        status=one.status,
        statusReason=one.status_reason,
    )


def service_revision(region: Region, entry: Service, revision: Revision) -> Doc:
    """API_ServiceRevision."""
    definition = region.task_definition(revision.fields["taskDefinition"]).document
    return {
        "serviceRevisionArn": revision.arn,
        "serviceArn": entry.arn,
        "clusterArn": entry.cluster_arn,
        **views.picked(revision.fields, _REVISION_FIELDS),
        **views.platform_version(revision.fields),
        "containerImages": [
            {"containerName": container["name"], "image": container["image"]}
            for container in definition["containerDefinitions"]
        ],
        "guardDutyEnabled": False,
        "createdAt": revision.created_at,
    }


def _alarms(one: ServiceDeployment) -> Doc:
    """API_ServiceDeploymentAlarms; that AWS shows DISABLED for alarms it ignores is unverified."""
    names = alarm_rules.names(one.configuration)
    if not names or not one.watches_alarms:
        return {"status": "DISABLED"}
    status = "TRIGGERED" if one.triggered_alarms else "MONITORING" if one.live else "MONITORING_COMPLETE"
    return {"status": status, "alarmNames": names, "triggeredAlarmNames": one.triggered_alarms}
