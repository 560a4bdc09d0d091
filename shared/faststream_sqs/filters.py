"""Filters: which messages of a queue a handler takes."""

from collections.abc import Awaitable, Callable

from faststream_sqs.message import SQSMessage


def detail_type(*names: str, source: str | None = None) -> Callable[[SQSMessage], Awaitable[bool]]:
    """Takes events with one of these detail-types, of the given source if there is one.

    Raises:
        ValueError: No name is given; such a handler would never run.
    """
    if not names or not all(names):
        raise ValueError("detail_type() needs at least one name, and no empty ones")
    wanted = frozenset(names)

    # A coroutine function, because FastStream runs plain functions in a thread.
    async def takes(message: SQSMessage) -> bool:
        return message.detail_type in wanted and (source is None or message.source == source)

    takes.__name__ = f"detail_type({', '.join(sorted(wanted))})"
    return takes
