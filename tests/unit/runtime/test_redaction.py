"""No secret reaches a log, whatever it is wrapped in; ordinary words do."""

from __future__ import annotations

import base64
import string
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from gitmoxi.runtime.redaction import REDACTED, Redactor

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
    ],
)
def test_a_remembered_secret_is_found_however_it_is_encoded(encode, around):
    canary = "can/ary+?~" + LETTERS[:30]
    redactor = Redactor()
    redactor.remember(SecretStr(canary))
    redacted = redactor.text(encode(around + canary + around))
    assert REDACTED in redacted
    rest = redacted.replace(REDACTED, "")
    assert len(rest) <= 2 * len(quote(around, safe="")) + 10, "at most the edges stay"


def test_short_secrets_would_redact_ordinary_words_and_are_not_remembered():
    redactor = Redactor()
    redactor.remember(SecretStr("main"))
    assert redactor.text("branch main") == "branch main"
