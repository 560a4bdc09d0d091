"""What Git hosts with tokens have in common: the token is read at use, and anew after a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from gitmoxi.adapters.feedback.answers import check_answer, json_of
from gitmoxi.adapters.feedback.web import Web, WebAnswer, WebRequest
from gitmoxi.domain.records import Repository
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.feedback import FeedbackRefusedError
from gitmoxi.ports.secrets import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a host's API: ``path`` is below the API's address, ``need`` what it asks of the token."""

    method: str
    path: str
    need: str
    body: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHost:
    """Makes calls with the repository's token; ``headers`` puts it where the host looks for it."""

    web: Web
    secrets: Secrets
    clock: Clock
    allowed_hosts: Collection[str]
    headers: Callable[[str], Mapping[str, str]]

    async def call(self, repository: Repository, api: str, call: Call) -> Any:
        """The JSON document of the answer, None where it is empty.

        Raises:
            FeedbackRefusedError: the host refuses, for good.
            SecretNotFoundError, SecretAccessError: the token cannot be read.
            ThrottledError, UnavailableError: not now.
        """
        answer = await self.answer(repository, api, call)
        name = name_of(repository)
        check_answer(answer, name, call.need, self.clock.now())
        return json_of(answer, name) if answer.content else None

    async def answer(self, repository: Repository, api: str, call: Call) -> WebAnswer:
        """The answer as it is; a refused token is read again, and tried once more if it is another now."""
        if repository.token_arn is None:
            raise FeedbackRefusedError(
                f"{repository.url} has no token. {call.need} Register one: gmctl repo update --token-arn"
            )
        ref = parse_secret_ref(repository.token_arn)
        token = (await self.secrets.read(ref)).strip()
        answer = await self._send(repository, api, call, token)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            renewed = (await self.secrets.read(ref, fresh=True)).strip()
            if renewed != token:
                answer = await self._send(repository, api, call, renewed)
        return answer

    async def _send(self, repository: Repository, api: str, call: Call, token: str) -> WebAnswer:
        content = json.dumps(call.body).encode() if call.body is not None else None
        if not token.isascii() or not token.isprintable():
            raise FeedbackRefusedError(f"the token of {repository.url} holds characters that no token has")
        return await self.web.send(
            WebRequest(
                method=call.method,
                url=f"{api}{call.path}",
                name=name_of(repository),
                headers={"Content-Type": "application/json", **self.headers(token)},
                content=content,
            ),
            self.allowed_hosts,
        )


def name_of(repository: Repository) -> str:
    """What errors call the other side."""
    return f"{urlsplit(repository.url).netloc} (for {repository.url})"


def project_path(repository: Repository) -> str:
    """The path of a repository on its host, without slashes at its ends and without ``.git``."""
    return urlsplit(repository.url).path.strip("/").removesuffix(".git")


def origin_of(repository: Repository) -> str:
    """Scheme, host and port of a repository's URL."""
    parts = urlsplit(repository.url)
    return f"https://{parts.netloc}"
