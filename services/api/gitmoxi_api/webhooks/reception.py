"""Taking a webhook in: verify, then parse, then hand the push or the pull request to the ingestor."""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus

from gitmoxi.contracts.messages import Push
from gitmoxi.domain.records import Repository
from gitmoxi.domain.states import Worker
from gitmoxi.errors import RetryableError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.messaging import EventPublisher
from gitmoxi.ports.secrets import Secrets
from gitmoxi.runtime.metrics import Metrics
from gitmoxi.workflow.events import outbox
from gitmoxi_api.asking_dry_runs import DryRunDesk
from gitmoxi_api.problems import ProblemError
from gitmoxi_api.webhooks.bodies import BodyReader
from gitmoxi_api.webhooks.keys import WebhookKeys
from gitmoxi_api.webhooks.naming import is_named
from gitmoxi_api.webhooks.payloads import parse_payload
from gitmoxi_api.webhooks.refusals import Refusals
from gitmoxi_api.webhooks.senders import Headers, Sender
from gitmoxi_api.webhooks.told import BranchMoved, Ignored, PullRequest
from gitmoxi_api.webhooks.wanting import unwanted

NOT_VERIFIED = (
    "This webhook is not verified: the repository is not registered here, or not with a webhook secret, or "
    "the secret of the webhook at the Git host is another one. The audit trail (gmctl event list) says which."
)
"""The same words whatever is wrong: they must not tell a stranger what is registered."""

_DECOY = randomness.token_hex(32)
"""Stands in for a secret that is not there, so that its absence takes the same time."""


_DIGEST = 32
"""Hexadecimal digits of a body's hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a verified webhook: a push by its ``delivery_id``, a dry run by its id, or nothing."""

    because: str
    delivery_id: str | None = None
    dry_run_id: str | None = None


class Reception:
    """Takes webhooks of registered repositories."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        secrets: Secrets,
        publisher: EventPublisher,
        dry_runs: DryRunDesk,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._keys = WebhookKeys(secrets, clock)
        self._publisher = publisher
        self._dry_runs = dry_runs
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._bodies = BodyReader()
        self._refusals = Refusals(ledger=ledger, clock=clock, ids=ids, metrics=metrics)

    async def receive(
        self, sender: Sender, repository_id: str, headers: Headers, chunks: AsyncIterator[bytes]
    ) -> Received:
        """Take one webhook in.

        Raises:
            ProblemError: it is not verified, or its body cannot be read, or is about another repository.
            PayloadError: it is verified, and makes no sense.
            RetryableError: a store is out of reach.
        """
        if not sender.proves(headers):
            raise ProblemError(HTTPStatus.UNAUTHORIZED, NOT_VERIFIED)
        repository = await self._ledger.repository(repository_id)
        body = await self._bodies.read(chunks)
        if repository is None or not await self._verified(sender, repository, headers, body):
            await self._refuse(sender, repository)
            raise ProblemError(HTTPStatus.UNAUTHORIZED, NOT_VERIFIED)
        told = sender.told(headers, parse_payload(body))
        if not isinstance(told, Ignored):
            await self._check_named(sender, repository, told.addresses)
            told = unwanted(repository, told) or told
        match told:
            case Ignored():
                received = Received(because=told.because)
            case PullRequest():
                received = await self._ask_for_plan(repository, told, body)
            case BranchMoved():
                received = await self._hand_on(repository, told, sender.delivery(headers, body))
        outcome = "IGNORED" if isinstance(told, Ignored) else "ACCEPTED"
        self._metrics.count("Webhooks", outcome=outcome, provider=sender.provider)
        return received

    async def _verified(self, sender: Sender, repository: Repository, headers: Headers, body: bytes) -> bool:
        arn, now = repository.webhook_secret_arn, self._clock.now()
        key = await self._keys.key(arn)
        if sender.signed(key or _DECOY, headers, body, now):
            return bool(key)
        newer = await self._keys.newer_key(arn, key)
        return bool(newer) and sender.signed(newer, headers, body, now)

    async def _refuse(self, sender: Sender, repository: Repository | None) -> None:
        if repository is None:
            because = "no repository is registered under the id in its address."
        elif repository.webhook_secret_arn is None:
            because = (
                f"no webhook secret is registered: gmctl repo update -r {repository.url} --webhook-secret ARN"
            )
        else:
            because = (
                f"its signature or token does not fit the secret {repository.webhook_secret_arn}. If it was "
                "not forged, that secret differs from the one at the Git host, or the API may not read it."
            )
        await self._refusals.note(sender, repository, because)

    async def _check_named(self, sender: Sender, repository: Repository, addresses: tuple[str, ...]) -> None:
        if is_named(repository.url, addresses):
            return
        because = (
            "it is about another repository. Each repository has a webhook of its own: its address ends with "
            "the id that gmctl repo list shows, and its URL is registered as the Git host spells it."
        )
        await self._refusals.note(sender, repository, because)
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"This webhook's address is that of {repository.url}, but {because}",
        )

    async def _ask_for_plan(self, repository: Repository, told: PullRequest, body: bytes) -> Received:
        """Ask for the dry run whose plan is written to the pull request.

        It is named after the body, which tells when it was updated and is signed, while GitHub's id of the
        delivery is not: whoever sends it again, with whichever id, asks nothing new.
        """
        digest = hashlib.sha256(body).hexdigest()[:_DIGEST]
        dry_run = await self._dry_runs.ask(
            repository=repository.url,
            branch=told.branch,
            head=told.head,
            pull_request=told.number,
            dry_run_id=f"pr-{repository.id}-{digest}",
        )
        because = (
            f"What merging {told.head} into {told.branch} would do is told at pull request {told.number}."
        )
        return Received(because=because, dry_run_id=dry_run.id)

    async def _hand_on(self, repository: Repository, told: BranchMoved, delivery: str) -> Received:
        """Publish; while the bus is away, leave it to the ingestor's sweeper: hosts do not send it again."""
        delivery_id = f"{repository.id}:{delivery}"
        push = Push(
            repository=repository.url, branch=told.branch, commit=told.commit, delivery_id=delivery_id
        )
        write = outbox(push, owner=Worker.INGESTOR, ids=self._ids, at=self._clock.now())
        try:
            await self._publisher.publish([write.event])
        except RetryableError:
            await self._ledger.transact([write])
        return Received(because=_accepted(told), delivery_id=delivery_id)


def _accepted(told: BranchMoved) -> str:
    if told.commit is None:
        return f"Branch {told.branch} was deleted: nothing is deployed or deleted until it comes back."
    return f"The tip of {told.branch} is deployed, as the ingestor finds it."
