"""The documents that the describing operations answer with."""

from __future__ import annotations

from typing import Any

from gitmoxi_local.aws_model.ecs.state import (
    Cluster,
    Container,
    Deployment,
    Doc,
    Region,
    RevisionCount,
    Service,
    Task,
)

FARGATE_LATEST = "1.4.0"
"""What platform version LATEST means for Linux (Developer Guide, "Fargate Linux platform versions")."""

DEPLOYMENT_FIELDS = (
    "capacityProviderStrategy",
    "launchType",
    "platformFamily",
    "networkConfiguration",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
"""What a deployment shows of its revision."""

_SERVICE_FIELDS = (
    "taskDefinition",
    "loadBalancers",
    "serviceRegistries",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "platformFamily",
    "networkConfiguration",
)


def present(**members: Any) -> Doc:
    """The members that have a value: AWS leaves the others out."""
    return {name: value for name, value in members.items() if value is not None}


def picked(fields: Doc, names: tuple[str, ...]) -> Doc:
    """Those of ``names`` that ``fields`` has."""
    return {name: fields[name] for name in names if name in fields}


def platform_version(fields: Doc) -> Doc:
    """The platform version that tasks really get."""
    asked = fields.get("platformVersion")
    return present(platformVersion=FARGATE_LATEST if asked == "LATEST" else asked)


def cluster(region: Region, entry: Cluster, include: list[str]) -> Doc:
    """API_Cluster."""
    tasks = [task for task in region.tasks.values() if task.cluster_arn == entry.arn]
    services = [s for s in region.services.values() if s.cluster_arn == entry.arn]
    document: Doc = {
        "clusterArn": entry.arn,
        "clusterName": entry.name,
        "status": entry.status,
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": sum(task.last_status == "RUNNING" for task in tasks),
        "pendingTasksCount": sum(is_pending(task) for task in tasks),
        "activeServicesCount": sum(service.status == "ACTIVE" for service in services),
        "statistics": [],
        "tags": entry.tags if "TAGS" in include else [],
        "settings": [],
        "capacityProviders": [],
        "defaultCapacityProviderStrategy": [],
    }
    shown = {"settings": "SETTINGS", "configuration": "CONFIGURATIONS"}
    return document | {
        name: value for name, value in entry.fields.items() if name not in shown or shown[name] in include
    }


def is_pending(task: Task) -> bool:
    """Whether it counts as pending: wanted, and not RUNNING yet."""
    return task.wanted and task.last_status != "RUNNING"


def service(region: Region, entry: Service, *, tags: bool) -> Doc:
    """API_Service; without ``tags`` unless the caller includes TAGS."""
    tasks = region.tasks_of(entry)
    document: Doc = {
        "serviceArn": entry.arn,
        "serviceName": entry.name,
        "clusterArn": entry.cluster_arn,
        "status": entry.status,
        "runningCount": sum(task.last_status == "RUNNING" for task in tasks),
        "pendingCount": sum(is_pending(task) for task in tasks),
        "deployments": [deployment(entry, one, tasks) for one in entry.deployments],
        "events": list(entry.events),
        "createdAt": entry.created_at,
        "createdBy": entry.created_by,
        **entry.fields,
    }
    if entry.revision is not None:
        document |= picked(entry.revisions[entry.revision].fields, _SERVICE_FIELDS)
        document["currentServiceRevisions"] = _current_revisions(entry, tasks)
    if entry.current is not None:
        document["currentServiceDeployment"] = entry.current.arn
    if tags and entry.tags:
        document["tags"] = entry.tags
    return document


def deployment(entry: Service, one: Deployment, tasks: list[Task]) -> Doc:
    """API_Deployment."""
    own = [task for task in tasks if task.deployment == one.id]
    fields = entry.revisions[one.revision].fields
    return {
        "id": one.id,
        "status": one.status,
        "taskDefinition": fields["taskDefinition"],
        "desiredCount": entry.desired if one.status == "PRIMARY" else sum(task.wanted for task in own),
        "pendingCount": sum(is_pending(task) for task in own),
        "runningCount": sum(task.last_status == "RUNNING" for task in own),
        "failedTasks": one.failed_tasks,
        "createdAt": one.created_at,
        "updatedAt": one.updated_at,
        **picked(fields, DEPLOYMENT_FIELDS),
        **platform_version(fields),
        "rolloutState": one.rollout_state,
        "rolloutStateReason": one.rollout_reason,
    }


def count(entry: Service, tasks: list[Task], revision: str) -> RevisionCount:
    """How many tasks of ``revision`` there are now."""
    ids = {one.id for one in entry.deployments if one.revision == revision}
    own = [task for task in tasks if task.deployment in ids]
    is_primary = entry.primary is not None and entry.primary.revision == revision
    return RevisionCount(
        arn=revision,
        requested=entry.desired if is_primary else sum(task.wanted for task in own),
        running=sum(task.last_status == "RUNNING" for task in own),
        pending=sum(is_pending(task) for task in own),
    )


def task(entry: Task, *, tags: bool = False) -> Doc:
    """API_Task."""
    return present(
        attachments=_attachments(entry),
        attributes=[{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        clusterArn=entry.cluster_arn,
        connectivity="CONNECTED" if "connectivityAt" in entry.times else None,
        containers=[_container(entry, container) for container in entry.containers],
        desiredStatus=entry.desired_status,
        group=entry.group,
        healthStatus=entry.health,
        lastStatus=entry.last_status,
        launchType=entry.launch_type,
        startedBy=entry.started_by,
        stopCode=entry.stop_code,
        stoppedReason=entry.stopped_reason,
        tags=entry.tags if tags else [],
        taskArn=entry.arn,
        taskDefinitionArn=entry.definition,
        version=entry.version,
        **entry.fields,
        **entry.times,
    )


def _container(owner: Task, entry: Container) -> Doc:
    interface = {"attachmentId": owner.id, "privateIpv4Address": owner.address}
    return present(
        containerArn=entry.arn,
        taskArn=owner.arn,
        name=entry.name,
        image=entry.image,
        runtimeId=entry.runtime_id,
        lastStatus=entry.last_status,
        exitCode=entry.exit_code,
        reason=entry.reason,
        networkBindings=[],
        networkInterfaces=[interface] if owner.eni and owner.address else [],
        healthStatus=owner.health if entry.checked else "UNKNOWN",
        cpu=entry.cpu,
        memory=entry.memory,
    )


def _attachments(entry: Task) -> list[Doc]:
    if not entry.eni:
        return []
    status = "ATTACHED" if entry.address else "PRECREATED"
    if entry.last_status == "STOPPED":
        status = "DELETED"
    address = [{"name": "privateIPv4Address", "value": entry.address}] if entry.address else []
    return [{"id": entry.id, "type": "ElasticNetworkInterface", "status": status, "details": address}]


def _current_revisions(entry: Service, tasks: list[Task]) -> list[Doc]:
    arns = dict.fromkeys(one.revision for one in entry.deployments)
    return [revision_count(count(entry, tasks, arn)) for arn in arns]


def revision_count(entry: RevisionCount) -> Doc:
    """API_ServiceRevisionSummary."""
    return {
        "arn": entry.arn,
        "requestedTaskCount": entry.requested,
        "runningTaskCount": entry.running,
        "pendingTaskCount": entry.pending,
    }
