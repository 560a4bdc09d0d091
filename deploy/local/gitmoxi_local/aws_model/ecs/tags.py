"""TagResource, UntagResource, ListTagsForResource: clusters, services, tasks, task definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.ecs import arns, errors
from gitmoxi_local.aws_model.ecs.state import Cluster, Doc, Region, Service, Task, TaskDefinition
from gitmoxi_local.aws_model.ecs.world import World

_MOST = 50
"""Tags per resource (Developer Guide, "Tagging Amazon ECS resources")."""

Tagged = Cluster | Service | Task | TaskDefinition


def check(tags: list[Doc]) -> None:
    """Refuse too many tags, doubled keys and the reserved prefix.

    Raises:
        AwsError: InvalidParameterException.
    """
    keys = [tag.get("key", "") for tag in tags]
    if len(keys) > _MOST:
        raise errors.invalid(f"Number of tags cannot exceed {_MOST}.")
    if len(set(keys)) < len(keys):
        raise errors.invalid("Duplicate tag keys found. Tag keys must be unique.")
    if any(key.lower().startswith("aws:") for key in keys):
        raise errors.invalid("Tag keys cannot begin with the reserved prefix aws:.")


def tag(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_TagResource: adds tags and replaces those of equal key."""
    resource = _resource(world.region(context), params["resourceArn"])
    merged = {entry["key"]: entry for entry in (*resource.tags, *params["tags"])}
    check(list(params["tags"]))
    check(list(merged.values()))
    resource.tags = list(merged.values())
    return {}


def untag(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_UntagResource: keys that the resource does not have are no error."""
    resource = _resource(world.region(context), params["resourceArn"])
    resource.tags = [entry for entry in resource.tags if entry["key"] not in params["tagKeys"]]
    return {}


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_ListTagsForResource."""
    return {"tags": _resource(world.region(context), params["resourceArn"]).tags}


def _resource(region: Region, arn: str) -> Tagged:
    kind, _, name = arns.resource(arn).partition("/")
    found: Tagged | None = None
    if kind == "cluster":
        found = region.clusters.get(name)
    elif kind == "service":
        found = region.services.get(arn)
    elif kind == "task":
        found = region.tasks.get(arn)
    elif kind == "task-definition":
        family, _, revision = name.partition(":")
        known = region.families.get(family, [])
        found = (
            known[int(revision) - 1] if revision.isdecimal() and 1 <= int(revision) <= len(known) else None
        )
    else:
        raise errors.invalid(f"The resource type {kind!r} cannot be tagged here.")
    if found is None:
        raise errors.resource_not_found(arn)
    if isinstance(found, Cluster | Service) and found.status == "INACTIVE":
        raise errors.invalid(f"The specified {kind} is inactive. Specify an active {kind} and try again.")
    return found
