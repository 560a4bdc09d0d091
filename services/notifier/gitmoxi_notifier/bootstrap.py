"""Wires the notifier."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gitmoxi.adapters.dynamodb.told import DynamoToldStore
from gitmoxi.adapters.feedback.channels import ChannelsByKind
from gitmoxi.adapters.feedback.codecommit import CodeCommitFeedback
from gitmoxi.adapters.feedback.github import GitHubFeedback
from gitmoxi.adapters.feedback.gitlab import GitLabFeedback
from gitmoxi.adapters.feedback.sns import SnsChannel
from gitmoxi.adapters.feedback.web import Web
from gitmoxi.adapters.feedback.webhook import Poster, SignedWebhook, SlackWebhook
from gitmoxi.domain.feedback import GitProvider, NotificationKind
from gitmoxi.runtime.foundation import Foundation
from gitmoxi.runtime.service import Shell
from gitmoxi_notifier.commits import CommitTeller
from gitmoxi_notifier.handlers import Handlers
from gitmoxi_notifier.notices import NoticeTeller
from gitmoxi_notifier.pull_requests import PlanCommenter
from gitmoxi_notifier.saying import Speaker
from gitmoxi_notifier.statuses import Hosts, StatusTeller
from gitmoxi_notifier.troubles import Troubles


@asynccontextmanager
async def bootstrap(shell: Shell) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Register the handlers; nothing is left behind that a first look would find."""
    foundation, settings = shell.foundation, shell.foundation.settings
    clock, ledger = foundation.clock, foundation.ledger
    dynamodb = await foundation.clients.client("dynamodb")
    memory = DynamoToldStore(dynamodb, foundation.outputs.commits_table, clock)
    speaker = Speaker(memory=memory, clock=clock)
    troubles = Troubles(ledger=ledger, memory=memory, clock=clock, ids=foundation.ids)
    web = Web(ca_file=settings.git_ca_file)
    try:
        hosts = _hosts(foundation, web)
        plans = PlanCommenter(
            ledger=ledger,
            bodies=foundation.bodies,
            hosts=hosts,
            speaker=speaker,
            troubles=troubles,
            installation=settings.installation,
        )
        commits = CommitTeller(
            ledger=ledger,
            bodies=foundation.bodies,
            memory=memory,
            clock=clock,
            statuses=StatusTeller(
                hosts=hosts,
                speaker=speaker,
                troubles=troubles,
                installation=settings.installation,
                public_url=settings.public_url,
            ),
            notices=NoticeTeller(channels=_channels(foundation, web), speaker=speaker, troubles=troubles),
        )
        Handlers(shell=shell, commits=commits, plans=plans).register()
        yield _nothing
    finally:
        await web.close()


def _hosts(foundation: Foundation, web: Web) -> Hosts:
    allowed, secrets, clock = foundation.settings.git_allowed_hosts, foundation.secrets, foundation.clock
    return Hosts(
        adapters={
            GitProvider.GITHUB: GitHubFeedback(web=web, secrets=secrets, clock=clock, allowed_hosts=allowed),
            GitProvider.GITLAB: GitLabFeedback(web=web, secrets=secrets, clock=clock, allowed_hosts=allowed),
            GitProvider.CODECOMMIT: CodeCommitFeedback(foundation.clients),
        }
    )


def _channels(foundation: Foundation, web: Web) -> ChannelsByKind:
    secrets, clock = foundation.secrets, foundation.clock
    poster = Poster(web=web, clock=clock, allowed_hosts=foundation.settings.notifier_allowed_hosts)
    return ChannelsByKind(
        {
            NotificationKind.SNS: SnsChannel(foundation.clients),
            NotificationKind.WEBHOOK: SignedWebhook(poster=poster, secrets=secrets, clock=clock),
            NotificationKind.SLACK: SlackWebhook(poster=poster, secrets=secrets),
        }
    )


async def _nothing() -> None:
    """The schedule asks nothing of the notifier: the queue holds all that is to be told."""
