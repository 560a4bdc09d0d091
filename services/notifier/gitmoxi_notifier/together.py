"""Several things at the same time, of which each is tried whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from gitmoxi.errors import RetryableError, ThrottledError

Result = TypeVar("Result")


async def all_of(*tried: Awaitable[Result]) -> list[Result]:
    """All results, once all have ended.

    Raises:
        RetryableError: the one of them that has to wait the longest.
        Exception: the first other error; it goes before those that only wait.
    """
    ended = await asyncio.gather(*tried, return_exceptions=True)
    errors = [end for end in ended if isinstance(end, BaseException)]
    for error in errors:
        if not isinstance(error, RetryableError):
            raise error
    if errors:
        raise max(errors, key=_wait)
    return [end for end in ended if not isinstance(end, BaseException)]


def _wait(error: BaseException) -> float:
    return (error.retry_after_seconds or 0.0) if isinstance(error, ThrottledError) else 0.0
