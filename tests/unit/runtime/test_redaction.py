"""No secret reaches a log, whatever it is wrapped in; ordinary words do."""

from __future__ import annotations

import base64
import json
import string
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from gitmoxi.runtime.redaction import REDACTED, Redactor
from gitmoxi.runtime.spellings import KnownSecrets

LETTERS = string.ascii_letters + string.digits
LOGIN = "me" + ":" + "secret"
PEM_NAME = "RSA PRIVATE " + "KEY"


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("AKIA" + "Q7" * 8, id="AWS access key"),
        pytest.param("ASIA" + "Q7" * 8, id="AWS temporary access key"),
        pytest.param("ghp_" + LETTERS[:36], id="GitHub token"),
        pytest.param("github_pat_" + LETTERS[:40], id="GitHub fine-grained token"),
        pytest.param("glpat-" + LETTERS[:20], id="GitLab token"),
        pytest.param("gldt-" + LETTERS[:20], id="GitLab deploy token"),
        pytest.param("ATCTT" + LETTERS[:20], id="Bitbucket access token"),
        pytest.param("20260102T030405Z" + "0123456789abcdef" * 4, id="CodeCommit password"),
        pytest.param("IQoJb3JpZ2lu" + LETTERS, id="AWS session token"),
        pytest.param(f"-----BEGIN {PEM_NAME}-----\nabc\n-----END {PEM_NAME}-----", id="PEM"),
        pytest.param(f"-----BEGIN {PEM_NAME}-----\nabc", id="PEM cut off"),
    ],
)
def test_shapes_of_secrets_are_redacted_in_the_midst_of_text(secret):
    text = Redactor().text(f"before {secret}")
    assert text == f"before {REDACTED}"


def test_what_follows_a_secret_stays():
    token = "ghp_" + LETTERS[:36]
    assert Redactor().text(f"cannot use {token}, sorry") == f"cannot use {REDACTED}, sorry"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"https://{LOGIN}@git.corp/r", f"https://{REDACTED}@git.corp/r"),
        ("x-access-token:" + "secret" + "@git.corp", f"x-access-token:{REDACTED}@git.corp"),
        ("Authorization: Bearer " + LETTERS[:20], f"Authorization: Bearer {REDACTED}"),
        ("X-Amz-Security-Token=" + LETTERS[:20], f"X-Amz-Security-Token={REDACTED}"),
        ("ASIA" + "Q7" * 8 + "%IQoJb3JpZ2lu" + LETTERS, f"{REDACTED}%{REDACTED}"),
    ],
)
def test_credentials_in_urls_and_headers_are_redacted(text, expected):
    assert Redactor().text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "deployment.ticked",
        "https://github.com/acme/web",
        "arn:aws:ecs:eu-west-1:123456789012:service/prod/web",
        "AKIA is the beginning of an access key",
        "sha256:" + "0123456789abcdef" * 4,
    ],
)
def test_ordinary_text_is_left_alone(text):
    assert Redactor().text(text) == text


def test_values_are_redacted_by_type_name_and_depth():
    entry = {
        "event": "repository.read",
        "credential": SecretStr("anything"),
        "password": "anything",
        "Authorization": "Basic abc",
        "token_arn": "arn:aws:secretsmanager:eu-west-1:1:secret:x",
        "nested": [{"url": f"https://{LOGIN}@h/r"}, ("AKIA" + "Q7" * 8,)],
        "count": 3,
    }
    assert Redactor()(None, "info", entry) == {
        "event": "repository.read",
        "credential": REDACTED,
        "password": REDACTED,
        "Authorization": REDACTED,
        "token_arn": "arn:aws:secretsmanager:eu-west-1:1:secret:x",
        "nested": [{"url": f"https://{REDACTED}@h/r"}, [REDACTED]],
        "count": 3,
    }


def test_a_cycle_ends():
    cycle: dict[str, object] = {}
    cycle["self"] = cycle
    assert REDACTED in str(Redactor().value(cycle))


@pytest.mark.parametrize("around", ["", "a", "ab", "abc"])
@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text, id="as it is"),
        pytest.param(lambda text: quote(text, safe=""), id="URL-encoded"),
        pytest.param(lambda text: base64.b64encode(text.encode()).decode(), id="base64"),
        pytest.param(lambda text: base64.urlsafe_b64encode(text.encode()).decode(), id="base64 for URLs"),
        pytest.param(
            lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""), id="base64, URL-encoded"
        ),
        pytest.param(lambda text: text.encode().hex(), id="hex"),
        pytest.param(lambda text: text.encode().hex().upper(), id="hex in capitals"),
        pytest.param(lambda text: quote(text, safe="").lower(), id="URL-encoded in small letters"),
        pytest.param(json.dumps, id="JSON"),
        pytest.param(repr, id="repr"),
    ],
)
def test_threat_credentials_a_remembered_secret_is_found_however_it_is_encoded(encode, around):
    canary = "can/ary+?\"'\\~ é" + LETTERS[:26].lower()
    redactor = Redactor()
    redactor.remember(canary)
    redacted = redactor.text(encode(around + canary + around))
    assert REDACTED in redacted
    rest = redacted.replace(REDACTED, "")
    assert len(rest) <= 4 * len(around) + 10, "at most the edges stay"


def test_short_secrets_would_redact_ordinary_words_and_are_not_remembered():
    redactor = Redactor()
    redactor.remember("main")
    assert redactor.text("branch main") == "branch main"


@pytest.mark.parametrize("user", ["git", "oauth2", "x-token-auth", "x-access-token"])
def test_a_remembered_token_is_found_in_basic_authentication(user):
    token = LETTERS[:40]
    redactor = Redactor()
    redactor.remember(token)
    sent = base64.b64encode(f"{user}:{token}".encode()).decode()
    before, _, after = redactor.text(sent).partition(REDACTED)
    assert base64.b64decode(before).decode() in f"{user}:{token[:2]}", "at most the first two letters stay"
    assert len(after.rstrip("=")) <= 3, "and the last two"


def test_a_secret_that_is_no_proper_text_is_known_too():
    redactor = Redactor()
    redactor.remember("canary\ud800")
    assert redactor.text("a canary\ud800") == f"a {REDACTED}"


def test_of_two_secrets_that_begin_alike_the_whole_of_the_longer_is_taken():
    redactor = Redactor()
    redactor.remember("canary-one")
    redactor.remember("canary-one-and-more")
    assert redactor.text("canary-one-and-more, canary-one") == f"{REDACTED}, {REDACTED}"


def test_the_last_secrets_are_known_and_those_in_use_stay():
    known = KnownSecrets(most=2)
    for secret in ("first-secret", "second-secret", "first-secret", "third-secret"):
        known.add(secret)
    assert known.replaced("first-secret second-secret third-secret", "-") == "- second-secret -"
    assert "first" not in repr(known)


@pytest.mark.parametrize("count", [1, 1000], ids=["few", "many"])
def test_secrets_are_found_in_short_and_long_texts(count):
    known = KnownSecrets()
    for number in range(count):
        known.add(f"{number}-secret")
    for around in ("", "words of an ordinary line " * 20):
        assert known.replaced(f"{around}0-secret{around}", "-") == f"{around}-{around}"
        assert known.replaced(around, "-") == around
