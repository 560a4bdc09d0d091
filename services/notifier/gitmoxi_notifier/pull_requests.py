"""The plan as a comment on its pull request: one comment, updated in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gitmoxi.adapters.codec import decode
from gitmoxi.domain.dryrun_markdown import code, markdown
from gitmoxi.domain.dryruns import DryRun, DryRunReport
from gitmoxi.domain.records import Repository
from gitmoxi.errors import PermanentError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.feedback import MARKER, CommitFeedback, PullRequestComment
from gitmoxi.ports.ledger import Ledger
from gitmoxi_notifier.saying import Saying, Speaker
from gitmoxi_notifier.statuses import REFUSED, Hosts
from gitmoxi_notifier.troubles import Troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCommenter:
    """Writes what a dry run found to the pull request that it was asked for."""

    ledger: Ledger
    bodies: BodyStore
    hosts: Hosts
    speaker: Speaker
    troubles: Troubles
    installation: str

    async def tell(self, dry_run_id: str) -> str:
        """What became of it, in a few words for the log.

        Raises:
            RetryableError: not now.
        """
        dry_run = await self.ledger.dry_run(dry_run_id)
        if dry_run is None or not dry_run.state.terminal:
            return "forgotten"
        if dry_run.pull_request is None:
            return "nobody asked"
        repository = await self.ledger.repository(dry_run.repository_id)
        if repository is None or not repository.feedback:
            return "nobody asked"
        try:
            return await self._comment(repository, dry_run, dry_run.pull_request)
        except PermanentError as error:
            what = "the plan of a pull request"
            await self.troubles.note(repository, what, str(error), REFUSED)
            return "refused"

    async def _comment(self, repository: Repository, dry_run: DryRun, number: int) -> str:
        """Later requests are newer, whichever of them ends first."""
        host = self.hosts.of(repository)
        about = f"{self.installation}/{dry_run.branch}"
        text = await self._text(host, dry_run, about)
        comment = PullRequestComment(pull_request=number, about=about, text=text)
        saying = Saying(
            repository_id=repository.id,
            about=f"comment/{number}/{dry_run.branch}",
            text=text,
            order=int(dry_run.requested_at.timestamp() * 1000),
        )

        async def send(ref: str) -> str:
            return await host.upsert_comment(repository, comment, ref)

        return (await self.speaker.say(saying, send)).value

    async def _text(self, host: CommitFeedback, dry_run: DryRun, about: str) -> str:
        if dry_run.report is None:
            return f"### Gitmoxi dry run: there is no plan\n\n{code(dry_run.because)}\n"
        content = await self.bodies.get(dry_run.report)
        report = decode(DryRunReport, content, key=f"body {dry_run.report.sha256}")
        # Rendered files are for those who ask: they would leave no room for the rest.
        brief = replace(report, objects=tuple(replace(item, rendered={}) for item in report.objects))
        room = host.longest_comment - len(MARKER.format(about=about)) - 1
        return markdown(dry_run, brief, verbose=False, longest=room)
