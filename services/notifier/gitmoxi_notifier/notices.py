"""Notices to a repository's channels, each channel for itself."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from gitmoxi.domain.feedback import NotificationTarget
from gitmoxi.domain.notices import Notice
from gitmoxi.domain.records import Repository
from gitmoxi.errors import PermanentError
from gitmoxi.ports.feedback import Channels
from gitmoxi_notifier.saying import Saying, Speaker
from gitmoxi_notifier.statuses import REFUSED
from gitmoxi_notifier.together import all_of
from gitmoxi_notifier.troubles import Troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTeller:
    """Sends notices at least once, and as a rule exactly once."""

    channels: Channels
    speaker: Speaker
    troubles: Troubles

    async def tell(self, repository: Repository, notice: Notice | None) -> str | None:
        """To how many channels it went, in a few words for the log; None where there is nothing to say.

        Raises:
            RetryableError: some channels cannot be told now; the others are.
        """
        if notice is None or not repository.notifications:
            return None
        sending = (self._one(repository, target, notice) for target in repository.notifications)
        await all_of(*(asyncio.ensure_future(one) for one in sending))
        return f"{notice.kind} to {len(repository.notifications)}"

    async def _one(self, repository: Repository, target: NotificationTarget, notice: Notice) -> None:
        channel = channel_name(target)
        saying = Saying(repository_id=repository.id, about=f"notice/{channel}/{notice.id}", text=notice.id)

        async def send(_ref: str) -> str:
            await self.channels.send(target, notice)
            return ""

        try:
            await self.speaker.say(saying, send)
        except PermanentError as error:
            await self.troubles.note(repository, f"the {target.kind} channel {channel}", str(error), REFUSED)


def channel_name(target: NotificationTarget) -> str:
    """What tells a repository's channels apart in records: a webhook's URL is nobody else's business."""
    return hashlib.sha256(f"{target.kind}\n{target.address}".encode()).hexdigest()[:12]
