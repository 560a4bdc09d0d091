"""Provisioned concurrency of versions and aliases.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gitmoxi_local.aws_model.base import AwsError, CallContext
from gitmoxi_local.aws_model.functions import concurrency, errors, paging
from gitmoxi_local.aws_model.functions.faults import texts_of
from gitmoxi_local.aws_model.functions.state import LATEST, Doc, Function, Provisioned
from gitmoxi_local.aws_model.functions.world import World

SHARE_WHILE_MOVING = 0.5
"""The old version's share of an alias that moves; AWS's own numbers are not documented."""


def put(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """PutProvisionedConcurrencyConfig: IN_PROGRESS, then READY or FAILED.

    https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html
    """
    function, qualifier = world.to_change(context, params)
    version = _version(function, qualifier)
    if version == LATEST:
        raise errors.invalid(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        )
    alias = function.aliases.get(qualifier, {})
    if alias.get("RoutingConfig"):
        raise errors.invalid("Alias with weights can not be used with Provisioned Concurrency")
    _require_one_owner(function, qualifier, version)
    concurrency.require_room(world, context, function, params["ProvisionedConcurrentExecutions"], qualifier)
    provisioned = Provisioned(
        requested=params["ProvisionedConcurrentExecutions"], last_modified=world.stamp(), due=None
    )
    _begin(world, function, provisioned)
    function.provisioned[qualifier] = provisioned
    return _shown(provisioned)


def get(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """GetProvisionedConcurrencyConfig.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetProvisionedConcurrencyConfig.html
    """
    function, qualifier = world.find(context, params)
    _require_published(function, qualifier)
    provisioned = function.provisioned.get(qualifier)
    if provisioned is None:
        raise AwsError(
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
            404,
        )
    return _shown(provisioned)


def delete(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """DeleteProvisionedConcurrencyConfig; that there is none is no error.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html
    """
    function, qualifier = world.to_change(context, params)
    _require_published(function, qualifier)
    function.provisioned.pop(qualifier, None)
    return {}


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """ListProvisionedConcurrencyConfigs.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html
    """
    function, _ = world.find(context, params)
    found = [
        {"FunctionArn": f"{function.arn}:{qualifier}", **_shown(provisioned)}
        for qualifier, provisioned in sorted(function.provisioned.items())
    ]
    return paging.page("ProvisionedConcurrencyConfigs", found, params, world.limits.page)


def require_alias_may_move(function: Function, alias: str, weights: Mapping[str, float]) -> None:
    """UpdateAlias: an alias with provisioned concurrency takes no weights."""
    if weights and alias in function.provisioned:
        raise errors.invalid("Alias with weights can not be used with Provisioned Concurrency")


def move(world: World, function: Function, alias: str, before: str) -> None:
    """An alias points to another version: its provisioned concurrency follows in its own time."""
    provisioned = function.provisioned.get(alias)
    if provisioned is not None:
        provisioned.moving_from = before
        _begin(world, function, provisioned)


def moving_from(function: Function, alias: str) -> str | None:
    """The version that still gets calls of an alias whose provisioned concurrency moves."""
    provisioned = function.provisioned.get(alias)
    return None if provisioned is None or provisioned.due is None else provisioned.moving_from


def settle(provisioned: Provisioned, now: datetime) -> None:
    """End what is due by now."""
    if provisioned.due is not None and provisioned.due <= now:
        provisioned.due = None
        provisioned.moving_from = None


def _begin(world: World, function: Function, provisioned: Provisioned) -> None:
    failure = next(world.faults.of("provisioning_fails", texts_of(function.name)), None)
    provisioned.failure = "" if failure is None else failure.reason or "FUNCTION_ERROR_INIT_FAILURE"
    provisioned.due = world.after(world.speeds.provisioning)


def _version(function: Function, qualifier: str) -> str:
    """The version that a qualifier stands for."""
    if qualifier == LATEST:
        return LATEST
    _require_published(function, qualifier)
    alias = function.aliases.get(qualifier)
    return qualifier if alias is None else str(alias["FunctionVersion"])


def _require_published(function: Function, qualifier: str) -> None:
    if qualifier == LATEST:
        raise errors.invalid("The function resource provided must be an alias or a published version.")
    if qualifier in function.aliases or qualifier in function.versions:
        return
    arn = f"{function.arn}:{qualifier}"
    raise errors.not_found(arn) if qualifier.isdecimal() else errors.alias_not_found(arn)


def _require_one_owner(function: Function, qualifier: str, version: str) -> None:
    """A version has provisioned concurrency by itself or through an alias, never both."""
    if qualifier != version and version in function.provisioned:
        raise errors.conflict(
            "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
        )
    pointing = (name for name, alias in function.aliases.items() if alias["FunctionVersion"] == qualifier)
    if any(name in function.provisioned for name in pointing):
        raise errors.conflict("Version is pointed by a Provisioned Concurrency alias")


def _shown(provisioned: Provisioned) -> Doc:
    ready = provisioned.due is None and not provisioned.failure
    there = provisioned.requested if ready else 0
    document: Doc = {
        "RequestedProvisionedConcurrentExecutions": provisioned.requested,
        "AvailableProvisionedConcurrentExecutions": there,
        "AllocatedProvisionedConcurrentExecutions": there,
        "Status": "READY" if ready else "IN_PROGRESS",
        "LastModified": provisioned.last_modified,
    }
    if provisioned.due is None and provisioned.failure:
        document.update(Status="FAILED", StatusReason=provisioned.failure)
    return document
