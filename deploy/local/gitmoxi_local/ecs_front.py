"""ECS on the wire: JSON in, the model's answer out."""

from __future__ import annotations

import uuid

from botocore.model import OperationModel

from gitmoxi_local import json_wire
from gitmoxi_local.aws_errors import error_reply
from gitmoxi_local.aws_model.base import AwsError, CallContext
from gitmoxi_local.calls import AwsCall, Reply
from gitmoxi_local.faults import CallFault, Faults
from gitmoxi_local.gateway import Forward
from gitmoxi_local.model_host import ModelHost
from gitmoxi_local.operations import is_mutation, service_model


class EcsFront:
    """Answers ECS calls from the model, as AWS does: checked, serialised, refused in AWS's words.

    While faults of kind ``stale`` are in force, mutations leave the states behind that stale
    reads are answered from.
    """

    def __init__(self, host: ModelHost, faults: Faults) -> None:
        model = service_model("ecs")
        assert model is not None, "botocore without ECS"
        self._model = model
        self._host = host
        self._faults = faults

    async def answer(self, call: AwsCall, forward: Forward, fault: CallFault | None) -> Reply:
        """The reply to a call; ministack's own ECS is never asked."""
        del forward
        request_id = str(uuid.uuid4())
        try:
            operation = self._operation(call.operation)
            result = self._result(operation, call, fault)
        except AwsError as error:
            return error_reply(call, error, request_id)
        return json_wire.success(operation, result, request_id)

    def _result(self, operation: OperationModel, call: AwsCall, fault: CallFault | None) -> dict[str, object]:
        params = json_wire.parse_input(operation, call.request.body)
        context = CallContext(account=call.account, region=call.region, caller=call.caller)
        if not is_mutation(call.operation):
            if fault is not None and fault.kind == "stale":
                return self._host.call_in_the_past(call.operation, params, context, seconds=fault.seconds)
            return self._host.call(call.operation, params, context)
        if not self._faults.longest_staleness():
            return self._host.call(call.operation, params, context)
        self._host.remember()
        try:
            return self._host.call(call.operation, params, context)
        finally:
            self._host.remember()

    def _operation(self, name: str) -> OperationModel:
        if name not in self._model.operation_names:
            raise AwsError("UnknownOperationException", f"ECS has no operation {name!r}")
        return self._model.operation_model(name)
