"""CreateCluster, DescribeClusters, ListClusters, DeleteCluster, PutClusterCapacityProviders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import AwsError, CallContext
from gitmoxi_local.aws_model.ecs import arns, errors, views
from gitmoxi_local.aws_model.ecs.paging import page
from gitmoxi_local.aws_model.ecs.state import Cluster, Doc, Region
from gitmoxi_local.aws_model.ecs.world import World

_SETTINGS = (
    "settings",
    "configuration",
    "capacityProviders",
    "defaultCapacityProviderStrategy",
    "serviceConnectDefaults",
)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


def active(region: Region, identifier: str | None) -> Cluster:
    """The ACTIVE cluster that a call names, ``default`` if it names none.

    Raises:
        AwsError: ClusterNotFoundException; nothing is ever created on the way.
    """
    cluster = region.clusters.get(arns.cluster_name(identifier))
    if cluster is None or cluster.status != "ACTIVE":
        raise errors.cluster_not_found()
    return cluster


def create(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_CreateCluster; creating an ACTIVE one again returns it as it is."""
    region = world.region(context)
    name = params.get("clusterName", "default")
    if not _NAME.fullmatch(name):
        raise errors.invalid("Invalid cluster name.")
    known = region.clusters.get(name)
    if known is None or known.status != "ACTIVE":
        region.clusters[name] = Cluster(
            arn=arns.build(region.place, f"cluster/{name}"),
            name=name,
            fields=views.picked(dict(params), _SETTINGS),
            tags=params.get("tags", []),
        )
    return {"cluster": views.cluster(region, region.clusters[name], ["TAGS", "SETTINGS", "CONFIGURATIONS"])}


def describe(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DescribeClusters; unknown ones are ``failures`` with the reason MISSING."""
    region = world.region(context)
    found, failures = [], []
    for identifier in params.get("clusters") or ["default"]:
        name = arns.cluster_name(identifier)
        if name in region.clusters:
            found.append(views.cluster(region, region.clusters[name], params.get("include", [])))
        else:
            failures.append({"arn": arns.build(region.place, f"cluster/{name}"), "reason": "MISSING"})
    return {"clusters": found, "failures": failures}


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_ListClusters: ARNs of the ACTIVE clusters."""
    region = world.region(context)
    found = [cluster.arn for cluster in region.clusters.values() if cluster.status == "ACTIVE"]
    return page("clusterArns", sorted(found), params)


def delete(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DeleteCluster: refused while services or tasks are active; afterwards INACTIVE."""
    region = world.region(context)
    cluster = active(region, params["cluster"])
    services = [s for s in region.services.values() if s.cluster_arn == cluster.arn]
    if any(service.status != "INACTIVE" for service in services):
        message = "The Cluster cannot be deleted while Services are active."
        raise AwsError("ClusterContainsServicesException", message)
    tasks = [task for task in region.tasks.values() if task.cluster_arn == cluster.arn]
    if any(task.last_status != "STOPPED" for task in tasks):
        message = "The Cluster cannot be deleted while Tasks are active."
        raise AwsError("ClusterContainsTasksException", message)
    cluster.status = "INACTIVE"
    return {"cluster": views.cluster(region, cluster, [])}


def put_capacity_providers(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_PutClusterCapacityProviders: both lists are replaced."""
    region = world.region(context)
    cluster = active(region, params["cluster"])
    cluster.fields["capacityProviders"] = params["capacityProviders"]
    cluster.fields["defaultCapacityProviderStrategy"] = params["defaultCapacityProviderStrategy"]
    return {"cluster": views.cluster(region, cluster, [])}
