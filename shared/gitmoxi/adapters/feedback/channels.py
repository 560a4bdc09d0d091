"""Each kind of channel by its adapter."""

from __future__ import annotations

from collections.abc import Mapping

from gitmoxi.domain.feedback import NotificationKind, NotificationTarget
from gitmoxi.domain.notices import Notice
from gitmoxi.ports.feedback import Channels


class ChannelsByKind:
    """``Channels`` that leaves the sending to the adapter of a target's kind."""

    def __init__(self, adapters: Mapping[NotificationKind, Channels]) -> None:
        self._adapters = adapters

    async def send(self, target: NotificationTarget, notice: Notice) -> None:
        await self._adapters[target.kind].send(target, notice)
