"""How creations and updates begin and end.

https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gitmoxi_local.aws_model.codec import copied
from gitmoxi_local.aws_model.functions import configuration, provisioning
from gitmoxi_local.aws_model.functions.faults import texts_of
from gitmoxi_local.aws_model.functions.refusals import REASONS
from gitmoxi_local.aws_model.functions.state import Doc, Edition, Function, Transition
from gitmoxi_local.aws_model.functions.world import World

_REASONS = ("StateReason", "StateReasonCode", "LastUpdateStatusReason", "LastUpdateStatusReasonCode")


def begin_creation(world: World, function: Function, params: Mapping[str, Any]) -> None:
    """The function is Pending from now on."""
    config = function.latest.config
    config.update(State="Pending", StateReason="The function is being created.", StateReasonCode="Creating")
    seconds = world.speeds.creating
    if configuration.has_network(config):
        seconds += world.speeds.network
    _begin(world, function, params, seconds)


def begin_update(world: World, function: Function, params: Mapping[str, Any]) -> None:
    """An update is InProgress from now on; the State stays as it is."""
    config = function.latest.config
    for member in ("LastUpdateStatusReason", "LastUpdateStatusReasonCode"):
        config.pop(member, None)
    config["LastUpdateStatus"] = "InProgress"
    _begin(world, function, params, world.speeds.updating)


def settle(world: World, function: Function) -> None:
    """Let everything happen to a function that is due by now."""
    now = world.now()
    if function.transition is not None and function.transition.due <= now:
        _end(world, function, function.transition)
    for provisioned in function.provisioned.values():
        provisioning.settle(provisioned, now)
    if function.gone_at is not None and function.gone_at <= now:
        region = world.regions[function.account, function.region]
        del region.functions[function.name]
        world.changed(function)


def next_due(function: Function) -> datetime | None:
    """When something happens next to a function by itself; None if nothing will."""
    moments = [provisioned.due for provisioned in function.provisioned.values()]
    moments += [function.gone_at, None if function.transition is None else function.transition.due]
    return min((moment for moment in moments if moment is not None), default=None)


def _begin(world: World, function: Function, params: Mapping[str, Any], seconds: float) -> None:
    texts = texts_of(function.name, function.latest.config, params)
    slow = sum(fault.seconds for fault in world.faults.of("slow_change", texts))
    failure = next(world.faults.of("change_fails", texts), None)
    function.transition = Transition(due=world.after(seconds + slow))
    if failure is not None:
        function.transition.reason_code = failure.reason_code
        function.transition.reason = failure.reason or REASONS.get(failure.reason_code, failure.reason_code)
    function.latest.config["LastModified"] = world.stamp()
    world.renew(function.latest.config)


def _end(world: World, function: Function, transition: Transition) -> None:
    """Success or failure; either changes the RevisionId once more."""
    function.transition = None
    latest = function.latest
    published = [] if transition.version is None else [function.versions[transition.version].config]
    for config in (latest.config, *published):
        _tell(config, transition)
    world.renew(latest.config)
    if not transition.reason_code:
        function.serving = Edition(config=copied(latest.config), image_uri=latest.image_uri)
    world.changed(function)


def _tell(config: Doc, transition: Transition) -> None:
    for member in _REASONS:
        config.pop(member, None)
    if not transition.reason_code:
        config.update(State="Active", LastUpdateStatus="Successful")
        return
    if config["State"] == "Pending":
        config.update(State="Failed", StateReason=transition.reason, StateReasonCode=transition.reason_code)
    config.update(
        LastUpdateStatus="Failed",
        LastUpdateStatusReason=transition.reason,
        LastUpdateStatusReasonCode=transition.reason_code,
    )
