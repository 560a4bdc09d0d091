"""ECS on the wire: JSON in, the model's answer out."""

from __future__ import annotations

import uuid

from botocore.model import OperationModel

from gitmoxi_local import json_wire
from gitmoxi_local.aws_errors import error_reply
from gitmoxi_local.aws_model.base import AwsError, AwsEvent
from gitmoxi_local.aws_model.ecs import EcsModel
from gitmoxi_local.calls import AwsCall, Reply
from gitmoxi_local.faults import CallFault, Faults
from gitmoxi_local.gateway import Forward
from gitmoxi_local.model_calls import answer_of
from gitmoxi_local.model_host import ModelHost
from gitmoxi_local.operations import service_model


class EcsFront:
    """Answers ECS calls from the model, as AWS does: checked, serialised, refused in AWS's words."""

    def __init__(self, host: ModelHost[EcsModel, AwsEvent], faults: Faults) -> None:
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
            params = json_wire.parse_input(operation, call.request.body)
            result = answer_of(self._host, self._faults, call, params, fault)
        except AwsError as error:
            return error_reply(call, error, request_id)
        return json_wire.success(operation, result, request_id)

    def _operation(self, name: str) -> OperationModel:
        if name not in self._model.operation_names:
            raise AwsError("UnknownOperationException", f"ECS has no operation {name!r}")
        return self._model.operation_model(name)
