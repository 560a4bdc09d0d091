"""Webhooks of those who know no secret, or know another, or send what no host sends."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from gitmoxi.domain.repositories import repository_id
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.errors import UnavailableError
from gitmoxi.ports.secrets import SecretAccessError
from gitmoxi_api.guards import MAX_WEBHOOK_BYTES
from gitmoxi_api.problems import ProblemError
from gitmoxi_api.webhooks import signatures
from gitmoxi_api.webhooks.bodies import BodyReader
from gitmoxi_api.webhooks.keys import KEPT_SECONDS, YOUNG_SECONDS
from gitmoxi_api.webhooks.refusals import QUIET_SECONDS
from tests.unit.api.stage import REPOSITORY, T0, URL
from tests.unit.api.webhooks import (
    GITHUB,
    GITLAB,
    KEY,
    SECRET_ARN,
    SIGNING_TOKEN,
    expect_webhooks,
    github_headers,
    github_push,
    gitlab_headers,
    gitlab_push,
    gitlab_signed_headers,
)

UNKNOWN = "/v1/webhooks/github/r-0000000000000000"
BODY = github_push()
DIGEST = hmac.new(KEY.encode(), BODY, hashlib.sha256).hexdigest()
SHA1 = hmac.new(KEY.encode(), BODY, hashlib.sha1).hexdigest()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"x-hub-signature": f"sha1={SHA1}"}, id="sha1 only"),
        pytest.param({"x-hub-signature-256": ""}, id="empty"),
        pytest.param({"x-hub-signature-256": "sha256="}, id="scheme only"),
        pytest.param({"x-hub-signature-256": DIGEST}, id="no scheme"),
        pytest.param({"x-hub-signature-256": f"sha256={DIGEST[:-1]}"}, id="a digit short"),
        pytest.param({"x-hub-signature-256": f"sha256={DIGEST}0"}, id="a digit long"),
        pytest.param({"x-hub-signature-256": f"sha256={DIGEST.upper()}"}, id="other case"),
        pytest.param({"x-hub-signature-256": "sha256=\N{SNOWMAN}".encode()}, id="non-ASCII"),
        pytest.param({"x-hub-signature-256": b"sha256=\xff\xfe"}, id="no text"),
        pytest.param({"x-gitlab-token": KEY}, id="the secret itself"),
    ],
)
async def test_threat_timing_what_is_no_signature_is_refused_in_the_same_words(api, stage, headers):
    await expect_webhooks(stage)
    answer = await api.post(
        GITHUB,
        content=BODY,
        headers={"content-type": "application/json", "x-github-event": "push"} | headers,
    )
    stranger = await api.post(UNKNOWN, content=BODY, headers=github_headers(BODY))
    assert answer.status_code == stranger.status_code == 401
    assert answer.json() | {"instance": ""} == stranger.json() | {"instance": ""}
    assert answer.json()["type"] == "urn:gitmoxi:problem:not-verified"
    assert stage.publisher.published == []


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize("path", [GITHUB, GITLAB])
async def test_threat_timing_an_empty_secret_fits_nothing(api, stage, empty, path):
    await stage.register(webhook_secret_arn=None if empty is None else SECRET_ARN)
    for key in ("", "None"):
        headers = github_headers(BODY, key=key) | gitlab_headers(token=key)
        assert (await api.post(path, content=BODY, headers=headers)).status_code == 401
    assert stage.publisher.published == []


def test_threat_timing_all_comparisons_are_constant_in_time(monkeypatch):
    compared = []

    def compare(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return given == expected

    monkeypatch.setattr(signatures.hmac, "compare_digest", compare)
    signatures.github_signed(KEY, {"x-hub-signature-256": "sha256=00"}, BODY, T0)
    signatures.gitlab_signed(KEY, {"x-gitlab-token": "guess"}, BODY, T0)
    signatures.gitlab_signed(SIGNING_TOKEN, gitlab_signed_headers(BODY, key="guess"), BODY, T0)
    assert len(compared) == 3


async def test_threat_forged_webhook_a_signature_of_a_does_not_push_to_b(api, stage):
    """Whoever knows the secret of one repository may speak for that one alone."""
    await expect_webhooks(stage)
    body = github_push(url="https://git.example.com/team/other")
    for _ in range(3):
        answer = await api.post(GITHUB, content=body, headers=github_headers(body))
    assert answer.status_code == 422
    assert f"This webhook's address is that of {URL}" in answer.json()["detail"]
    assert stage.publisher.published == []
    (entry,) = await stage.ledger.audit(10)
    assert (entry.kind, entry.details["repository"]) == ("webhook.refused", URL)


async def test_threat_forged_webhook_a_signature_of_another_body_or_key_is_none(api, stage):
    await expect_webhooks(stage)
    for headers in (github_headers(github_push(ref="refs/heads/x")), github_headers(BODY, key="guess")):
        assert (await api.post(GITHUB, content=BODY, headers=headers)).status_code == 401
    assert stage.publisher.published == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"webhook-signature": "v1,"}, id="empty"),
        pytest.param({"webhook-signature": "v1a,c2ln v2,c2ln"}, id="other schemes"),
        pytest.param({"webhook-id": "another"}, id="another id"),
        pytest.param({"webhook-timestamp": str(int(T0.timestamp()) + 1)}, id="another time"),
        pytest.param({"webhook-timestamp": "soon"}, id="no time"),
        pytest.param({"webhook-timestamp": "\N{SUPERSCRIPT TWO}".encode("latin-1")}, id="nearly a digit"),
        pytest.param({"webhook-signature": "", "x-gitlab-token": SIGNING_TOKEN}, id="the token itself"),
    ],
)
async def test_threat_forged_webhook_gitlabs_signing_token_covers_id_time_and_body(api, stage, changes):
    await expect_webhooks(stage, SIGNING_TOKEN)
    body = gitlab_push()
    headers = gitlab_signed_headers(body) | changes
    assert (await api.post(GITLAB, content=body, headers=headers)).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-299, 202), (299, 202), (301, 401)])
async def test_threat_replay_a_signed_webhook_of_gitlab_grows_old(api, stage, seconds, status):
    await expect_webhooks(stage, SIGNING_TOKEN)
    body = gitlab_push()
    headers = gitlab_signed_headers(body, at=int(T0.timestamp()) + seconds)
    assert (await api.post(GITLAB, content=body, headers=headers)).status_code == status


async def test_one_of_several_signatures_is_enough_while_a_token_is_rotated(api, stage):
    await expect_webhooks(stage, SIGNING_TOKEN)
    body = gitlab_push()
    headers = gitlab_signed_headers(body)
    headers["webhook-signature"] = f"v1,b2xk {headers['webhook-signature']}"
    assert (await api.post(GITLAB, content=body, headers=headers)).status_code == 202


@pytest.mark.parametrize("token", ["whsec_", "whsec_%%%", "whsec_\N{SNOWMAN}"])
async def test_a_signing_token_that_is_none_fits_nothing(api, stage, token):
    await expect_webhooks(stage, token)
    body = gitlab_push()
    for key in ("", token):
        headers = gitlab_signed_headers(body, key=key)
        assert (await api.post(GITLAB, content=body, headers=headers)).status_code == 401


async def test_threat_webhook_denial_forgers_do_not_fill_the_audit_trail(api, stage):
    await expect_webhooks(stage)
    headers = github_headers(BODY, key="guess")
    for _ in range(50):
        await api.post(GITHUB, content=BODY, headers=headers)
        await api.post(UNKNOWN, content=BODY, headers=headers)
    assert len(await stage.ledger.audit(100)) == 2

    stage.clock.advance(QUIET_SECONDS)
    await api.post(GITHUB, content=BODY, headers=headers)
    newest, *_ = await stage.ledger.audit(100)
    assert newest.details["refused_since_last_entry"] == "49"
    assert stage.meter.noted.count(("Webhooks", "REFUSED")) == 101


async def test_threat_webhook_denial_a_body_is_cut_while_it_arrives(api, stage):
    await expect_webhooks(stage)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 5 * 1024**3:
            sent += 2**20
            yield b" " * 2**20

    answer = await api.post(GITHUB, content=endless(), headers=github_headers(b""))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:gitmoxi:problem:too-large")
    assert sent <= MAX_WEBHOOK_BYTES + 2**21


async def test_threat_webhook_denial_without_a_signature_nothing_is_read(api, stage):
    await expect_webhooks(stage)
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        sent += 1
        yield BODY

    await stage.ledger.delete_repository(REPOSITORY)
    answer = await api.post(GITHUB, content=body(), headers={"content-type": "application/json"})
    assert (answer.status_code, stage.secrets.reads) == (401, 0)


async def test_threat_webhook_denial_all_bodies_together_are_bounded():
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 60

    async def while_another_is_read() -> AsyncIterator[bytes]:
        yield b"y" * 60
        with pytest.raises(ProblemError, match="Too many large webhooks"):
            await reader.read(chunks())

    reader = BodyReader(together_bytes=100)
    assert len(await reader.read(while_another_is_read())) == 60
    assert len(await reader.read(chunks())) == 60


async def test_threat_webhook_denial_a_body_that_drips_is_given_up():
    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        with pytest.raises(TimeoutError):
            await never.wait()
        raise TimeoutError

    never = asyncio.Event()
    with pytest.raises(ProblemError, match="not there after"):
        await BodyReader(within_seconds=0.01).read(dripping())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"[]", "not a JSON object", id="array"),
        pytest.param(b'"push"', "not a JSON object", id="text"),
        pytest.param(b"{" * 10, "not JSON", id="broken"),
        pytest.param(b"\xff\xfe{}", "not JSON", id="no UTF-8"),
        pytest.param(b'{"a":' * 100_000, "nested too deep", id="deep"),
        pytest.param(b"[" * 100_000, "nested too deep", id="deep arrays"),
        pytest.param(b'{"ref": "refs/heads/a", "ref": "refs/heads/main"}', "'ref' stands twice", id="twice"),
        pytest.param(b'{"a": NaN}', "NaN is not JSON", id="NaN"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "not JSON", id="a number of 5,000 digits"),
        pytest.param(github_push(repository=[]), "no object 'repository'", id="array for object"),
        pytest.param(github_push(repository=None), "no object 'repository'", id="null for object"),
        pytest.param(github_push(ref={"a": 1}), "no text 'ref'", id="object for text"),
        pytest.param(github_push(after=7), "no text 'after'", id="number for text"),
        pytest.param(github_push(after="x" * 40), "'after' is no commit's id", id="no commit"),
        pytest.param(
            github_push(repository={"clone_url": ["a"], "html_url": 1}),
            "another repository",
            id="no addresses",
        ),
        pytest.param(
            github_push(repository={"clone_url": "https://a b", "html_url": "http://[", "ssh_url": "git@:x"}),
            "another repository",
            id="addresses that are none",
        ),
        pytest.param(github_push(ref="refs/heads/\ud800"), None, id="half a character"),
    ],
)
async def test_a_genuine_body_that_makes_no_sense_is_a_problem_and_never_a_crash(api, stage, body, says):
    await expect_webhooks(stage)
    answer = await api.post(GITHUB, content=body, headers=github_headers(body))
    if says is None:
        assert (answer.status_code, answer.json()["accepted"]) == (200, False)
    else:
        assert answer.status_code == 422
        assert says in answer.json()["detail"]
    assert stage.publisher.published == []


async def test_githubs_usual_form_says_what_to_choose(api, stage):
    await expect_webhooks(stage)
    headers = github_headers(BODY) | {"content-type": "application/x-www-form-urlencoded"}
    answer = await api.post(GITHUB, content=b"payload=%7B%7D", headers=headers)
    assert answer.status_code == 415
    assert "choose the content type application/json" in answer.json()["detail"]


async def test_a_secret_is_read_once_a_minute_whoever_asks(api, stage):
    await expect_webhooks(stage)
    for key in (KEY, "guess", "guess", KEY):
        await api.post(GITHUB, content=BODY, headers=github_headers(BODY, key=key))
    assert stage.secrets.reads == 1
    stage.clock.advance(KEPT_SECONDS)
    await api.post(GITHUB, content=BODY, headers=github_headers(BODY))
    assert stage.secrets.reads == 2


async def test_a_rotated_secret_is_taken_up_at_the_first_webhook_that_it_signs(api, stage):
    await expect_webhooks(stage)
    await api.post(GITHUB, content=BODY, headers=github_headers(BODY))
    rotated = "battery staple " * 2
    stage.secrets.values[parse_secret_ref(SECRET_ARN)] = rotated
    stage.clock.advance(YOUNG_SECONDS)

    answer = await api.post(GITHUB, content=BODY, headers=github_headers(BODY, key=rotated))

    assert answer.status_code == 202
    assert (await api.post(GITHUB, content=BODY, headers=github_headers(BODY))).status_code == 401


async def test_while_secrets_cannot_be_read_the_last_one_serves(api, stage):
    await expect_webhooks(stage)

    async def away(*_args: object, **_options: object) -> str:
        raise UnavailableError("secretsmanager:GetSecretValue: 503")

    read = stage.secrets.read
    stage.secrets.read = away
    assert (await api.post(GITHUB, content=BODY, headers=github_headers(BODY))).status_code == 503
    stage.secrets.read = read
    assert (await api.post(GITHUB, content=BODY, headers=github_headers(BODY))).status_code == 202
    stage.secrets.read = away
    stage.clock.advance(KEPT_SECONDS)
    assert (await api.post(GITHUB, content=BODY, headers=github_headers(BODY))).status_code == 202


async def test_an_audit_trail_out_of_reach_changes_no_answer(api, stage):
    await expect_webhooks(stage)

    async def away(_entry: object) -> None:
        raise UnavailableError("dynamodb:PutItem: 503")

    stage.ledger.put_audit = away
    assert (await api.post(GITHUB, content=BODY, headers=github_headers(BODY, key="x"))).status_code == 401


class DeniedSecrets:
    async def read(self, ref, *, fresh=False):
        raise SecretAccessError(f"the role may not read {ref.arn}")


async def test_a_secret_that_may_not_be_read_fits_no_signature_and_the_log_says_why(stage, logs):
    await stage.register(webhook_secret_arn=SECRET_ARN)
    stage.secrets = DeniedSecrets()
    transport = httpx.ASGITransport(app=stage.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        assert (await client.post(GITHUB, content=BODY, headers=github_headers(BODY))).status_code == 401
    assert any("the role may not read" in entry.get("because", "") for entry in logs)


async def test_threat_replay_the_same_delivery_has_the_same_id_each_time(api, stage):
    await expect_webhooks(stage)
    headers = github_headers(BODY)
    ids = {(await api.post(GITHUB, content=BODY, headers=headers)).json()["delivery_id"] for _ in range(100)}
    assert len(ids) == 1
    assert {json.loads(event.detail)["delivery_id"] for event in stage.publisher.published} == ids


async def test_the_same_id_of_two_repositories_is_two_deliveries(api, stage):
    other = "https://git.example.com/team/other"
    await expect_webhooks(stage)
    await expect_webhooks(stage, id=repository_id(other), url=other)
    ids = set()
    for url in (URL, other):
        body = github_push(url=url)
        path = f"/v1/webhooks/github/{repository_id(url)}"
        ids.add((await api.post(path, content=body, headers=github_headers(body))).json()["delivery_id"])
    assert len(ids) == 2
