"""Webhooks as GitHub and GitLab send them, and a registration that they are for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from gitmoxi.domain.secret_refs import parse_secret_ref
from tests.unit.api.stage import REPOSITORY, SHA, T0, URL, Stage

SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/webhook-a1b2c3"
KEY = "correct horse " * 2
SIGNING_TOKEN = "whsec_" + base64.b64encode(KEY.encode()).decode()
GITHUB = f"/v1/webhooks/github/{REPOSITORY}"
GITLAB = f"/v1/webhooks/gitlab/{REPOSITORY}"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
NOBODY = "0" * 40


async def expect_webhooks(stage: Stage, key: str = KEY, **changes: Any) -> None:
    """Register the repository with a webhook secret."""
    stage.secrets.values[parse_secret_ref(SECRET_ARN)] = key
    await stage.register(webhook_secret_arn=SECRET_ARN, **changes)


def github_push(url: str = URL, **changes: Any) -> bytes:
    """The body of GitHub's push event, as far as it matters."""
    repository = {"clone_url": f"{url}.git", "html_url": url, "ssh_url": "git@elsewhere.example:a/b.git"}
    body = {"ref": "refs/heads/main", "before": NOBODY, "after": SHA, "repository": repository}
    return json.dumps(body | changes).encode()


def gitlab_push(url: str = URL, **changes: Any) -> bytes:
    """The body of GitLab's push event, as far as it matters."""
    project = {"git_http_url": f"{url}.git", "web_url": url, "git_ssh_url": "git@elsewhere.example:a/b.git"}
    body = {"object_kind": "push", "ref": "refs/heads/main", "after": SHA, "project": project}
    return json.dumps(body | changes).encode()


def github_pull_request(action: str = "synchronize", url: str = URL, **changes: Any) -> bytes:
    """The body of GitHub's pull_request event, as far as it matters; ``head`` and ``base`` are its sides."""
    sides = {name: {"ref": ref, "repo": {"id": 1}} for name, ref in (("head", "feature"), ("base", "main"))}
    pull = {name: changes.pop(name, side) for name, side in sides.items()}
    repository = {"clone_url": f"{url}.git", "html_url": url}
    body = {"action": action, "number": 7, "pull_request": pull, "repository": repository}
    return json.dumps(body | changes).encode()


def gitlab_merge_request(action: str = "update", url: str = URL, **changes: Any) -> bytes:
    """The body of GitLab's merge request event; ``changes`` are of its attributes."""
    told = {
        "iid": 7,
        "action": action,
        "source_branch": "feature",
        "target_branch": "main",
        "source_project_id": 1,
        "target_project_id": 1,
    }
    project = {"git_http_url": f"{url}.git", "web_url": url}
    body = {"object_kind": "merge_request", "project": project, "object_attributes": told | changes}
    return json.dumps(body).encode()


def github_headers(body: bytes, *, key: str = KEY, event: str = "push", guid: str = GUID) -> dict[str, str]:
    """What GitHub sends with a body."""
    return {
        "content-type": "application/json",
        "user-agent": "GitHub-Hookshot/044aadd",
        "x-github-event": event,
        "x-github-delivery": guid,
        "x-hub-signature-256": "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest(),
    }


def gitlab_headers(*, token: str = KEY, event: str = "Push Hook") -> dict[str, str]:
    """What GitLab sends with a body when the webhook has a secret token."""
    return {
        "content-type": "application/json",
        "x-gitlab-event": event,
        "x-gitlab-token": token,
        "x-gitlab-event-uuid": GUID,
        "idempotency-key": "f3a1c0de-4c93-11ef-8e4c-0242ac120002",
    }


def gitlab_signed_headers(
    body: bytes, *, key: str = KEY, at: int = int(T0.timestamp()), message_id: str = "msg-00000001"
) -> dict[str, str]:
    """What GitLab sends with a body when the webhook has a signing token."""
    signed = f"{message_id}.{at}.".encode() + body
    digest = base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "x-gitlab-event": "Push Hook",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{digest}",
    }
