"""Task definitions: register, deregister, describe and list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.ecs import arns, errors, fargate, tags, task_definition_rules
from gitmoxi_local.aws_model.ecs.paging import page
from gitmoxi_local.aws_model.ecs.state import Doc, Region, TaskDefinition
from gitmoxi_local.aws_model.ecs.world import World


def find(region: Region, identifier: str) -> TaskDefinition | None:
    """The one that a family (its latest ACTIVE revision), ``family:revision`` or an ARN names."""
    family, _, revision = arns.resource(identifier).removeprefix("task-definition/").partition(":")
    known = region.families.get(family, [])
    if not revision:
        return next((one for one in reversed(known) if one.active), None)
    if not revision.isdecimal() or not 1 <= int(revision) <= len(known):
        return None
    return known[int(revision) - 1]


def usable(region: Region, identifier: str) -> TaskDefinition:
    """The named one, if new tasks may be started from it.

    AWS may take up to ten minutes to refuse a deregistered one (API_DeregisterTaskDefinition);
    here it is refused at once.

    Raises:
        AwsError: it does not exist or is INACTIVE.
    """
    found = find(region, identifier)
    if found is None:
        raise errors.client("TaskDefinition not found.")
    if not found.active:
        raise errors.invalid("TaskDefinition is inactive")
    return found


def register(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_RegisterTaskDefinition: every call makes a new revision, also of equal content."""
    task_definition_rules.check(params)
    region = world.region(context)
    tags.check(params.get("tags", []))
    known = region.families.setdefault(params["family"], [])
    revision = len(known) + 1
    arn = arns.build(region.place, f"task-definition/{params['family']}:{revision}")
    document = _document(params) | {
        "taskDefinitionArn": arn,
        "revision": revision,
        "registeredAt": world.now(),
        "registeredBy": f"arn:aws:iam::{context.account}:user/{context.caller}",
    }
    entry = TaskDefinition(
        arn=arn, family=params["family"], revision=revision, document=document, tags=params.get("tags", [])
    )
    known.append(entry)
    answer: Doc = {"taskDefinition": document}
    return answer | ({"tags": entry.tags} if entry.tags else {})


def deregister(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DeregisterTaskDefinition: INACTIVE from now on; running tasks and services go on."""
    identifier = params["taskDefinition"]
    if ":" not in arns.resource(identifier):
        raise errors.client("Revision is missing.")
    found = find(world.region(context), identifier)
    if found is None:
        raise errors.client("The specified task definition does not exist.")
    if not found.active:
        raise errors.client("The specified task definition is already inactive.")
    found.document["status"] = "INACTIVE"
    found.document["deregisteredAt"] = world.now()
    return {"taskDefinition": found.document}


def describe(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_DescribeTaskDefinition, with tags if TAGS are included."""
    found = find(world.region(context), params["taskDefinition"])
    if found is None:
        raise errors.client("Unable to describe task definition.")
    answer: Doc = {"taskDefinition": found.document}
    return answer | ({"tags": found.tags} if "TAGS" in params.get("include", []) else {})


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_ListTaskDefinitions: ``familyPrefix`` is the full family name here."""
    region = world.region(context)
    wanted = params.get("familyPrefix")
    active = params.get("status", "ACTIVE") == "ACTIVE"
    families = [wanted] if wanted else sorted(region.families)
    found = [
        one.arn for family in families for one in region.families.get(family, []) if one.active is active
    ]
    if params.get("sort") == "DESC":
        found.reverse()
    return page("taskDefinitionArns", found, params)


def families(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """API_ListTaskDefinitionFamilies: those that begin with ``familyPrefix``."""
    region = world.region(context)
    status, prefix = params.get("status", "ALL"), params.get("familyPrefix", "")
    found = []
    for family, known in sorted(region.families.items()):
        is_active = any(one.active for one in known)
        if family.startswith(prefix) and status in {"ALL", "ACTIVE" if is_active else "INACTIVE"}:
            found.append(family)
    return page("families", found, params)


def _document(params: Mapping[str, Any]) -> Doc:
    """What AWS fills in on read, as real describe-task-definition outputs show."""
    members = {name: value for name, value in params.items() if name != "tags"}
    if "cpu" in members:
        members["cpu"] = str(fargate.cpu_units(members["cpu"]))
    if "memory" in members:
        members["memory"] = str(fargate.memory_mib(members["memory"]))
    containers = [_container(container, members) for container in params["containerDefinitions"]]
    return {
        "volumes": [],
        "placementConstraints": [],
        **members,
        "containerDefinitions": containers,
        "status": "ACTIVE",
        "compatibilities": _compatibilities(members),
    }


def _container(container: Doc, members: Doc) -> Doc:
    ports = [
        _port(mapping, members.get("networkMode", "bridge")) for mapping in container.get("portMappings", [])
    ]
    return {
        "cpu": 0,
        "essential": True,
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "systemControls": [],
        **container,
        "portMappings": ports,
    }


def _port(mapping: Doc, mode: str) -> Doc:
    same = mode in {"awsvpc", "host"}
    default = {"hostPort": mapping.get("containerPort", 0) if same else 0}
    return (default if "containerPort" in mapping else {}) | {"protocol": "tcp"} | mapping


def _compatibilities(members: Doc) -> list[str]:
    if members.get("networkMode") != "awsvpc":
        return ["EXTERNAL", "EC2"]
    cpu, memory = int(members.get("cpu", 0)), int(members.get("memory", 0))
    return ["EC2", "FARGATE"] if fargate.offers(cpu, memory) else ["EC2"]
