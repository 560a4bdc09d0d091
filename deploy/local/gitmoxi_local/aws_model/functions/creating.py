"""CreateFunction and DeleteFunction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import (
    configuration,
    errors,
    names,
    packages,
    publishing,
    refusals,
    rules,
    settling,
)
from gitmoxi_local.aws_model.functions.state import LATEST, Doc, Edition, Function
from gitmoxi_local.aws_model.functions.world import World

_ACCEPTED = 202
_NO_CONTENT = 204


def create(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """CreateFunction: Pending, then Active or Failed.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    """
    rules.runtime_usable(params)
    rules.environment_fits(params, world.limits.environment_bytes)
    params = {**params, "PackageType": _package_type(params)}
    rules.complete(params)
    region = world.region(context)
    name = names.parse(params["FunctionName"]).name
    existing = region.functions.get(name)
    if existing is not None:
        if existing.gone_at is not None:
            raise errors.wrong_state("Deleting")
        raise errors.conflict(f"Function already exist: {name}")
    refusals.require_none(world.faults, name, params)
    code = packages.accepted(world.packages, context, params["Code"], params["PackageType"])
    layers = packages.attached(world.packages, context, params)
    function = Function(account=region.account, region=region.region, name=name, latest=Edition(config={}))
    function.latest.config = configuration.created(function, params, layers)
    function.latest.config.update(CodeSha256=code.sha256, CodeSize=code.size)
    function.latest.image_uri = code.image_uri
    function.tags = dict(params.get("Tags") or {})
    region.functions[name] = function
    settling.begin_creation(world, function, params)
    version = publishing.publish(world, function) if params.get("Publish") else LATEST
    world.changed(function)
    return {**configuration.shown(function, function.latest), "Version": version}


def delete(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """DeleteFunction: a version, or the function with everything of it.

    A function with a VPC is Deleting until its network interfaces are gone
    (https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html); the status code is 202 then.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
    """
    function, qualifier = world.to_change(context, params)
    if qualifier:
        _delete_version(function, qualifier)
        world.changed(function)
        return {"StatusCode": _NO_CONTENT}
    network = configuration.has_network(function.latest.config)
    seconds = world.speeds.deleting_network if network else world.speeds.deleting
    function.gone_at = world.after(seconds)
    function.transition = None
    settling.settle(world, function)
    return {"StatusCode": _ACCEPTED if seconds else _NO_CONTENT}


def _delete_version(function: Function, qualifier: str) -> None:
    if qualifier == LATEST:
        raise errors.invalid("$LATEST version cannot be deleted without deleting the function.")
    if qualifier in function.aliases:
        raise errors.invalid("Deletion of aliases is not currently supported.")
    if qualifier not in function.versions:
        raise errors.not_found(f"{function.arn}:{qualifier}")
    users = [name for name, alias in function.aliases.items() if _points_to(alias, qualifier)]
    if users:
        raise errors.conflict(
            f"Unable to delete version because the following aliases reference it: [{', '.join(users)}]"
        )
    del function.versions[qualifier]
    function.provisioned.pop(qualifier, None)


def _points_to(alias: Mapping[str, Any], version: str) -> bool:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return version == alias["FunctionVersion"] or version in weights


def _package_type(params: Mapping[str, Any]) -> str:
    by_code = "Image" if "ImageUri" in params["Code"] else "Zip"
    return str(params.get("PackageType", by_code))
