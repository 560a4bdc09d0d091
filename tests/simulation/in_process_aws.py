"""AWS without a wire: botocore's method names lead to models in this process, which misbehave on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi_local.aws_model.base import AwsError

Doc = dict[str, Any]
Model = Callable[[str, Mapping[str, Any]], Doc]

READS = ("Describe", "Get", "Head", "List")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that AWS carried out."""

    operation: str
    params: Mapping[str, Any]

    @property
    def mutates(self) -> bool:
        return not self.operation.startswith(READS)


@dataclass
class InProcessAws:
    """A ``ClientSource`` whose clients call ``models`` by service.

    Attributes:
        journal: every call that was carried out, in order.
        lost_replies: operations whose next answer gets lost after the call was carried out.
        refusals: operations that AWS refuses, with code and message.
        throttled: asked before each call; True refuses it as too many.
        hide: asked about each answer; the answer that stands in for it (a stale read), or None.
        pause: how long a call takes.
        wired: services whose clients come from elsewhere, and reach this over a wire.
    """

    models: dict[str, Model] = field(default_factory=dict)
    journal: list[Call] = field(default_factory=list)
    lost_replies: list[str] = field(default_factory=list)
    refusals: dict[str, tuple[str, str]] = field(default_factory=dict)
    throttled: Callable[[], bool] = lambda: False
    hide: Callable[[str], Doc | None] = lambda _: None
    pause: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)
    refused_as_too_many: int = 0
    wired: dict[str, ClientSource] = field(default_factory=dict)

    async def client(self, service: str, *, account: str | None = None, region: str | None = None) -> Any:
        if service in self.wired:
            return await self.wired[service].client(service, account=account, region=region)
        return _Client(self, service)

    async def call(self, service: str, operation: str, params: Mapping[str, Any]) -> Doc:
        await self.pause()
        _check(service, operation, params)
        if self.throttled():
            self.refused_as_too_many += 1
            raise _refusal(operation, AwsError("ThrottlingException", "Rate exceeded"))
        if operation in self.refusals:
            raise _refusal(operation, AwsError(*self.refusals[operation]))
        if (stale := self.hide(operation)) is not None:
            return stale
        try:
            answer = self.models[service](operation, params)
        except AwsError as error:
            raise _refusal(operation, error) from error
        self.journal.append(Call(operation=operation, params=params))
        if operation in self.lost_replies:
            self.lost_replies.remove(operation)
            raise ReadTimeoutError(endpoint_url="https://aws.example")
        return answer

    @property
    def mutations(self) -> list[str]:
        return [call.operation for call in self.journal if call.mutates]

    @property
    def reads(self) -> list[str]:
        return [call.operation for call in self.journal if not call.mutates]

    def requests(self, operation: str) -> list[Mapping[str, Any]]:
        return [call.params for call in self.journal if call.operation == operation]


class _Client:
    """What aiobotocore's client looks like to an adapter."""

    def __init__(self, aws: InProcessAws, service: str) -> None:
        self._aws = aws
        self._service = service

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Doc]]:
        operation = _operations(self._service)[method]

        async def call(**params: Any) -> Doc:
            return await self._aws.call(self._service, operation, params)

        return call


@cache
def _service(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


@cache
def _operations(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in _service(service).operation_names}


def _check(service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Botocore refuses other requests before they are sent."""
    report = ParamValidator().validate(params, _service(service).operation_model(operation).input_shape)
    assert not report.has_errors(), report.generate_report()


def _refusal(operation: str, error: AwsError) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": error.code, "Message": error.message},
            "ResponseMetadata": {"HTTPStatusCode": error.status},
        },
        operation,
    )
