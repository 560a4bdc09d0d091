"""Asks a hosted model for the answer to a call, now or as of some time ago."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.calls import AwsCall
from gitmoxi_local.faults import CallFault, Faults
from gitmoxi_local.model_host import Event, Model, ModelHost
from gitmoxi_local.operations import is_mutation


def context_of(call: AwsCall) -> CallContext:
    """Who calls, and where."""
    return CallContext(account=call.account, region=call.region, caller=call.caller)


def answer_of(
    host: ModelHost[Model, Event],
    faults: Faults,
    call: AwsCall,
    params: Mapping[str, Any],
    fault: CallFault | None,
) -> dict[str, Any]:
    """The model's answer to a call.

    While faults of kind ``stale`` are in force, mutations leave the states behind that stale
    reads are answered from.

    Raises:
        AwsError: what the model refuses.
    """
    context = context_of(call)
    if not is_mutation(call.operation):
        if fault is not None and fault.kind == "stale":
            return host.call_in_the_past(call.operation, params, context, seconds=fault.seconds)
        return host.call(call.operation, params, context)
    if not faults.longest_staleness():
        return host.call(call.operation, params, context)
    host.remember()
    try:
        return host.call(call.operation, params, context)
    finally:
        host.remember()
