"""An HTTP transport that sends every request exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiobotocore.httpsession import AIOHTTPSession

if TYPE_CHECKING:
    from aiohttp import ClientSession


class SingleAttemptSession(AIOHTTPSession):
    """Aiobotocore's transport without aiohttp's own repetition.

    aiohttp sends a PUT or DELETE again, unasked, when the connection breaks before the answer. Lambda's
    changes are such requests, and the second one would be refused for the effect of the first: a change
    that AWS carried out would look like a failure. A lost answer must come out as one.
    """

    async def _get_session(self, proxy_url: str | None) -> ClientSession:
        session: ClientSession = await super()._get_session(proxy_url)  # type: ignore[misc]  # not in the stubs
        session._retry_connection = False  # noqa: SLF001 - aiohttp has no public switch; a test guards it
        return session
