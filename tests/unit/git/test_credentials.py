"""Which credentials a registered repository is read with."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime

import pytest

from gitmoxi.adapters.aws.sessions import AwsCredentials
from gitmoxi.adapters.git.credentials import CODECOMMIT, RegisteredCredentials
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.adapters.memory.secrets import MemorySecrets
from gitmoxi.domain.feedback import GitProvider
from gitmoxi.domain.records import Repository
from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.secret_refs import SecretRefError, parse_secret_ref
from gitmoxi.ports.git import GitCredentials, RepositoryAccessError
from gitmoxi.ports.secrets import SecretNotFoundError

ARN = f"arn:aws:secretsmanager:eu-west-1:{'1' * 12}:secret:git-AbCdEf"
TOKEN = secrets.token_urlsafe(24)
ROTATED = TOKEN[::-1]
AT_CODECOMMIT = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/web"


class OwnCredentials:
    """A role's credentials, and how often they were asked for."""

    def __init__(self):
        self.asked = 0
        self.now = AwsCredentials(
            access_key="ASIA" + "QX" * 8,
            secret_key=base64.b64encode(b"only of these tests").decode(),
            token=base64.b64encode(b"a session").decode(),
        )

    async def own_credentials(self):
        self.asked += 1
        return self.now


class Desk:
    """A source with registrations, secrets and AWS credentials in the test's hand."""

    def __init__(self):
        self.ledger, self.secrets, self.aws = MemoryLedger(), MemorySecrets(), OwnCredentials()
        self.clock, self.learnt = FakeClock(), []
        self.source = RegisteredCredentials(
            ledger=self.ledger,
            secrets=self.secrets,
            aws=self.aws,
            clock=self.clock,
            learn=self.learnt.append,
        )

    async def register(self, url, **changes):
        known = await self.ledger.repository(repository_id(url))
        revision = 0 if known is None else known.revision
        repository = Repository(
            id=repository_id(url),
            url=url,
            branches=("main",),
            registered_at=datetime(2026, 1, 1, tzinfo=UTC),
            revision=revision + 1,
            **changes,
        )
        await self.ledger.put_repository(repository, expected_revision=revision)
        return repository.id

    async def with_secret(self, text, *, arn=ARN, url="https://git.example/acme/web", **changes):
        self.secrets.values[parse_secret_ref(arn)] = text
        return await self.register(url, token_arn=arn, **changes)


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.parametrize(
    ("url", "provider", "username"),
    [
        pytest.param("https://github.com/acme/web", None, "x-access-token", id="GitHub"),
        pytest.param("https://git.corp/web", GitProvider.GITHUB, "x-access-token", id="GitHub Enterprise"),
        pytest.param("https://gitlab.com/acme/web", None, "oauth2", id="GitLab"),
        pytest.param("https://git.corp/web", GitProvider.GITLAB, "oauth2", id="self-hosted GitLab"),
        pytest.param("https://bitbucket.org/acme/web", None, "x-token-auth", id="Bitbucket"),
        pytest.param("https://git.corp/web", None, "git", id="any other"),
        pytest.param(AT_CODECOMMIT, None, "git", id="CodeCommit with a token"),
    ],
)
async def test_a_token_is_sent_with_the_user_name_of_its_host(desk, url, provider, username):
    registered = await desk.with_secret(TOKEN, url=url, provider=provider)
    assert await desk.source.read(registered) == GitCredentials(username=username, password=TOKEN)


@pytest.mark.parametrize("text", [f"{TOKEN}\n", f"  {TOKEN}\r\n"], ids=["line end", "blanks"])
async def test_what_an_editor_put_around_a_token_is_taken_off(desk, text):
    credentials = await desk.source.read(await desk.with_secret(text))
    assert credentials.password == TOKEN


async def test_a_user_and_password_are_sent_as_they_are_stored(desk):
    text = json.dumps({"username": "deploy-token-7", "password": TOKEN, "expires": "2027"})
    registered = await desk.with_secret(text, url="https://gitlab.com/acme/web")
    assert await desk.source.read(registered) == GitCredentials(username="deploy-token-7", password=TOKEN)


async def test_the_text_of_a_json_key_is_a_token_whatever_it_looks_like(desk):
    text = json.dumps({"username": "x", "password": "y"})
    registered = await desk.with_secret(text, arn=f"{ARN}:token::")
    assert (await desk.source.read(registered)).password == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps({"token": TOKEN}), id="another key"),
        pytest.param(json.dumps({"username": "me", "password": ""}), id="empty password"),
        pytest.param(json.dumps({"username": "me", "password": {"is": TOKEN}}), id="password is no text"),
        pytest.param(json.dumps({"username": "me", "password": f"{TOKEN}\n"}), id="line end in password"),
        pytest.param(f"{TOKEN}\n{TOKEN}", id="two lines"),
        pytest.param(f"{TOKEN}\0", id="control character"),
    ],
)
async def test_a_secret_that_holds_no_token_is_named_and_not_told(desk, text):
    registered = await desk.with_secret(text)
    with pytest.raises(RepositoryAccessError) as caught:
        await desk.source.read(registered)
    assert ARN in str(caught.value)
    assert TOKEN not in str(caught.value)


async def test_a_public_repository_needs_none(desk):
    registered = await desk.register("https://github.com/acme/web")
    assert await desk.source.read(registered) is None
    assert await desk.source.identity(registered) == ""
    assert (desk.secrets.reads, desk.aws.asked) == (0, 0)


async def test_codecommit_needs_no_token(desk):
    registered = await desk.register(AT_CODECOMMIT)
    credentials = await desk.source.read(registered)
    assert credentials.username == f"{desk.aws.now.access_key}%{desk.aws.now.token}"
    assert credentials.password.startswith(desk.clock.now().strftime("%Y%m%dT%H%M%SZ"))
    assert {desk.aws.now.secret_key, desk.aws.now.token} <= set(desk.learnt)


async def test_threat_credentials_a_host_that_is_only_called_codecommit_gets_no_signature(desk):
    registered = await desk.register(
        "https://git-codecommit.evil.example/v1/repos/web", provider=GitProvider.CODECOMMIT
    )
    assert await desk.source.read(registered) is None
    assert desk.aws.asked == 0


async def test_each_read_uses_the_credentials_of_now(desk):
    registered = await desk.register(AT_CODECOMMIT)
    first = await desk.source.read(registered)
    desk.clock.advance(60)
    desk.aws.now = AwsCredentials(access_key="ASIA" + "ZZ" * 8, secret_key="s" * 40, token="t" * 40)
    second = await desk.source.read(registered, fresh=True)
    assert first.password != second.password
    assert second.username.startswith(desk.aws.now.access_key)


async def test_identities_tell_tokens_apart_and_hold_none(desk):
    stored = await desk.with_secret(TOKEN)
    signed = await desk.register(AT_CODECOMMIT)
    assert await desk.source.identity(stored) == ARN
    assert await desk.source.identity(signed) == CODECOMMIT
    assert desk.secrets.reads == 0


async def test_a_registration_with_another_token_counts_at_once(desk):
    registered = await desk.with_secret(TOKEN)
    other = ARN.replace("git-", "other-")
    await desk.with_secret(ROTATED, arn=other)
    assert await desk.source.identity(registered) == other
    assert (await desk.source.read(registered)).password == ROTATED


async def test_a_repository_that_is_not_registered_has_none(desk):
    assert await desk.source.read("r-unknown") is None
    assert await desk.source.identity("r-unknown") == ""


async def test_what_was_refused_is_read_anew(desk):
    class Counting(MemorySecrets):
        async def read(self, ref, *, fresh=False):
            asked.append(fresh)
            return await super().read(ref, fresh=fresh)

    asked = []
    registered = await desk.with_secret(TOKEN)
    counting = Counting()
    counting.values = desk.secrets.values
    source = RegisteredCredentials(
        ledger=desk.ledger, secrets=counting, aws=desk.aws, clock=desk.clock, learn=desk.learnt.append
    )
    await source.read(registered)
    await source.read(registered, fresh=True)
    assert asked == [False, True]


async def test_a_missing_secret_is_named_and_an_unusable_arn_which_may_be_a_token_is_not(desk):
    registered = await desk.register("https://git.example/acme/web", token_arn=ARN)
    with pytest.raises(SecretNotFoundError, match="git-AbCdEf"):
        await desk.source.read(registered)
    registered = await desk.register("https://git.example/acme/web", token_arn="arn:aws:s3:::x")
    with pytest.raises(SecretRefError, match="no ARN of a secret") as refused:
        await desk.source.read(registered)
    assert "s3" not in str(refused.value)


async def test_passwords_are_told_to_whoever_redacts_the_logs(desk):
    await desk.source.read(await desk.with_secret(json.dumps({"username": "me", "password": TOKEN})))
    assert desk.learnt == [TOKEN]
