"""The door of the local cloud: every call is recognised, met by faults, answered and journaled here."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from gitmoxi_local import asgi, aws_errors, operations
from gitmoxi_local.asgi import AsgiApp, Message, Receive, Scope, Send
from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.calls import AwsCall, Reply, Request
from gitmoxi_local.faults import CallFault, Faults
from gitmoxi_local.journal import Journal, JournalEntry, digest, moment_text, redacted
from gitmoxi_local.operations import Recognised

CONTROL_PREFIX = "/_gitmoxi/"


class Forward(Protocol):
    """Hands a call to ministack and returns its reply."""

    def __call__(self, request: Request) -> Awaitable[Reply]: ...


class Front(Protocol):
    """Stands before one service: answers a call itself, or asks ministack through ``forward``."""

    def answer(self, call: AwsCall, forward: Forward, fault: CallFault | None) -> Awaitable[Reply]: ...


class Control(Protocol):
    """Answers the local cloud's own API."""

    def answer(self, request: Request) -> Reply: ...


class AccountOf(Protocol):
    """The account that an access key id belongs to."""

    def __call__(self, access_key_id: str) -> str: ...


@dataclass(slots=True, kw_only=True)
class Gateway:
    """The ASGI application: our fronts and control API before ministack.

    Services in ``fronts`` and those that the journal wants in detail are buffered; all other
    calls stream through untouched, counted only, so that queues and tables stay fast.
    """

    ministack: AsgiApp
    fronts: Mapping[str, Front]
    control: Control
    faults: Faults
    journal: Journal
    account_of: AccountOf
    default_region: str
    touched: asyncio.Event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.ministack(scope, receive, send)
            return
        head = asgi.request_head(scope)
        try:
            if head.path.startswith(CONTROL_PREFIX):
                body = await asgi.read_body(receive)
                await asgi.send_reply(send, self.control.answer(_with_body(head, body)))
                return
            recognised = operations.recognise(head)
            if self._streams_through(recognised):
                await self._stream(self._call(head, recognised), scope, receive, send)
                return
            request = _with_body(head, await asgi.read_body(receive))
            await self._serve(self._call(request, operations.recognise(request)), receive, send)
        except asgi.ClientGoneError:
            return
        except asyncio.CancelledError:
            # Only the stopping server cancels, and only long polls outlast its grace: they may poll again.
            await _hang_up(receive)

    def _streams_through(self, recognised: Recognised) -> bool:
        return (
            recognised.protocol != "query"
            and recognised.service not in self.fronts
            and not self.journal.wants_detail(recognised.service)
        )

    def _call(self, request: Request, recognised: Recognised) -> AwsCall:
        signature = request.signature()
        return AwsCall(
            request=request,
            service=recognised.service,
            operation=recognised.operation,
            protocol=recognised.protocol,
            caller=signature.caller,
            account=self.account_of(signature.caller),
            region=signature.region or self.default_region,
        )

    def _meet(self, call: AwsCall) -> CallFault | None:
        return self.faults.meet(call) if self.faults.may_meet(call.service) else None

    async def _stream(self, call: AwsCall, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._meet(call)
        refusal = _refusal(call, fault)
        if refusal is not None:
            self.journal.count(call.service, call.operation, refusal.status)
            await asgi.send_reply(send, refusal)
            return
        observer = _Observer(send, fault)
        await self.ministack(scope, receive, observer.take)
        self.journal.count(call.service, call.operation, observer.status)
        self._touch(call)
        if observer.drops:
            await _hang_up(receive)

    async def _serve(self, call: AwsCall, receive: Receive, send: Send) -> None:
        arrived, started = datetime.now(UTC), time.perf_counter()
        fault = self._meet(call)

        async def forward(request: Request) -> Reply:
            return await asgi.call_within(self.ministack, request, receive)

        reply = _refusal(call, fault)
        if reply is None:
            front = self.fronts.get(call.service)
            reply = await (front.answer(call, forward, fault) if front else forward(call.request))
            self._touch(call)
        self.journal.count(call.service, call.operation, reply.status)
        if self.journal.wants_detail(call.service):
            elapsed_ms = round((time.perf_counter() - started) * 1000, 3)
            self.journal.append(_entry(call, reply, fault, arrived, elapsed_ms))
        await _deliver(reply, fault, receive, send)

    def _touch(self, call: AwsCall) -> None:
        if operations.is_mutation(call.operation):
            self.touched.set()


class _Observer:
    """A send channel that notes the status, and holds or swallows the reply if a fault says so."""

    def __init__(self, send: Send, fault: CallFault | None) -> None:
        self._send = send
        self._delay = fault.seconds if fault is not None and fault.kind == "slow" else 0.0
        self.drops = fault is not None and fault.kind == "drop_reply"
        self.status = 0

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._delay:
                await asyncio.sleep(self._delay)
        if not self.drops:
            await self._send(message)


def _with_body(head: Request, body: bytes) -> Request:
    return Request(
        method=head.method, path=head.path, query_string=head.query_string, headers=head.headers, body=body
    )


def _refusal(call: AwsCall, fault: CallFault | None) -> Reply | None:
    errors = {"throttle": aws_errors.throttled, "deny": aws_errors.denied, "error500": aws_errors.failed}
    if fault is None or fault.kind not in errors:
        return None
    error: AwsError = errors[fault.kind](call)
    return aws_errors.error_reply(call, error, str(uuid.uuid4()))


async def _deliver(reply: Reply, fault: CallFault | None, receive: Receive, send: Send) -> None:
    if fault is not None and fault.kind == "drop_reply":
        await _hang_up(receive)
        return
    if fault is not None and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    await asgi.send_reply(send, reply)


async def _hang_up(receive: Receive) -> None:
    asgi.hang_up(receive)
    while (await receive())["type"] != "http.disconnect":
        pass  # what was left of a body that nobody read


def _entry(
    call: AwsCall, reply: Reply, fault: CallFault | None, arrived: datetime, elapsed_ms: float
) -> JournalEntry:
    recognised = Recognised(service=call.service, operation=call.operation, protocol=call.protocol)
    params = operations.params_of(call.request, recognised)
    mutation = operations.is_mutation(call.operation)
    return JournalEntry(
        time=moment_text(arrived),
        caller=call.caller,
        account=call.account,
        region=call.region,
        service=call.service,
        action=call.operation,
        mutation=mutation,
        params_digest=digest(params),
        params=redacted(params) if mutation else None,
        status=reply.status,
        error=aws_errors.error_code(reply),
        fault=fault.id if fault is not None else None,
        replied=fault is None or fault.kind != "drop_reply",
        duration_ms=elapsed_ms,
    )
