"""The credentials of registered repositories: a token that lies in AWS, or AWS's own for CodeCommit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from gitmoxi.adapters.aws.codecommit import codecommit_credentials, codecommit_repository
from gitmoxi.adapters.aws.sessions import AwsCredentials
from gitmoxi.adapters.secret_documents import secret_document
from gitmoxi.domain.feedback import GitProvider, provider_of
from gitmoxi.domain.records import Repository
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.git import GitCredentials, RepositoryAccessError
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.secrets import Secrets

CODECOMMIT = "codecommit"
"""The identity of the process's own AWS credentials: mirrors outlive their rotation."""

_USERNAMES = {
    GitProvider.GITHUB: "x-access-token",
    GitProvider.GITLAB: "oauth2",
}
_USERNAMES_AT = {"bitbucket.org": "x-token-auth"}
_ANY_USERNAME = "git"
"""Where the token alone counts, as with most hosts."""


class OwnCredentials(Protocol):
    """Where the process's own AWS credentials come from."""

    async def own_credentials(self) -> AwsCredentials:
        """Those of now."""
        ...


class RegisteredCredentials:
    """``GitCredentialSource`` of what is registered in the ledger; ``learn`` is told what logs must not show.

    A token alone is sent with the user name that its host expects. A secret that is a JSON object with
    ``username`` and ``password`` is sent as it is.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        secrets: Secrets,
        aws: OwnCredentials,
        clock: Clock,
        learn: Callable[[str], None],
    ) -> None:
        self._ledger = ledger
        self._secrets = secrets
        self._aws = aws
        self._clock = clock
        self._learn = learn

    async def identity(self, repository_id: str) -> str:
        """The token's ARN, or that it is AWS's own credentials that count; empty for a public repository."""
        repository = await self._ledger.repository(repository_id)
        if repository is None:
            return ""
        if repository.token_arn:
            return repository.token_arn
        return CODECOMMIT if codecommit_repository(repository.url) else ""

    async def read(self, repository_id: str, *, fresh: bool = False) -> GitCredentials | None:
        """The credentials to use now.

        Raises:
            RepositoryAccessError: the secret holds nothing that could be a token.
            PermanentError, RetryableError: as :class:`~gitmoxi.ports.secrets.Secrets`.
        """
        repository = await self._ledger.repository(repository_id)
        if repository is None:
            return None
        if repository.token_arn:
            return await self._stored(repository, repository.token_arn, fresh=fresh)
        return await self._signed(repository)

    async def _stored(self, repository: Repository, arn: str, *, fresh: bool) -> GitCredentials:
        ref = parse_secret_ref(arn)
        text = await self._secrets.read(ref, fresh=fresh)
        document = None if ref.json_key else secret_document(text)
        credentials = (
            GitCredentials(username=_username(repository), password=_sendable(arn, text.strip()))
            if document is None
            else _basic(arn, document)
        )
        self._learn(credentials.password)
        return credentials

    async def _signed(self, repository: Repository) -> GitCredentials | None:
        at_codecommit = codecommit_repository(repository.url)
        if at_codecommit is None:
            return None
        own = await self._aws.own_credentials()
        for secret in filter(None, (own.secret_key, own.token)):
            self._learn(secret)
        return codecommit_credentials(at_codecommit, own, self._clock.now())


def _username(repository: Repository) -> str:
    host = urlsplit(repository.url).hostname or ""
    if host in _USERNAMES_AT:
        return _USERNAMES_AT[host]
    provider = repository.provider or provider_of(repository.url)
    return _ANY_USERNAME if provider is None else _USERNAMES.get(provider, _ANY_USERNAME)


def _basic(arn: str, document: dict[str, object]) -> GitCredentials:
    username, password = document.get("username"), document.get("password")
    if not (isinstance(username, str) and isinstance(password, str) and username and password):
        raise RepositoryAccessError(
            f"the secret {arn} is a JSON object without the texts username and password: add them, or "
            "register the key that holds the token, as ARN:KEY:: (Secrets Manager) or ARN#KEY (parameter)"
        )
    return GitCredentials(username=_sendable(arn, username), password=_sendable(arn, password))


def _sendable(arn: str, text: str) -> str:
    if not text.isprintable():
        raise RepositoryAccessError(
            f"the secret {arn} holds line breaks or control characters: store the token alone"
        )
    return text
