"""CreateService, UpdateService and DeleteService."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.ecs import (
    arns,
    clusters,
    errors,
    rollout,
    scheduler,
    service_fields,
    service_rules,
    tags,
    task_definitions,
    views,
)
from gitmoxi_local.aws_model.ecs.state import Cluster, Doc, Region, Service, Token
from gitmoxi_local.aws_model.ecs.world import World

_MOST_DEPLOYMENTS = 5
"""Deployments of one service at once, drained ones included."""


def named(region: Region, cluster: Cluster, identifier: str) -> Service:
    """The service with this name or ARN, whatever its status.

    Raises:
        AwsError: ServiceNotFoundException.
    """
    name = arns.within(cluster.name, identifier, "service")
    service = region.services.get(arns.build(region.place, f"service/{cluster.name}/{name}"))
    if service is None:
        raise errors.service_not_found()
    return service


def create(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_CreateService.

    The same ``clientToken`` with the same parameters returns the service that it created, as it
    is now. An ACTIVE service of that name is returned if it is configured as the call asks.
    """
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    service_rules.check_create(params)
    tags.check(params.get("tags", []))
    request = {name: value for name, value in params.items() if name != "clientToken"}
    key = f"{cluster.name}/{params.get('clientToken', '')}"
    repeated = _repeated(region, key, request)
    if repeated is None:
        fields = service_fields.of_service(region.place, params)
        revision = _revision_of_new(region, cluster, params)
        service = _existing(region, cluster, fields, revision, params) or _created(
            world, region, cluster, fields, revision, params, context
        )
    else:
        service = repeated
    if "clientToken" in params:
        region.tokens[key] = Token(service=service.arn, request=request)
    return {"service": views.service(region, service, tags=True)}


def update(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_UpdateService: what is left out is kept.

    A service deployment starts if what tasks are made of changes, or with
    ``forceNewDeployment``; other fields just change.
    """
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    service = named(region, cluster, params["service"])
    if service.status != "ACTIVE":
        raise errors.service_not_active()
    fields = _updated_fields(service, params)
    revision = _updated_revision(region, cluster, service, params)
    old = service.fields
    service.fields = fields
    if revision is not None:
        rollout.begin(world, region, service, revision)
    elif service.current is not None and service.current.live:
        _follow(service, fields)
    if fields["desiredCount"] != old["desiredCount"]:
        service.steady = False
    scheduler.reconcile(world, region, service)
    return {"service": views.service(region, service, tags=True)}


def delete(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DeleteService: DRAINING until its tasks are stopping, then INACTIVE."""
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    service = named(region, cluster, params["service"])
    if service.status == "INACTIVE":
        raise errors.service_not_found()
    if service.status == "ACTIVE":
        _check_deletable(service, force=params.get("force", False))
        service.status = "DRAINING"
        service.fields = service.fields | {"desiredCount": 0}
        rollout.wake(world, region, service, world.later(world.speeds.deployment_start))
    return {"service": views.service(region, service, tags=True)}


def _check_deletable(service: Service, *, force: bool) -> None:
    if force or service.fields["schedulingStrategy"] == "DAEMON":
        return
    if service.desired > 0:
        raise errors.invalid("The service cannot be stopped while it is scaled above 0.")
    if len(service.deployments) > 1:
        raise errors.invalid("The service cannot be stopped while deployments are active.")


def _repeated(region: Region, key: str, request: Doc) -> Service | None:
    """The service that the same call created before, if it is still there."""
    token = region.tokens.get(key)
    if token is None:
        return None
    service = region.services.get(token.service)
    if service is None or service.status != "ACTIVE":
        return None
    if token.request != request:
        raise errors.invalid("Creation of service was not idempotent.")
    return service


def _revision_of_new(region: Region, cluster: Cluster, params: Mapping[str, Any]) -> Doc | None:
    """What the tasks will be made of; None for EXTERNAL, where task sets say it."""
    if params.get("deploymentController", {}).get("type") == "EXTERNAL":
        return None
    definition = task_definitions.usable(region, params["taskDefinition"])
    revision = service_fields.of_revision(cluster, definition, params)
    service_rules.check_revision(cluster, definition, revision)
    return revision


def _existing(
    region: Region, cluster: Cluster, fields: Doc, revision: Doc | None, params: Mapping[str, Any]
) -> Service | None:
    service = region.services.get(arns.build(region.place, f"service/{cluster.name}/{params['serviceName']}"))
    if service is None or service.status == "INACTIVE":
        return None
    if service.status == "DRAINING":
        raise errors.invalid("Unable to Start a service that is still Draining.")
    known = service.revisions[service.revision].fields if service.revision else None
    if (service.fields, known) != (fields, revision):
        raise errors.invalid("Creation of service was not idempotent.")
    return service


def _created(
    world: World,
    region: Region,
    cluster: Cluster,
    fields: Doc,
    revision: Doc | None,
    params: Mapping[str, Any],
    context: CallContext,
) -> Service:
    service = Service(
        arn=arns.build(region.place, f"service/{cluster.name}/{params['serviceName']}"),
        name=params["serviceName"],
        cluster=cluster.name,
        cluster_arn=cluster.arn,
        fields=fields,
        created_at=world.now(),
        created_by=f"arn:aws:iam::{context.account}:user/{context.caller}",
        tags=params.get("tags", []),
    )
    region.services[service.arn] = service
    if revision is not None:
        rollout.begin(world, region, service, revision)
    return service


def _updated_fields(service: Service, params: Mapping[str, Any]) -> Doc:
    controller = params.get("deploymentController", service.fields["deploymentController"])
    if controller != service.fields["deploymentController"]:
        raise errors.not_modelled("a change of the deployment controller")
    service_rules.check_desired_count(params.get("desiredCount", 0))
    fields = service_fields.of_service_updated(service.fields, params)
    service_rules.check_deployment_configuration(fields["deploymentConfiguration"])
    return fields


def _updated_revision(
    region: Region, cluster: Cluster, service: Service, params: Mapping[str, Any]
) -> Doc | None:
    """What the tasks will be made of, or None if no service deployment starts."""
    if service.revision is None:
        return None
    old = service.revisions[service.revision].fields
    if "taskDefinition" in params:
        definition = task_definitions.usable(region, params["taskDefinition"])
    else:
        definition = region.task_definition(old["taskDefinition"])
    new = service_fields.of_revision_updated(cluster, definition, old, params)
    forced = params.get("forceNewDeployment", False)
    if new.get("capacityProviderStrategy") != old.get("capacityProviderStrategy") and not forced:
        raise errors.invalid(
            "When switching from launch type to capacity provider strategy on an existing service, or "
            "making a change to a capacity provider strategy on a service that is already using one, "
            "you must force a new deployment."
        )
    if new == old and not forced:
        return None
    service_rules.check_revision(cluster, definition, new)
    if len(service.deployments) >= _MOST_DEPLOYMENTS:
        raise errors.invalid(
            f"{len(service.deployments)} deployments exist on the service. Unable to create new deployment "
            "since this exceeds the maximum limit."
        )
    return new


def _follow(service: Service, fields: Doc) -> None:
    """A deployment configuration that changes during a service deployment applies to it at once."""
    entry = service.service_deployments[0]
    entry.configuration = fields["deploymentConfiguration"]
    if entry.breaker_status != "TRIGGERED":
        rollout.watch(entry)
