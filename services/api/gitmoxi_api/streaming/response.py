"""A response that is a stream of events, and frees what it holds however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from gitmoxi.runtime.logging import get_logger

MEDIA_TYPE = "text/event-stream"
_SLOWEST_SECONDS = 20.0
"""A client that takes nothing for so long has gone, or might as well have."""


class EventStream(StreamingResponse):
    """Sends ``texts``; ``at_end`` is called once, when nothing is sent any more."""

    media_type = MEDIA_TYPE

    def __init__(self, texts: AsyncGenerator[str, None], at_end: Callable[[], None]) -> None:
        # Some proxies collect a response before they pass it on, unless they are told not to.
        super().__init__(texts, headers={"X-Accel-Buffering": "no"})
        self._texts = texts
        self._at_end = at_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._at_end()

    async def stream_response(self, send: Send) -> None:
        async def in_time(message: Message) -> None:
            async with asyncio.timeout(_SLOWEST_SECONDS):
                await send(message)

        try:
            await super().stream_response(in_time)
        except TimeoutError:
            get_logger().info("stream.cut", because="The client takes nothing.")
        finally:
            await self._texts.aclose()
