"""Service deployments and service revisions: list, describe, stop, continue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import AwsError, CallContext
from gitmoxi_local.aws_model.ecs import arns, clusters, deployment_views, errors, rollout, services
from gitmoxi_local.aws_model.ecs.paging import page
from gitmoxi_local.aws_model.ecs.state import Doc, Region, Service, ServiceDeployment
from gitmoxi_local.aws_model.ecs.world import World

_MOST_DESCRIBED = 20
_LISTED_BY_DEFAULT = 20


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_ListServiceDeployments, newest first; a service's ARN may stand without the cluster."""
    region = world.region(context)
    service = _service(region, params)
    bounds = params.get("createdAt", {})
    found = [
        deployment_views.service_deployment_brief(service, entry)
        for entry in service.service_deployments
        if (not params.get("status") or entry.status in params["status"])
        and ("after" not in bounds or entry.created_at >= bounds["after"])
        and ("before" not in bounds or entry.created_at <= bounds["before"])
    ]
    return page("serviceDeployments", found, params, _LISTED_BY_DEFAULT)


def describe(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DescribeServiceDeployments: at most 20; unknown ones are ``failures``."""
    region = world.region(context)
    asked = _limited(params["serviceDeploymentArns"], "serviceDeploymentArns")
    found, failures = [], []
    for arn in asked:
        match = _find(region, arn)
        if match is None:
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(deployment_views.service_deployment(region, *match))
    return {"serviceDeployments": found, "failures": failures}


def describe_revisions(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DescribeServiceRevisions: at most 20; unknown ones are ``failures``."""
    region = world.region(context)
    found, failures = [], []
    for arn in _limited(params["serviceRevisionArns"], "serviceRevisionArns"):
        service = _owner(region, arn, "service-revision")
        if service is None or arn not in service.revisions:
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(deployment_views.service_revision(region, service, service.revisions[arn]))
    return {"serviceRevisions": found, "failures": failures}


def stop(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_StopServiceDeployment: ROLLBACK unless ABORT is asked for.

    One that is stopping or rolling back already just continues (Developer Guide, "Stopping
    Amazon ECS service deployments").
    """
    region = world.region(context)
    arn = params["serviceDeploymentArn"]
    service, entry = _found(region, arn)
    if not entry.live:
        message = f"The service deployment has ended with status {entry.status} and cannot be stopped."
        raise AwsError("ConflictException", message)
    if entry.status in {"PENDING", "IN_PROGRESS"}:
        abort = params.get("stopType", "ROLLBACK") == "ABORT"
        entry.status = "STOP_REQUESTED" if abort else "ROLLBACK_REQUESTED"
        entry.updated_at = world.now()
        rollout.wake(world, region, service, world.later(world.speeds.deployment_start))
    return {"serviceDeploymentArn": arn}


def resume(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_ContinueServiceDeployment: a rolling deployment has no hooks, so none can be waiting.

    AWS's words for a hook that is not there are unverified.
    """
    _found(world.region(context), params["serviceDeploymentArn"])
    raise errors.invalid(f"The lifecycle hook {params['hookId']} is not paused in this service deployment.")


def _service(region: Region, params: Mapping[str, Any]) -> Service:
    identifier, cluster = params["service"], params.get("cluster")
    if cluster is None and identifier.startswith("arn:"):
        cluster = arns.resource(identifier).removeprefix("service/").partition("/")[0]
    service = services.named(region, clusters.active(region, cluster), identifier)
    if service.status == "INACTIVE":
        raise errors.service_not_found()
    return service


def _limited(asked: list[str], name: str) -> list[str]:
    if not 1 <= len(asked) <= _MOST_DESCRIBED:
        raise errors.invalid(f"{name} must have between 1 and {_MOST_DESCRIBED} items.")
    return asked


def _owner(region: Region, arn: str, kind: str) -> Service | None:
    tail = arns.resource(arn).removeprefix(f"{kind}/").rpartition("/")[0]
    return region.services.get(arns.build(region.place, f"service/{tail}"))


def _found(region: Region, arn: str) -> tuple[Service, ServiceDeployment]:
    match = _find(region, arn)
    if match is None:
        raise AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.")
    return match


def _find(region: Region, arn: str) -> tuple[Service, ServiceDeployment] | None:
    service = _owner(region, arn, "service-deployment")
    entries = service.service_deployments if service is not None else []
    entry = next((one for one in entries if one.arn == arn), None)
    return (service, entry) if service is not None and entry is not None else None
