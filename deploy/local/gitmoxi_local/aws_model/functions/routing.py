"""Which version an invocation runs.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import errors
from gitmoxi_local.aws_model.functions.world import World, edition


def diverted(world: World, context: CallContext, params: Mapping[str, Any], draw: float) -> str | None:
    """The version that Invoke runs instead of the one that an alias names first; None if it runs that one.

    ``draw`` (0 to 1) decides between the versions of a weighted alias.

    Raises:
        AwsError: there is no such function or version, or its state lets nobody invoke it.
    """
    function, qualifier = world.to_change(context, params)
    state = edition(function, qualifier).config["State"]
    if state in {"Pending", "Failed"}:
        raise errors.wrong_state(state)
    routing = function.aliases.get(qualifier, {}).get("RoutingConfig") or {}
    weights: Mapping[str, float] = routing.get("AdditionalVersionWeights") or {}
    return next((version for version, weight in weights.items() if draw < float(weight)), None)
