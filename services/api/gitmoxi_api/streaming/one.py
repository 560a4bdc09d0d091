"""Looking at one deployment for all who watch it."""

from __future__ import annotations

from gitmoxi.domain.deployments import Deployment
from gitmoxi.errors import RetryableError
from gitmoxi.ports.ledger import Ledger
from gitmoxi_api.streaming.events import stand_text, step_item
from gitmoxi_api.streaming.feeds import Feed
from gitmoxi_api.streaming.pacing import Pace
from gitmoxi_api.views import deployment_view


class OneLook:
    """Reads a deployment's HEAD again and again, and its steps when HEAD has changed.

    ``head`` is the deployment as it was read last; cursors of the feed are the versions of steps.
    """

    def __init__(self, ledger: Ledger, pace: Pace, head: Deployment) -> None:
        self.feed = Feed()
        self.head = head
        self._ledger = ledger
        self._pace = pace
        self._seen_version = 0

    async def run(self) -> None:
        """Until the deployment has ended."""
        while not self.feed.is_over:
            try:
                changed = await self._look()
            except RetryableError as error:
                await self._pace.after_trouble(error)
            else:
                if not self.feed.is_over:
                    await self._pace.after(changed=changed)

    def end(self) -> None:
        """Let nobody wait for it any more."""
        self.feed.end()

    def ending(self) -> str:
        """The last event of every stream of it; empty if it has not ended."""
        return stand_text("end", deployment_view(self.head)) if self.head.state.terminal else ""

    async def _look(self) -> bool:
        head = await self._ledger.deployment(self.head.id)
        if head is None:
            self.feed.end()
            return True
        if head.version == self._seen_version:
            return False
        steps = await self._ledger.steps(head.id)
        self.head, self._seen_version = head, head.version
        newest = self.feed.newest
        self.feed.publish(
            step_item(head, step, cursor=step.version, event_id=str(step.version))
            for step in steps
            if step.version > newest
        )
        if head.state.terminal:
            self.feed.end()
        return True
