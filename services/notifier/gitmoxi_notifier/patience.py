"""How often, and for how long, a host that is out of order is tried again."""

from __future__ import annotations

from itertools import accumulate

from gitmoxi.errors import RetryableError, ThrottledError

_LONGEST_DELAY = 900
"""The longest that SQS delays a message for."""

_DELAYS_SECONDS = (5, 10, 20, 60, 120, 300, 600, _LONGEST_DELAY)


def delay(attempt: int, error: RetryableError) -> int:
    """Seconds until a message is tried again that was put off ``attempt`` times before.

    What the other side asks for counts if it is longer; SQS cuts it, and then the next attempt waits on.
    """
    asked = error.retry_after_seconds if isinstance(error, ThrottledError) else None
    return min(max(_usual(attempt), int(asked or 0) + 1 if asked else 0), _LONGEST_DELAY)


def gives_up(attempt: int, hours: float) -> bool:
    """Whether ``attempt`` puttings-off have taken so many hours."""
    waited = list(accumulate(_usual(number) for number in range(attempt)))
    return bool(waited) and waited[-1] >= hours * 3600


def _usual(attempt: int) -> int:
    return _DELAYS_SECONDS[min(attempt, len(_DELAYS_SECONDS) - 1)]
