"""CreateAlias, UpdateAlias, DeleteAlias, GetAlias and ListAliases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import errors, paging, provisioning, rules
from gitmoxi_local.aws_model.functions.state import Doc, Function
from gitmoxi_local.aws_model.functions.world import World


def create(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """CreateAlias.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
    """
    function, _ = world.to_change(context, params)
    name, arn = params["Name"], f"{function.arn}:{params['Name']}"
    if name in function.aliases:
        raise errors.conflict(f"Alias already exists: {arn}")
    weights = _weights(params)
    rules.alias_can_point(function, params["FunctionVersion"], weights)
    alias: Doc = {"AliasArn": arn, "Name": name, "Description": params.get("Description", "")}
    _write(world, alias, params["FunctionVersion"], weights)
    function.aliases[name] = alias
    world.changed(function)
    return dict(alias)


def update(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """UpdateAlias: members that are left out stay, the weights too.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
    """
    function, _ = world.to_change(context, params)
    alias = _existing(function, params["Name"])
    rules.revision_matches(params, alias)
    version = params.get("FunctionVersion", alias["FunctionVersion"])
    weights = _weights(params) if "RoutingConfig" in params else _weights(alias)
    rules.alias_can_point(function, version, weights)
    provisioning.require_alias_may_move(function, alias["Name"], weights)
    before = alias["FunctionVersion"]
    alias["Description"] = params.get("Description", alias["Description"])
    _write(world, alias, version, weights)
    if version != before:
        provisioning.move(world, function, alias["Name"], before)
    world.changed(function)
    return _shown(function, alias)


def delete(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """DeleteAlias; one that does not exist is no error (unverified: the page names none of its own).

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html
    """
    function, _ = world.to_change(context, params)
    function.aliases.pop(params["Name"], None)
    function.provisioned.pop(params["Name"], None)
    world.changed(function)
    return {}


def get(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """GetAlias.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html
    """
    function, _ = world.find(context, params)
    return _shown(function, _existing(function, params["Name"]))


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """ListAliases, those of one version if FunctionVersion is given.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html
    """
    function, _ = world.find(context, params)
    version = params.get("FunctionVersion")
    found = [
        _shown(function, alias)
        for _, alias in sorted(function.aliases.items())
        if version in {None, alias["FunctionVersion"]}
    ]
    return paging.page("Aliases", found, params, world.limits.page)


def _existing(function: Function, name: str) -> Doc:
    alias = function.aliases.get(name)
    if alias is None:
        raise errors.alias_not_found(f"{function.arn}:{name}")
    return alias


def _weights(document: Mapping[str, Any]) -> dict[str, float]:
    return dict((document.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {})


def _write(world: World, alias: Doc, version: str, weights: Mapping[str, float]) -> None:
    alias["FunctionVersion"] = version
    alias.pop("RoutingConfig", None)
    if weights:
        alias["RoutingConfig"] = {"AdditionalVersionWeights": dict(weights)}
    world.renew(alias)


def _shown(function: Function, alias: Doc) -> Doc:
    """An alias with the weights that AWS gives it while its provisioned concurrency moves."""
    old = provisioning.moving_from(function, alias["Name"])
    if old is None:
        return dict(alias)
    return {**alias, "RoutingConfig": {"AdditionalVersionWeights": {old: provisioning.SHARE_WHILE_MOVING}}}
