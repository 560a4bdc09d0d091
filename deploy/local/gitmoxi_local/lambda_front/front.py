"""Lambda on the wire: the control plane from the model, everything else from ministack."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from gitmoxi_local import json_wire, rest_wire
from gitmoxi_local.aws_errors import error_reply
from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.aws_model.functions import FunctionChanged, FunctionsModel, constraints, names
from gitmoxi_local.aws_model.functions.operations import OPERATIONS
from gitmoxi_local.calls import AwsCall, Reply
from gitmoxi_local.faults import CallFault, Faults
from gitmoxi_local.gateway import Forward
from gitmoxi_local.lambda_front import ministack
from gitmoxi_local.lambda_front.policies import policy_of
from gitmoxi_local.model_calls import answer_of, context_of
from gitmoxi_local.model_host import ModelHost
from gitmoxi_local.operations import service_model

_OF_ALL_FUNCTIONS = frozenset({"GetAccountSettings", "ListFunctions"})


class LambdaFront:
    """Answers Lambda's control plane from the model; code runs, and is triggered, in ministack."""

    def __init__(
        self, host: ModelHost[FunctionsModel, FunctionChanged], faults: Faults, *, chance: random.Random
    ) -> None:
        model = service_model("lambda")
        assert model is not None, "botocore without Lambda"
        self._model = model
        self._host = host
        self._faults = faults
        self._chance = chance

    async def answer(self, call: AwsCall, forward: Forward, fault: CallFault | None) -> Reply:
        """The reply to one Lambda call."""
        if call.operation not in self._model.operation_names:
            return await forward(call.request)
        try:
            return await self._answer(call, forward, fault)
        except AwsError as error:
            return error_reply(call, error, str(uuid.uuid4()))

    async def _answer(self, call: AwsCall, forward: Forward, fault: CallFault | None) -> Reply:
        operation = self._model.operation_model(call.operation)
        members = rest_wire.document("lambda", operation, call.request)
        constraints.check(call.operation, members)
        self._adopt(call, members)
        if call.operation in OPERATIONS:
            params = json_wire.parse_members(operation, members)
            result = answer_of(self._host, self._faults, call, params, fault)
            return rest_wire.success(operation, result, str(uuid.uuid4()))
        if call.operation == "Invoke":
            return await self._invoke(call, members, forward)
        if call.operation == "GetPolicy" and (record := _record(call, members)) is not None:
            qualifier = names.parse(members["FunctionName"], members.get("Qualifier", "")).qualifier
            return rest_wire.success(operation, policy_of(record, qualifier), str(uuid.uuid4()))
        return await forward(call.request)

    async def _invoke(self, call: AwsCall, members: Mapping[str, Any], forward: Forward) -> Reply:
        """Invoke: ministack itself only ever calls the first version of an alias with weights."""
        draw = self._chance.random()
        version = self._host.ask(lambda model: model.diverted(members, context_of(call), draw=draw))
        if version is None:
            return await forward(call.request)
        name = names.parse(members["FunctionName"]).name
        path = f"/2015-03-31/functions/{quote(name)}/invocations"
        return await forward(replace(call.request, path=path, query_string=f"Qualifier={quote(version)}"))

    def _adopt(self, call: AwsCall, members: Mapping[str, Any]) -> None:
        """Take over what came into ministack past this front, from CloudFormation for example."""
        context = context_of(call)
        concerned = {_name(members)} - {""}
        if call.operation in _OF_ALL_FUNCTIONS:
            concerned = set(self._host.ask(lambda model: model.names(context)))
            concerned |= set(ministack.names(call.account, call.region))
        records = {name: ministack.function(call.account, call.region, name) for name in concerned}
        self._host.ask(lambda model: model.adopt(context, records))


def _record(call: AwsCall, members: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return ministack.function(call.account, call.region, _name(members))


def _name(members: Mapping[str, Any]) -> str:
    """The function that a call is about, empty if it is about none."""
    resource = str(members.get("Resource", ""))
    named = members.get("FunctionName") or (resource if ":function:" in resource else "")
    return names.parse(str(named)).name
