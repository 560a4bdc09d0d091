"""How secrets are read: the fake in memory, and the adapter on the local cloud's two stores."""

from __future__ import annotations

import itertools
import json
import secrets
import traceback

import pytest

from gitmoxi.adapters.aws.secrets import AwsSecrets
from gitmoxi.adapters.aws.system_clock import SystemClock
from gitmoxi.adapters.memory.secrets import MemorySecrets
from gitmoxi.adapters.remembered_secrets import RememberedSecrets
from gitmoxi.domain.secret_refs import SecretRef, SecretStore, parse_secret_ref
from gitmoxi.errors import ThrottledError, UnavailableError
from gitmoxi.ports.secrets import SecretAccessError, SecretNotFoundError
from gitmoxi_local.faults import CallFaultSpec

ELSEWHERE = "eu-central-1"
"""No client of the tests' has this region by itself: it must come out of the ARN."""

_NUMBERS = itertools.count(1)


class MemoryWorld:
    """The fake."""

    def __init__(self, store, **_parts):
        self.secrets = MemorySecrets()
        self._store = store

    async def put(self, value):
        return await self.rotate(self.absent(), value)

    async def rotate(self, ref, value):
        self.secrets.values[ref] = value
        return ref

    def absent(self):
        number = next(_NUMBERS)
        return SecretRef(store=self._store, arn=f"arn:{self._store}:{number}", region=ELSEWHERE)


class AwsWorld:
    """The adapter, with what it remembers, in front of the local cloud."""

    def __init__(self, store, *, clients, account):
        self.learnt = []
        self.adapter = AwsSecrets(clients, installation="ours", learn=self.learnt.append)
        self.secrets = RememberedSecrets(self.adapter, SystemClock())
        self._store, self._clients, self._account = store, clients, account

    async def put(self, value):
        name = f"git-{next(_NUMBERS)}"
        if self._store is SecretStore.PARAMETER_STORE:
            client = await self._client()
            await client.put_parameter(Name=f"/{name}", Value=value, Type="SecureString")
            return parse_secret_ref(f"arn:aws:ssm:{ELSEWHERE}:{self._account}:parameter/{name}")
        made = await (await self._client()).create_secret(Name=name, **_content(value))
        return parse_secret_ref(made["ARN"])

    async def rotate(self, ref, value):
        client = await self._client()
        if self._store is SecretStore.PARAMETER_STORE:
            name = ref.arn.partition("parameter")[2]
            await client.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
        else:
            await client.put_secret_value(SecretId=ref.arn, **_content(value))
        return ref

    def absent(self):
        kind = "parameter/" if self._store is SecretStore.PARAMETER_STORE else "secret:"
        number = next(_NUMBERS)
        return parse_secret_ref(f"arn:aws:{self._store}:{ELSEWHERE}:{self._account}:{kind}absent-{number}")

    async def _client(self):
        return await self._clients.client(self._store, region=ELSEWHERE)


def _content(value):
    return {"SecretBinary": value} if isinstance(value, bytes) else {"SecretString": value}


@pytest.fixture(params=SecretStore)
def store(request):
    return request.param


@pytest.fixture
def aws(store, clients, cloud):
    return AwsWorld(store, clients=clients, account=cloud.account)


@pytest.fixture
def manager(clients, cloud):
    return AwsWorld(SecretStore.SECRETS_MANAGER, clients=clients, account=cloud.account)


@pytest.fixture(params=[MemoryWorld, AwsWorld], ids=["memory", "aws"])
def world(request, store, clients, cloud):
    return request.param(store, clients=clients, account=cloud.account)


@pytest.fixture
def token():
    return secrets.token_urlsafe(24)


def told(error):
    """All that a log could show of an error, and of those that it grew out of."""
    chain = []
    while error is not None:
        chain.append(error)
        error = error.__context__
    return "".join(traceback.format_exception(chain[0])) + "".join(f"{vars(one)}{one!r}" for one in chain)


async def test_a_secret_is_read_as_it_was_stored(world, token):
    assert await world.secrets.read(await world.put(token)) == token


async def test_a_rotated_secret_is_read_by_who_was_refused_with_the_old_one(world, token):
    ref = await world.put(secrets.token_urlsafe(24))
    await world.secrets.read(ref)
    await world.rotate(ref, token)
    assert await world.secrets.read(ref, fresh=True) == token


async def test_a_secret_that_is_not_there_is_named(world):
    ref = world.absent()
    with pytest.raises(SecretNotFoundError, match=ref.arn):
        await world.secrets.read(ref)


async def test_a_secret_that_comes_to_be_is_read_at_once(world, token):
    ref = await world.put(token)
    with pytest.raises(SecretNotFoundError):
        await world.secrets.read(world.absent())
    assert await world.secrets.read(ref) == token


async def test_a_json_key_is_chosen(aws, token):
    ref = await aws.put(json.dumps({"token": token, "other": "x"}))
    separator = "#token" if ref.store is SecretStore.PARAMETER_STORE else ":token::"
    assert await aws.secrets.read(parse_secret_ref(ref.arn + separator)) == token


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("plain {token}", "no JSON object", id="no JSON"),
        pytest.param('["{token}"]', "no JSON object", id="a list"),
        pytest.param("[" * 2_000 + "{token}", "no JSON object", id="too deep"),
        pytest.param('{{"other": "{token}"}}', "no such thing as the JSON key token", id="another key"),
        pytest.param('{{"token": {{"other": "{token}"}}}}', "JSON of another kind", id="no text"),
        pytest.param('{{"other": "{token}", "token": ""}}', "is empty", id="empty"),
    ],
)
async def test_threat_credentials_a_json_key_that_cannot_be_chosen_is_named_and_nothing_is_told(
    manager, token, text, words
):
    ref = await manager.put(text.format(token=token))
    with pytest.raises(SecretNotFoundError, match=words) as caught:
        await manager.secrets.read(parse_secret_ref(f"{ref.arn}:token::"))
    assert ref.arn in str(caught.value)
    assert token not in told(caught.value)


async def test_bytes_are_read_as_text(manager, token):
    assert await manager.secrets.read(await manager.put(token.encode())) == token


async def test_bytes_that_are_no_text_are_not_told(manager, token):
    ref = await manager.put(token.encode() + b"\xff")
    with pytest.raises(SecretNotFoundError, match="no UTF-8 text") as caught:
        await manager.secrets.read(ref)
    assert token not in told(caught.value)


async def test_a_secret_of_blanks_is_as_good_as_none(manager):
    with pytest.raises(SecretNotFoundError, match="is empty"):
        await manager.secrets.read(await manager.put(" \n"))


async def test_an_older_stage_is_read_where_it_is_named(manager, token):
    ref = await manager.put(token)
    await manager.rotate(ref, secrets.token_urlsafe(24))
    assert await manager.secrets.read(parse_secret_ref(f"{ref.arn}::AWSPREVIOUS:")) == token


async def test_a_version_is_read_where_it_is_named(manager, token, clients):
    ref = await manager.put(secrets.token_urlsafe(24))
    client = await clients.client("secretsmanager", region=ELSEWHERE)
    version = (await client.put_secret_value(SecretId=ref.arn, SecretString=token))["VersionId"]
    await manager.rotate(ref, secrets.token_urlsafe(24))
    assert await manager.secrets.read(parse_secret_ref(f"{ref.arn}:::{version}")) == token


async def test_a_secret_that_is_being_deleted_is_not_there(manager, token, clients):
    ref = await manager.put(token)
    await (await clients.client("secretsmanager", region=ELSEWHERE)).delete_secret(SecretId=ref.arn)
    with pytest.raises(SecretNotFoundError, match="restore"):
        await manager.secrets.read(ref)


async def test_a_denial_names_the_permission_and_the_tag(aws, token, cloud, store):
    ref = await aws.put(token)
    cloud.client.add_faults(calls=[CallFaultSpec(service=store.value, kind="deny", times=1)])
    with pytest.raises(SecretAccessError) as caught:
        await aws.secrets.read(ref)
    operation = {"ssm": "ssm:GetParameter", "secretsmanager": "secretsmanager:GetSecretValue"}[store]
    for words in (ref.arn, operation, "the tag gitmoxi:installation is ours", "kms:Decrypt"):
        assert words in str(caught.value)
    assert await aws.secrets.read(ref) == token, "an error is not remembered"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("throttle", ThrottledError, id="throttled"),
        pytest.param("error500", UnavailableError, id="out of order"),
        pytest.param("drop_reply", UnavailableError, id="no answer"),
    ],
)
async def test_a_store_that_cannot_answer_now_is_asked_later(aws, token, cloud, store, kind, expected):
    ref = await aws.put(token)
    cloud.client.add_faults(calls=[CallFaultSpec(service=store.value, kind=kind, times=1)])
    with pytest.raises(expected):
        await aws.secrets.read(ref)


async def test_what_is_read_is_told_to_whoever_redacts_the_logs(manager, token):
    text = json.dumps({"token": token})
    ref = await manager.put(text)
    await manager.secrets.read(parse_secret_ref(f"{ref.arn}:token::"))
    assert manager.learnt == [text, token]
