"""Stands before ministack's Lambda: refuses what AWS refuses, and mends what ministack answers otherwise."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from botocore.model import StringShape, StructureShape

from gitmoxi_local.aws_errors import error_reply
from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.calls import AwsCall, Reply
from gitmoxi_local.faults import CallFault
from gitmoxi_local.gateway import Forward
from gitmoxi_local.lambda_strict import constraints, names, rules
from gitmoxi_local.lambda_strict.code import require_code_object
from gitmoxi_local.lambda_strict.settling import Settling
from gitmoxi_local.operations import Recognised, params_of, service_model

LambdaRecord = MutableMapping[str, Any]
FindFunction = Callable[[str, str, str], LambdaRecord | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """One call on its way through the front; ``record`` is None if the function does not exist."""

    call: AwsCall
    params: Mapping[str, Any]
    function: names.FunctionName
    record: LambdaRecord | None
    forward: Forward

    async def pass_on(self, changes: Mapping[str, Any] | None = None) -> Reply:
        """Ministack's reply to the call, with members of its JSON body changed (None takes one out)."""
        if changes is None:
            return await self.forward(self.call.request)
        body = {**json.loads(self.call.request.body or b"{}"), **changes}
        text = json.dumps({member: value for member, value in body.items() if value is not None})
        return await self.forward(replace(self.call.request, body=text.encode()))


class LambdaFront:
    """Answers Lambda's control plane as strictly as AWS; code still runs in ministack.

    ``find_function`` gives ministack's live record of a function by account, region and name.
    """

    def __init__(self, *, find_function: FindFunction, settling: Settling, chance: random.Random) -> None:
        model = service_model("lambda")
        assert model is not None, "botocore without Lambda"
        self._model = model
        runtime = model.shape_for("Runtime")
        assert isinstance(runtime, StringShape), "Runtime is an enumeration"
        self._runtimes = runtime.enum
        self._find = find_function
        self._settling = settling
        self._chance = chance
        self._handlers: Mapping[str, Callable[[_Visit], Awaitable[Reply]]] = {
            "CreateAlias": self._write_alias,
            "CreateFunction": self._create,
            "DeleteFunction": self._delete,
            "GetPolicy": self._get_policy,
            "Invoke": self._invoke,
            "PublishVersion": self._publish,
            "UpdateAlias": self._write_alias,
            "UpdateFunctionCode": self._update_code,
            "UpdateFunctionConfiguration": self._update_configuration,
        }

    async def answer(self, call: AwsCall, forward: Forward, fault: CallFault | None) -> Reply:
        """The reply to one Lambda call."""
        del fault
        recognised = Recognised(service=call.service, operation=call.operation, protocol=call.protocol)
        params = params_of(call.request, recognised)
        function = names.parse(str(params.get("FunctionName", "")), str(params.get("Qualifier", "")))
        record = self._find(call.account, call.region, function.name)
        if record is not None:
            self._settling.look(call.account, call.region, function.name, record)
        visit = _Visit(call=call, params=params, function=function, record=record, forward=forward)
        try:
            self._check_shape(visit)
            handler = self._handlers.get(call.operation)
            return await (visit.pass_on() if handler is None else handler(visit))
        except AwsError as error:
            return error_reply(call, error, str(uuid.uuid4()))

    def _check_shape(self, visit: _Visit) -> None:
        if visit.call.operation in self._model.operation_names:
            shape = self._model.operation_model(visit.call.operation).input_shape
            if isinstance(shape, StructureShape):
                constraints.check(shape, visit.params)

    async def _create(self, visit: _Visit) -> Reply:
        rules.runtime_known(visit.params, self._runtimes)
        rules.environment_fits(visit.params)
        if visit.record is None:
            await require_code_object(visit.call, visit.params.get("Code") or {}, visit.forward)
        reply = await visit.pass_on({"Publish": None})
        record = self._begun(visit, reply, was_active=False)
        if record is None or not visit.params.get("Publish"):
            return reply
        published = await self._published(visit, record)
        unqualified = {**published.json(), "FunctionArn": record["config"]["FunctionArn"]}
        return replace(published, body=json.dumps(unqualified).encode())

    async def _update_code(self, visit: _Visit) -> Reply:
        if visit.record is None:
            return await visit.pass_on()
        rules.not_busy(visit.record)
        rules.revision_matches(visit.params, visit.record["config"])
        await require_code_object(visit.call, visit.params, visit.forward)
        if visit.params.get("DryRun"):
            return _json_reply(200, dict(visit.record["config"]))
        reply = await visit.pass_on({"Publish": None})
        record = self._begun(visit, reply, was_active=True)
        if record is None:
            return reply
        if visit.params.get("Publish"):
            return replace(await self._published(visit, record), status=200)
        return _json_reply(reply.status, dict(record["config"]))

    async def _update_configuration(self, visit: _Visit) -> Reply:
        rules.runtime_known(visit.params, self._runtimes)
        rules.environment_fits(visit.params)
        if visit.record is None:
            return await visit.pass_on()
        rules.not_busy(visit.record)
        rules.revision_matches(visit.params, visit.record["config"])
        reply = await visit.pass_on()
        record = self._begun(visit, reply, was_active=True)
        return reply if record is None else _json_reply(reply.status, dict(record["config"]))

    async def _publish(self, visit: _Visit) -> Reply:
        if visit.record is None:
            return await visit.pass_on()
        rules.not_busy(visit.record)
        rules.revision_matches(visit.params, visit.record["config"])
        rules.code_hash_matches(visit.params, visit.record)
        return await self._published(visit, visit.record)

    async def _write_alias(self, visit: _Visit) -> Reply:
        if visit.record is None:
            return await visit.pass_on()
        alias = visit.record["aliases"].get(visit.params["Name"])
        creates = visit.call.operation == "CreateAlias"
        if alias is None and not creates:
            return await visit.pass_on()
        rules.alias_can_point(visit.record, visit.params, None if creates else alias)
        if alias is not None and not creates:
            rules.revision_matches(visit.params, alias)
        return await visit.pass_on()

    async def _delete(self, visit: _Visit) -> Reply:
        if visit.record is not None and visit.function.qualifier:
            rules.deletable(visit.record, visit.function.qualifier)
        return await visit.pass_on()

    async def _get_policy(self, visit: _Visit) -> Reply:
        if visit.record is None:
            return await visit.pass_on()
        policy = rules.policy_document(visit.record, visit.function.qualifier)
        return _json_reply(200, {"Policy": policy, "RevisionId": visit.record["config"]["RevisionId"]})

    async def _invoke(self, visit: _Visit) -> Reply:
        """Invoke: an alias with weights sends each call to one of its versions, by chance.

        Ministack itself only ever calls the alias's first version.
        """
        if visit.record is None:
            return await visit.pass_on()
        rules.not_pending(visit.record)
        alias = visit.record["aliases"].get(visit.function.qualifier, {})
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        for version, weight in weights.items():
            if self._chance.random() < float(weight):
                path = f"/2015-03-31/functions/{quote(visit.function.name)}/invocations"
                query = f"Qualifier={quote(version)}"
                return await visit.forward(replace(visit.call.request, path=path, query_string=query))
        return await visit.pass_on()

    def _begun(self, visit: _Visit, reply: Reply, *, was_active: bool) -> LambdaRecord | None:
        """The function's record after a change was accepted and its transition has begun; None if refused."""
        if reply.status >= 400:  # noqa: PLR2004  # HTTP: everything from here on is an error
            return None
        call = visit.call
        record = self._find(call.account, call.region, visit.function.name)
        assert record is not None, "ministack accepted a change of a function that it does not have"
        self._settling.begin(call.account, call.region, visit.function.name)
        if was_active:
            # An update leaves the State alone: only LastUpdateStatus tells of it (functions-states page).
            record["config"].update(State="Active", StateReason="", StateReasonCode="")
        return record

    async def _published(self, visit: _Visit, record: LambdaRecord) -> Reply:
        """Publish $LATEST unless it equals the newest version; the reply is PublishVersion's."""
        newest = rules.unchanged_version(record)
        if newest is not None:
            return _json_reply(201, dict(record["versions"][newest]["config"]))
        description = visit.params.get("Description") if visit.call.operation == "PublishVersion" else None
        body = {} if description is None else {"Description": description}
        request = replace(
            visit.call.request,
            method="POST",
            path=f"/2015-03-31/functions/{quote(visit.function.name)}/versions",
            query_string="",
            body=json.dumps(body).encode(),
        )
        reply = await visit.forward(request)
        version = reply.json().get("Version", "")
        if version in record["versions"]:
            record["versions"][version]["latest_description"] = record["config"].get("Description", "")
        return reply


def _json_reply(status: int, document: Mapping[str, Any]) -> Reply:
    return Reply(
        status=status,
        headers={"content-type": "application/json", "x-amzn-requestid": str(uuid.uuid4())},
        body=json.dumps(document).encode(),
    )
