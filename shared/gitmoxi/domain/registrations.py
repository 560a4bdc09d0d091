"""What a registration may say of the world beside Git: its host, its secrets and its channels."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import SplitResult, urlsplit

from gitmoxi.domain.feedback import GitProvider, NotificationKind, NotificationTarget, provider_of
from gitmoxi.domain.records import Repository
from gitmoxi.domain.secret_refs import SecretRefError, parse_secret_ref
from gitmoxi.errors import InvalidInputError

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(?P<fifo>\.fifo)?", re.ASCII)
"""https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html ("Name")"""

_PRINTABLE = re.compile(r"[!-~]+")
_SLACK = "hooks.slack.com"
_SECRETS_ALONE: Final = "slack=ARN_OF_THE_SECRET"


class RegistrationError(InvalidInputError):
    """A setting cannot be used; the message repeats neither addresses nor what may be a secret."""


def check_secret(text: str) -> str:
    """The text itself, if it says where a secret lies.

    Raises:
        RegistrationError: it does not; what may be the secret itself is not repeated.
    """
    try:
        parse_secret_ref(text)
    except SecretRefError as error:
        raise RegistrationError(f"{error}. The secret itself is never given to Gitmoxi.") from None
    return text


def check_channel(channel: NotificationTarget) -> NotificationTarget:
    """The channel itself, if facts can be sent there and nothing about it is secret.

    Raises:
        RegistrationError: says what its kind expects.
    """
    match channel.kind:
        case NotificationKind.SNS:
            _check_topic(channel.address)
        case NotificationKind.WEBHOOK:
            _check_webhook(channel.address)
        case NotificationKind.SLACK:
            _check_slack(channel.address)
    if channel.secret_arn is not None:
        if channel.kind is not NotificationKind.WEBHOOK:
            raise RegistrationError(f"only webhooks are signed: leave the secret of {channel.kind} out")
        check_secret(channel.secret_arn)
    return channel


def completed(repository: Repository) -> Repository:
    """The registration with the host's kind, which its URL tells where no person did.

    Raises:
        RegistrationError: its host cannot be told of deployments, or sends no webhooks.
    """
    provider = repository.provider or provider_of(repository.url)
    if repository.feedback:
        _check_feedback(provider, repository.token_arn)
    if provider is GitProvider.CODECOMMIT and repository.webhook_secret_arn is not None:
        raise RegistrationError(
            "CodeCommit sends no webhooks, it tells EventBridge of pushes by itself: leave the webhook's "
            "secret out"
        )
    return replace(repository, provider=provider)


def _check_feedback(provider: GitProvider | None, token_arn: str | None) -> None:
    if provider is None:
        raise RegistrationError(
            "feedback needs to know what kind of host this is, and its URL does not tell: add the provider, "
            "github or gitlab, or switch feedback off"
        )
    if provider is not GitProvider.CODECOMMIT and token_arn is None:
        raise RegistrationError(
            f"feedback writes commit statuses and comments to {provider}, which needs an access token: add "
            "the ARN of the secret that holds one, or switch feedback off"
        )


def _check_topic(address: str) -> None:
    found = _TOPIC.fullmatch(address)
    if found is None:
        raise RegistrationError("sns needs a topic's ARN: arn:aws:sns:REGION:ACCOUNT:TOPIC")
    if found["fifo"]:
        raise RegistrationError("FIFO topics are not supported: take a standard topic")


def _check_webhook(address: str) -> None:
    parts = _https(address)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise RegistrationError(
            "a webhook's URL carries no credentials, '?' or '#', for everybody who may list registrations "
            f"sees it: if the URL itself is a secret, put it into one and register {_SECRETS_ALONE}"
        )
    if parts.hostname == _SLACK:
        raise RegistrationError(
            "whoever knows the URL of a Slack webhook may post there: put it into a secret and register "
            f"{_SECRETS_ALONE}"
        )


def _https(address: str) -> SplitResult:
    try:
        parts = urlsplit(address if _PRINTABLE.fullmatch(address) else "")
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "\\" in address:
        raise RegistrationError("webhook needs an https URL: https://HOST/PATH")
    return parts


def _check_slack(address: str) -> None:
    try:
        parse_secret_ref(address)
    except SecretRefError:
        raise RegistrationError(
            "slack needs the ARN of the secret or parameter that holds the webhook's URL, never the URL "
            "itself"
        ) from None
