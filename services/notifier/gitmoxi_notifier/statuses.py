"""A commit's status on its Git host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gitmoxi.domain.commit_reports import CommitReport
from gitmoxi.domain.feedback import GitProvider, provider_of
from gitmoxi.domain.records import Commit, Repository
from gitmoxi.errors import PermanentError
from gitmoxi.ports.feedback import CommitFeedback, FeedbackRefusedError, StatusUpdate
from gitmoxi_notifier.saying import Saying, Speaker, Spoken
from gitmoxi_notifier.troubles import Troubles

REFUSED = "feedback.refused"
"""The kind of the audit entries about what a host or a channel refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """The Git hosts that are told, by kind."""

    adapters: Mapping[GitProvider, CommitFeedback]

    def of(self, repository: Repository) -> CommitFeedback:
        """The host of a repository.

        Raises:
            FeedbackRefusedError: nobody said of which kind it is.
        """
        provider = repository.provider or provider_of(repository.url)
        if provider is None:
            raise FeedbackRefusedError(
                f"{repository.url} is of an unknown kind of host. Say which: gmctl repo update --provider "
                f"{'|'.join(GitProvider)}"
            )
        return self.adapters[provider]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTeller:
    """Sets statuses; ``public_url`` is where people reach Gitmoxi's API, if anywhere."""

    hosts: Hosts
    speaker: Speaker
    troubles: Troubles
    installation: str
    public_url: str | None

    async def tell(self, repository: Repository, commit: Commit, report: CommitReport) -> str:
        """What became of it, in a few words for the log.

        Raises:
            RetryableError: not now.
        """
        update = self._update(commit, report)
        saying = Saying(
            repository_id=repository.id,
            about=f"status/{commit.branch}/{commit.sha}",
            text=f"{update.state}\n{update.sentence}",
            order=commit.seq,
        )

        async def send(ref: str) -> str:
            return await self.hosts.of(repository).set_status(repository, update, ref)

        try:
            spoken = await self.speaker.say(saying, send)
        except PermanentError as error:
            await self.troubles.note(repository, "the status of a commit", str(error), REFUSED)
            return "refused"
        return report.state.value if spoken is Spoken.SAID else spoken.value

    def _update(self, commit: Commit, report: CommitReport) -> StatusUpdate:
        page = f"{self.public_url.rstrip('/')}/v1/commits/{commit.sha}/files" if self.public_url else None
        return StatusUpdate(
            sha=commit.sha,
            branch=commit.branch,
            context=f"{self.installation}/{commit.branch}",
            state=report.state,
            sentence=report.sentence,
            previous_sha=commit.previous_sha,
            url=page,
        )
