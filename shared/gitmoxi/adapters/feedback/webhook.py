"""Notices to webhooks: signed ones, and those that speak Slack's form."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Collection
from urllib.parse import urlsplit

from gitmoxi.adapters.feedback.answers import check_answer
from gitmoxi.adapters.feedback.web import Web, WebRequest
from gitmoxi.contracts.notices import document_of
from gitmoxi.domain.commit_reports import shortened
from gitmoxi.domain.feedback import NotificationTarget
from gitmoxi.domain.notices import Notice, NoticeKind
from gitmoxi.domain.repositories import RepositoryUrlError
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.feedback import FeedbackRefusedError
from gitmoxi.ports.secrets import Secrets

_PREFIX = "whsec_"
"""Begins a secret in the specification's spelling: what follows is base64."""

_LONGEST_PART = 1_500
"""Characters of a part of a Slack message; Slack asks for messages of at most 4,000 characters."""


class Poster:
    """Posts documents to hosts that are public, or named in ``allowed_hosts``."""

    def __init__(self, *, web: Web, clock: Clock, allowed_hosts: Collection[str]) -> None:
        self._web = web
        self._clock = clock
        self._allowed_hosts = allowed_hosts

    async def post(self, request: WebRequest, need: str) -> None:
        """Post, and look at the answer's status only; errors as :class:`Channels` says."""
        host = urlsplit(request.url).hostname or ""
        named = self._allowed_hosts if host in self._allowed_hosts else ()
        try:
            answer = await self._web.send(request, named)
        except RepositoryUrlError:
            raise FeedbackRefusedError(
                f"{request.name} is at the host {host}, which lies inside the own network: "
                "name the host in GITMOXI_NOTIFIER_ALLOWED_HOSTS if that is meant"
            ) from None
        check_answer(answer, request.name, need, self._clock.now())


class SignedWebhook:
    """Posts the notice's document with the headers of the Standard Webhooks specification.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """

    def __init__(self, *, poster: Poster, secrets: Secrets, clock: Clock) -> None:
        self._poster = poster
        self._secrets = secrets
        self._clock = clock

    async def send(self, target: NotificationTarget, notice: Notice) -> None:
        name = f"the webhook at {urlsplit(target.address).hostname}"
        if target.secret_arn is None:
            raise FeedbackRefusedError(f"{name} has no secret to sign with: register one")
        key = key_of(await self._secrets.read(parse_secret_ref(target.secret_arn)))
        content = document_of(notice).model_dump_json().encode()
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": notice.id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(key, notice.id, timestamp, content),
        }
        request = WebRequest(method="POST", url=target.address, name=name, headers=headers, content=content)
        await self._poster.post(request, "The receiver has to answer with 2xx.")


class SlackWebhook:
    """Posts one text to a webhook whose URL is a secret, so errors never name it."""

    def __init__(self, *, poster: Poster, secrets: Secrets) -> None:
        self._poster = poster
        self._secrets = secrets

    async def send(self, target: NotificationTarget, notice: Notice) -> None:
        url = (await self._secrets.read(parse_secret_ref(target.address))).strip()
        body = {"text": slack_text(notice), "unfurl_links": False, "unfurl_media": False}
        request = WebRequest(
            method="POST",
            url=url,
            name=f"the Slack webhook of {target.address}",
            headers={"Content-Type": "application/json"},
            content=json.dumps(body).encode(),
        )
        await self._poster.post(request, "Make a new incoming webhook, and put its URL into the secret.")


def key_of(secret: str) -> bytes:
    """The signing key: base64 behind ``whsec_``, or the text itself.

    Raises:
        FeedbackRefusedError: what follows ``whsec_`` is no base64; the text is not repeated.
    """
    text = secret.strip()
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise FeedbackRefusedError(
            "the webhook's secret begins with whsec_, but what follows is no base64"
        ) from None


def signature(key: bytes, notice_id: str, timestamp: str, content: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.content``."""
    signed = b".".join((notice_id.encode(), timestamp.encode(), content))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def slack_text(notice: Notice) -> str:
    """The notice in Slack's mrkdwn; what others wrote can neither mention nor pretend to be a link."""
    sign = _SIGNS.get(notice.kind, ":x:")
    commit = f"{notice.repository_url} {notice.branch} {notice.commit_sha[:12]}"
    lines = [f"{sign} *{_plain(notice.title)}*", _plain(notice.because), f"Next: `{_plain(notice.command)}`"]
    return "\n".join([*lines, _plain(commit)])


_SIGNS = {NoticeKind.COMMIT_DEPLOYED: ":white_check_mark:", NoticeKind.HELD: ":hand:"}

_CONTROL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'"})


def _plain(text: str) -> str:
    """``&``, ``<`` and ``>`` are Slack's control characters: without them nothing mentions or links.

    https://docs.slack.dev/messaging/formatting-message-text/#escaping
    """
    printable = "".join(char if char.isprintable() else " " for char in text)
    return shortened(printable, _LONGEST_PART).translate(_CONTROL)
