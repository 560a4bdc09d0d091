"""Whether whoever sent a webhook knows the registration's secret; every comparison takes the same time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

_GITHUB = "x-hub-signature-256"
_GITHUB_SCHEME = "sha256="
_GITLAB_TOKEN = "x-gitlab-token"  # noqa: S105 - a header's name
_GITLAB_SIGNATURE = "webhook-signature"
_SIGNING_TOKEN = "whsec_"  # noqa: S105 - how GitLab's signing tokens begin
_SCHEME = "v1,"
_AGE = timedelta(minutes=5)
"""How old a signed webhook may be, and how far ahead a clock: what Standard Webhooks recommends."""


def github_proves(headers: Mapping[str, str]) -> bool:
    """Whether there is a signature to look at; ``X-Hub-Signature``, which is SHA-1, is none."""
    return _GITHUB in headers


def github_signed(secret: str, headers: Mapping[str, str], body: bytes, _now: datetime) -> bool:
    """Whether ``X-Hub-Signature-256`` is the HMAC-SHA256 of the raw body.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    expected = _GITHUB_SCHEME + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and _equal(headers.get(_GITHUB, ""), expected)


def gitlab_proves(headers: Mapping[str, str]) -> bool:
    """Whether there is a token or a signature to look at."""
    return _GITLAB_TOKEN in headers or _GITLAB_SIGNATURE in headers


def gitlab_signed(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether the webhook was signed with a signing token, or carries the secret token.

    The registered secret says which: a signing token begins with ``whsec_``. Then ``webhook-signature`` holds
    the HMAC-SHA256 of ``webhook-id``, ``webhook-timestamp`` and the raw body, as Standard Webhooks has it; a
    token in its place does not do. Any other secret is the text that comes as ``X-Gitlab-Token``.

    https://docs.gitlab.com/user/project/integrations/webhooks/
    """
    if secret.startswith(_SIGNING_TOKEN):
        return _timely(headers, now) and _has_signature(secret, headers, body)
    return bool(secret) and _equal(headers.get(_GITLAB_TOKEN, ""), secret)


def _has_signature(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix(_SIGNING_TOKEN), validate=True)
    except (binascii.Error, ValueError):
        return False
    signed = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}.".encode() + body
    expected = _SCHEME + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    found = [_equal(given, expected) for given in headers.get(_GITLAB_SIGNATURE, "").split(" ")]
    return bool(key) and any(found)


def _timely(headers: Mapping[str, str], now: datetime) -> bool:
    said = headers.get("webhook-timestamp", "")
    if not (said.isascii() and said.isdigit()):
        return False
    return abs(now.timestamp() - float(said)) <= _AGE.total_seconds()


def _equal(given: str, expected: str) -> bool:
    """In a time that tells nothing; headers arrive as Latin-1, secrets are UTF-8."""
    return hmac.compare_digest(given.encode("latin-1", "replace"), expected.encode())
