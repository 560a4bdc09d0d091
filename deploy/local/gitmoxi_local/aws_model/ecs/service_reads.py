"""DescribeServices and ListServices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.ecs import arns, clusters, errors, views
from gitmoxi_local.aws_model.ecs.paging import page
from gitmoxi_local.aws_model.ecs.state import Doc, Region, Service
from gitmoxi_local.aws_model.ecs.world import World

_MOST_DESCRIBED = 10
_LISTED_BY_DEFAULT = 10


def describe(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DescribeServices: at most ten; unknown ones are ``failures`` with the reason MISSING."""
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    if not params["services"]:
        raise errors.invalid("Services cannot be empty.")
    if len(params["services"]) > _MOST_DESCRIBED:
        raise errors.invalid("service names can have at most 10 items.")
    found, failures = [], []
    for identifier in params["services"]:
        name = arns.within(cluster.name, identifier, "service")
        arn = arns.build(region.place, f"service/{cluster.name}/{name}")
        if arn in region.services:
            found.append(
                views.service(region, region.services[arn], tags="TAGS" in params.get("include", []))
            )
        else:
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"services": found, "failures": failures}


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_ListServices: ARNs of the ACTIVE services; DRAINING ones are not listed (API_DeleteService)."""
    region = world.region(context)
    cluster = clusters.active(region, params.get("cluster"))
    found = [
        service.arn
        for service in region.services.values()
        if service.cluster_arn == cluster.arn
        and service.status == "ACTIVE"
        and _matches(region, service, params)
    ]
    return page("serviceArns", sorted(found), params, _LISTED_BY_DEFAULT)


def _matches(region: Region, service: Service, params: Mapping[str, Any]) -> bool:
    document = views.service(region, service, tags=False) if "launchType" in params else service.fields
    return all(
        name not in params or document.get(name) == params[name]
        for name in ("launchType", "schedulingStrategy")
    )
