"""A notifier without AWS: the ingestor's stage, with a Git host and channels in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from gitmoxi.adapters.memory.feedback import MemoryChannels, MemoryFeedback
from gitmoxi.adapters.memory.telling import MemoryToldStore
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.feedback import GitProvider, NotificationKind, NotificationTarget
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import UpdateDeployment
from gitmoxi_notifier.commits import CommitKey, CommitTeller
from gitmoxi_notifier.notices import NoticeTeller
from gitmoxi_notifier.pull_requests import PlanCommenter
from gitmoxi_notifier.saying import Speaker
from gitmoxi_notifier.statuses import Hosts, StatusTeller
from gitmoxi_notifier.troubles import Troubles
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, Stage, a_service

CHANNELS = (
    NotificationTarget(kind=NotificationKind.WEBHOOK, address="https://hooks.test/1"),
    NotificationTarget(kind=NotificationKind.WEBHOOK, address="https://hooks.test/2"),
)


@dataclass
class NotifierStage(Stage):
    """One registered repository that wants to hear everything; ``teller()`` starts a process."""

    memory: MemoryToldStore = field(default_factory=MemoryToldStore)
    host: MemoryFeedback = field(default_factory=MemoryFeedback)
    channels: MemoryChannels = field(default_factory=MemoryChannels)

    async def want(self, **changes: Any) -> None:
        """Change the registration."""
        repository = await self.ledger.repository(REPOSITORY)
        assert repository is not None
        wanted = {"feedback": True, "provider": GitProvider.GITHUB} | changes
        changed = replace(repository, revision=repository.revision + 1, **wanted)
        await self.ledger.put_repository(changed, expected_revision=repository.revision)

    @property
    def speaker(self) -> Speaker:
        return Speaker(memory=self.memory, clock=self.clock)

    @property
    def troubles(self) -> Troubles:
        return Troubles(ledger=self.ledger, memory=self.memory, clock=self.clock, ids=self.ids)

    @property
    def hosts(self) -> Hosts:
        return Hosts(adapters={GitProvider.GITHUB: self.host})

    def teller(self) -> CommitTeller:
        return CommitTeller(
            ledger=self.ledger,
            bodies=self.bodies,
            memory=self.memory,
            clock=self.clock,
            statuses=StatusTeller(
                hosts=self.hosts,
                speaker=self.speaker,
                troubles=self.troubles,
                installation="blue",
                public_url="https://gitmoxi.test",
            ),
            notices=NoticeTeller(channels=self.channels, speaker=self.speaker, troubles=self.troubles),
        )

    def commenter(self) -> PlanCommenter:
        return PlanCommenter(
            ledger=self.ledger,
            bodies=self.bodies,
            hosts=self.hosts,
            speaker=self.speaker,
            troubles=self.troubles,
            installation="blue",
        )

    async def ingest(self, *names: str, image: str = "1") -> CommitKey:
        """A commit with these service objects."""
        files: dict[str, Any] = {}
        for name in names:
            files |= a_service(f"prod/{name}", image)
        self.commit(files)
        result = await self.push()
        assert result.commit is not None
        return CommitKey(repository_id=REPOSITORY, branch=BRANCH, seq=result.commit.seq)

    async def move(self, prefix: str, state: State, **changes: Any) -> Deployment:
        """The newest deployment of a prefix is in ``state`` from now on."""
        head = [one for one in await self.deployments() if one.origin.prefix == f"prod/{prefix}"][-1]
        ends = {"next_at": None, "ended_at": self.clock.now()} if state.terminal else {}
        moved = replace(
            head,
            version=head.version + 1,
            state=state,
            updated_at=self.clock.now(),
            **({"because": f"It is {state.value}."} | ends | changes),
        )
        await self.ledger.transact([UpdateDeployment(deployment=moved, expected_version=head.version)])
        return moved

    @property
    def told(self) -> list[tuple[str, str]]:
        """State and sentence of each status that was set."""
        return [(one.state.value, one.sentence) for one in self.host.statuses]

    @property
    def noticed(self) -> list[tuple[str, str]]:
        """Address and kind of each notice that was sent."""
        return [(address, notice.kind.value) for address, notice in self.channels.sent]

    async def audited(self) -> list[str]:
        return [entry.summary for entry in await self.ledger.audit(100) if entry.kind.startswith("feedback")]
