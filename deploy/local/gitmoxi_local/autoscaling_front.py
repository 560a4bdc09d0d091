"""Application Auto Scaling on the wire; what was registered is forgotten when the local cloud stops."""

from __future__ import annotations

import uuid

from botocore.model import OperationModel

from gitmoxi_local import json_wire
from gitmoxi_local.aws_errors import error_reply
from gitmoxi_local.aws_model.base import AwsError, CallContext
from gitmoxi_local.aws_model.scalable_targets import ScalableTargets
from gitmoxi_local.calls import AwsCall, Reply
from gitmoxi_local.faults import CallFault
from gitmoxi_local.gateway import Forward
from gitmoxi_local.operations import service_model


class AutoscalingFront:
    """Answers from the model; ministack knows no such service."""

    def __init__(self, targets: ScalableTargets) -> None:
        model = service_model("application-autoscaling")
        assert model is not None, "botocore without Application Auto Scaling"
        self._model = model
        self._targets = targets

    async def answer(self, call: AwsCall, forward: Forward, fault: CallFault | None) -> Reply:
        """The reply to a call."""
        del forward, fault
        request_id = str(uuid.uuid4())
        context = CallContext(account=call.account, region=call.region, caller=call.caller)
        try:
            operation = self._operation(call.operation)
            params = json_wire.parse_input(operation, call.request.body)
            result = self._targets.call(call.operation, params, context)
        except AwsError as error:
            return error_reply(call, error, request_id)
        return json_wire.success(operation, result, request_id)

    def _operation(self, name: str) -> OperationModel:
        if name not in self._model.operation_names:
            raise AwsError("UnknownOperationException", f"Application Auto Scaling has no operation {name!r}")
        return self._model.operation_model(name)
