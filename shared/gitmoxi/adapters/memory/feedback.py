"""A Git host and channels in memory."""

from __future__ import annotations

from gitmoxi.domain.feedback import NotificationTarget
from gitmoxi.domain.notices import Notice
from gitmoxi.domain.records import Repository
from gitmoxi.errors import GitmoxiError
from gitmoxi.ports.feedback import PullRequestComment, StatusUpdate


class MemoryFeedback:
    """``CommitFeedback`` whose statuses and comments tests look at; ``faults`` are raised first, in order."""

    longest_comment = 65_536

    def __init__(self) -> None:
        self.statuses: list[StatusUpdate] = []
        self.comments: dict[tuple[str, int, str], str] = {}
        self.writes = 0
        self.faults: list[BaseException] = []

    async def set_status(self, repository: Repository, update: StatusUpdate, ref: str = "") -> str:  # noqa: ARG002 - it has no names
        self._fail()
        self.statuses.append(update)
        return ""

    async def upsert_comment(self, repository: Repository, comment: PullRequestComment, ref: str = "") -> str:
        self._fail()
        self.writes += 1
        self.comments[repository.id, comment.pull_request, comment.about] = comment.text
        return ref or f"{comment.pull_request}/{comment.about}"

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


class MemoryChannels:
    """``Channels`` whose notices tests look at; ``faults`` by address are raised first, in order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Notice]] = []
        self.faults: dict[str, list[GitmoxiError]] = {}

    async def send(self, target: NotificationTarget, notice: Notice) -> None:
        if self.faults.get(target.address):
            raise self.faults[target.address].pop(0)
        self.sent.append((target.address, notice))
