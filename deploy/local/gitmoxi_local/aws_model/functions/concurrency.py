"""Reserved concurrency, and the account's limits.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import errors
from gitmoxi_local.aws_model.functions.state import Doc, Function
from gitmoxi_local.aws_model.functions.world import World

_CODE_STORAGE_BYTES = 80_530_636_800
_UNZIPPED_BYTES = 262_144_000
_ZIPPED_BYTES = 52_428_800


def put(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """PutFunctionConcurrency: enough has to stay for the functions without a reservation.

    https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
    """
    function, _ = world.to_change(context, params)
    wanted = params["ReservedConcurrentExecutions"]
    others = _reserved(world, context) - (function.reserved or 0)
    if world.limits.concurrency - others - wanted < world.limits.unreserved:
        raise errors.invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{world.limits.unreserved}]."
        )
    function.reserved = wanted
    world.changed(function)
    return {"ReservedConcurrentExecutions": wanted}


def get(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """GetFunctionConcurrency: empty without a reservation.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html
    """
    function, _ = world.find(context, params)
    return {} if function.reserved is None else {"ReservedConcurrentExecutions": function.reserved}


def delete(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """DeleteFunctionConcurrency.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html
    """
    function, _ = world.to_change(context, params)
    function.reserved = None
    world.changed(function)
    return {}


def account_settings(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """GetAccountSettings: limits and usage of the region.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
    """
    del params
    functions = world.region(context).functions.values()
    editions = [
        one.config for function in functions for one in (function.latest, *function.versions.values())
    ]
    return {
        "AccountLimit": {
            "TotalCodeSize": _CODE_STORAGE_BYTES,
            "CodeSizeUnzipped": _UNZIPPED_BYTES,
            "CodeSizeZipped": _ZIPPED_BYTES,
            "ConcurrentExecutions": world.limits.concurrency,
            "UnreservedConcurrentExecutions": world.limits.concurrency - _reserved(world, context),
        },
        "AccountUsage": {
            "TotalCodeSize": sum(config["CodeSize"] for config in editions),
            "FunctionCount": len(functions),
        },
    }


def require_room(world: World, context: CallContext, function: Function, wanted: int, qualifier: str) -> None:
    """PutProvisionedConcurrencyConfig: the function's reservation, or the account, has room for it."""
    others = sum(one.requested for key, one in function.provisioned.items() if key != qualifier)
    if function.reserved is not None:
        if others + wanted > function.reserved:
            raise errors.invalid(
                "Requested Provisioned Concurrency should not be greater than the "
                "reservedConcurrentExecution for function"
            )
        return
    left = world.limits.concurrency - _reserved(world, context) - others - wanted
    if left < world.limits.unreserved:
        raise errors.invalid(
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{world.limits.unreserved}]."
        )


def _reserved(world: World, context: CallContext) -> int:
    return sum(function.reserved or 0 for function in world.region(context).functions.values())
