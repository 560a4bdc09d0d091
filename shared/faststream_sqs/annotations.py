"""Handlers' parameters that FastStream injects by their annotation."""

from typing import Annotated, Any

from faststream_sqs._compat import Context
from faststream_sqs.broker import SQSBroker
from faststream_sqs.message import SQSMessage as _SQSMessage

__all__ = ("Broker", "SQSMessage")


class _ContextOnLoop(Context):
    """FastStream's `Context` without its thread hop: FastDepends runs plain functions in a pool."""

    async def use(self, /, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]  # FastDepends awaits it
        return super().use(**kwargs)


SQSMessage = Annotated[_SQSMessage, _ContextOnLoop("message")]
"""The message being handled."""

Broker = Annotated[SQSBroker, _ContextOnLoop("broker")]
"""The broker that received it."""
