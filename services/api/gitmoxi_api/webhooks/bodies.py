"""Reading the body of a webhook: bounded in time, and in what all of them take together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.requests import ClientDisconnect

from gitmoxi_api.problems import ProblemError

_WITHIN_SECONDS = 10.0
"""GitHub and GitLab give up after 10 s themselves: whoever takes longer is neither."""

_TOGETHER_BYTES = 64 * 1024 * 1024
"""Bodies are held before anybody is known to have signed them: strangers get so much of our memory."""


class BodyReader:
    """Reads bodies whole, for a signature is made over all of one; the gatekeeper bounds the size of each."""

    def __init__(
        self, *, together_bytes: int = _TOGETHER_BYTES, within_seconds: float = _WITHIN_SECONDS
    ) -> None:
        self._left = together_bytes
        self._within_seconds = within_seconds

    async def read(self, chunks: AsyncIterator[bytes]) -> bytes:
        """The whole body.

        Raises:
            ProblemError: too slow, cut off, or too many others at the same time.
        """
        body = bytearray()
        try:
            async with asyncio.timeout(self._within_seconds):
                async for chunk in chunks:
                    self._take(len(chunk))
                    body += chunk
        except TimeoutError:
            detail = f"The body was not there after {self._within_seconds:g} s."
            raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, detail) from None
        except ClientDisconnect:
            raise ProblemError(HTTPStatus.BAD_REQUEST, "The body ended before it was complete.") from None
        finally:
            self._left += len(body)
        return bytes(body)

    def _take(self, size: int) -> None:
        if size > self._left:
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "Too many large webhooks arrive at the same time: send it again later.",
            )
        self._left -= size
