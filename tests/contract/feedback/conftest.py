"""Each kind of Git host in turn: what a test says holds for all of them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from gitmoxi.adapters.feedback.codecommit import CodeCommitFeedback
from gitmoxi.adapters.feedback.github import GitHubFeedback
from gitmoxi.adapters.feedback.gitlab import GitLabFeedback
from gitmoxi.adapters.feedback.web import Web, WebTimes
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.adapters.memory.feedback import MemoryFeedback
from gitmoxi.adapters.memory.secrets import MemorySecrets
from gitmoxi.domain.records import Repository
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.ports.feedback import CommitFeedback
from tests.contract.feedback.codecommit_fake import FakeCodeCommit
from tests.contract.feedback.forge import Forge, ForgeServer

TOKEN_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:git-token-AbCdEf"
PULL_REQUEST = 7


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def forge() -> Forge:
    return Forge(token=f"token-{secrets.token_hex(16)}")


@pytest.fixture
def server(forge: Forge, authority: trustme.CA) -> Iterator[ForgeServer]:
    server = ForgeServer(forge, authority)
    yield server
    server.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))


@pytest.fixture
def token_store(forge: Forge) -> MemorySecrets:
    store = MemorySecrets()
    store.values[parse_secret_ref(TOKEN_ARN)] = forge.token
    return store


@pytest.fixture
async def web(ca_file: Path) -> AsyncIterator[Web]:
    web = Web(ca_file=ca_file, times=WebTimes(connect=2, read=2, whole=3))
    yield web
    await web.close()


def a_repository(url: str, **changes: Any) -> Repository:
    values = {
        "id": repository_id(url),
        "url": url,
        "branches": ("main",),
        "registered_at": datetime(2026, 11, 22, tzinfo=UTC),
        "token_arn": TOKEN_ARN,
        "feedback": True,
    }
    return Repository(**values | changes)


@dataclass
class Seen:
    """A host under test, and how to look at it."""

    feedback: CommitFeedback
    repository: Repository
    comments: Callable[[], list[str]]
    codecommit: FakeCodeCommit | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def github(server: ForgeServer, forge: Forge, web: Web, token_store: MemorySecrets, clock: FakeClock) -> Seen:
    return Seen(
        feedback=GitHubFeedback(web=web, secrets=token_store, clock=clock, allowed_hosts=("127.0.0.1",)),
        repository=a_repository(f"{server.url}/team/shop"),
        comments=lambda: _bodies(forge),
    )


@pytest.fixture
def gitlab(server: ForgeServer, forge: Forge, web: Web, token_store: MemorySecrets, clock: FakeClock) -> Seen:
    forge.project = "group/sub.group/shop"
    return Seen(
        feedback=GitLabFeedback(web=web, secrets=token_store, clock=clock, allowed_hosts=("127.0.0.1",)),
        repository=a_repository(f"{server.url}/group/sub.group/shop.git"),
        comments=lambda: _bodies(forge),
    )


@pytest.fixture
def codecommit() -> Seen:
    fake = FakeCodeCommit()
    url = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop"
    return Seen(
        feedback=CodeCommitFeedback(fake),
        repository=a_repository(url, token_arn=None),
        comments=lambda: [one["content"] for one in fake._on("pull request", str(PULL_REQUEST))],
        codecommit=fake,
    )


@pytest.fixture
def memory() -> Seen:
    feedback = MemoryFeedback()
    return Seen(
        feedback=feedback,
        repository=a_repository("https://github.com/team/shop"),
        comments=lambda: list(feedback.comments.values()),
    )


@pytest.fixture(params=["memory", "github", "gitlab", "codecommit"])
def host(request: pytest.FixtureRequest) -> Seen:
    seen: Seen = request.getfixturevalue(request.param)
    return seen


def _bodies(forge: Forge) -> list[str]:
    return [one["body"] for one in forge.comments.get(PULL_REQUEST, [])]
