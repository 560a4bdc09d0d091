"""Where the AWS clients come from: a factory, by default aiobotocore's session."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession, get_session
from faststream.exceptions import IncorrectState

if TYPE_CHECKING:
    from types_aiobotocore_events import EventBridgeClient
    from types_aiobotocore_sqs import SQSClient

_Client = TypeVar("_Client")
ServiceName: TypeAlias = Literal["sqs", "events"]
ClientFactory: TypeAlias = Callable[[ServiceName], AbstractAsyncContextManager[Any]]
"""Gives an aiobotocore client of the named service; it is closed when the broker stops."""

CLIENT_CONFIG = AioConfig(
    connect_timeout=3,
    # Above the longest poll of 20 s.
    read_timeout=30,
    # Every subscriber holds one connection for its long poll, beside heartbeats and deletes.
    max_pool_connections=64,
    retries={"mode": "standard", "total_max_attempts": 3},
)


def session_clients(
    *,
    session: AioSession | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    config: AioConfig | None = None,
) -> ClientFactory:
    """Clients of an aiobotocore session; without one, of the default session and credential chain."""

    @asynccontextmanager
    async def open_client(service: ServiceName) -> AsyncIterator[Any]:
        async with (session or get_session()).create_client(
            service,
            region_name=region,
            endpoint_url=endpoint_url,
            config=CLIENT_CONFIG.merge(config) if config else CLIENT_CONFIG,
        ) as client:
            yield client

    return open_client


class Connection:
    """The open clients of a broker."""

    def __init__(self, factory: ClientFactory) -> None:
        self._factory = factory
        self._stack = AsyncExitStack()
        self._sqs: SQSClient | None = None
        self._events: EventBridgeClient | None = None

    @property
    def sqs(self) -> "SQSClient":
        return _opened(self._sqs)

    @property
    def events(self) -> "EventBridgeClient":
        return _opened(self._events)

    async def open(self) -> None:
        self._sqs = await self._stack.enter_async_context(self._factory("sqs"))
        self._events = await self._stack.enter_async_context(self._factory("events"))

    async def close(self) -> None:
        self._sqs = self._events = None
        await self._stack.aclose()


def _opened(client: _Client | None) -> _Client:
    if client is None:
        raise IncorrectState("the broker is not connected: await broker.connect() or broker.start() first")
    return client
