"""UpdateFunctionCode and UpdateFunctionConfiguration: $LATEST changes, InProgress until it has settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import (
    configuration,
    errors,
    packages,
    publishing,
    refusals,
    rules,
    settling,
)
from gitmoxi_local.aws_model.functions.state import LATEST, Doc, Function
from gitmoxi_local.aws_model.functions.world import World, edition


def code(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """UpdateFunctionCode; with Publish the answer is the new version, with DryRun nothing changes.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
    """
    function = _changeable(world, context, params)
    config = function.latest.config
    refusals.require_none(world.faults, function.name, params)
    taken = packages.accepted(world.packages, context, params, config["PackageType"])
    if params.get("DryRun"):
        return configuration.shown(function, function.latest)
    config.update(CodeSha256=taken.sha256, CodeSize=taken.size)
    function.latest.image_uri = taken.image_uri
    if "Architectures" in params:
        config["Architectures"] = list(params["Architectures"])
    settling.begin_update(world, function, params)
    version = publishing.publish(world, function) if params.get("Publish") else ""
    world.changed(function)
    return configuration.shown(function, edition(function, version), version)


def settings(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """UpdateFunctionConfiguration: members that are left out stay.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
    """
    rules.runtime_usable(params)
    rules.environment_fits(params, world.limits.environment_bytes)
    function = _changeable(world, context, params)
    refusals.require_none(world.faults, function.name, params)
    layers = packages.attached(world.packages, context, params)
    config = function.latest.config
    configuration.apply(config, configuration.settings(params, config, layers))
    settling.begin_update(world, function, params)
    world.changed(function)
    return configuration.shown(function, function.latest)


def _changeable(world: World, context: CallContext, params: Mapping[str, Any]) -> Function:
    function, qualifier = world.to_change(context, params)
    if qualifier not in {"", LATEST}:
        raise errors.invalid("Function updates can only target the unqualified function or $LATEST.")
    rules.not_busy(function)
    rules.revision_matches(params, function.latest.config)
    return function
