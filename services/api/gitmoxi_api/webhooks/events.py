"""What a webhook tells, told by each host in its own words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from gitmoxi_api.webhooks.payloads import Payload, PayloadError
from gitmoxi_api.webhooks.pull_requests import github_pull_request, gitlab_merge_request
from gitmoxi_api.webhooks.told import BranchMoved, Ignored, Told

_BRANCH = "refs/heads/"
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ID = re.compile(r"[\w-]{8,80}", re.ASCII)
_DIGEST = 32
"""Hexadecimal digits that stand for a body where the sender gave no id of its own."""

_SHOWN = 60
"""Characters that are shown of a name that a stranger chose."""


def github_told(headers: Mapping[str, str], payload: Payload) -> Told:
    """What GitHub tells; the event's name is a header, and is not signed.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#push

    Raises:
        PayloadError: the body is not what its header says.
    """
    event = headers.get("x-github-event", "")
    if event == "ping":
        return Ignored(
            because="This is the ping that GitHub sends for a new webhook: address and secret fit."
        )
    if event not in {"push", "pull_request"}:
        return _other(event)
    repository = payload.part("repository")
    addresses = tuple(repository.optional_text(name) for name in ("clone_url", "html_url", "ssh_url"))
    return github_pull_request(payload, addresses) if event == "pull_request" else _moved(payload, addresses)


def gitlab_told(_headers: Mapping[str, str], payload: Payload) -> Told:
    """What GitLab tells; system hooks name the event in another field than projects' hooks.

    https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events

    Raises:
        PayloadError: the body is not what it says.
    """
    event = payload.optional_text("object_kind") or payload.optional_text("event_name")
    if event not in {"push", "merge_request"}:
        return _other(event)
    project = payload.part("project")
    addresses = tuple(project.optional_text(name) for name in ("git_http_url", "web_url", "git_ssh_url"))
    return gitlab_merge_request(payload, addresses) if event != "push" else _moved(payload, addresses)


def github_delivery(headers: Mapping[str, str], body: bytes) -> str:
    """The id that GitHub repeats when somebody has it delivered again."""
    return _id(headers.get("x-github-delivery", "")) or _digest(body)


def gitlab_delivery(headers: Mapping[str, str], body: bytes) -> str:
    """The id that GitLab repeats when it tries again.

    ``X-Gitlab-Event-UUID`` is the same for all webhooks that one event leads to by way of others, so that
    alone it would make two pushes one.
    """
    own = _id(headers.get("webhook-id", "")) or _id(headers.get("idempotency-key", ""))
    if own:
        return own
    event = _id(headers.get("x-gitlab-event-uuid", ""))
    return f"{event}-{_digest(body)}" if event else _digest(body)


def _moved(payload: Payload, addresses: tuple[str, ...]) -> Told:
    ref, after = payload.text("ref"), payload.text("after")
    if not ref.startswith(_BRANCH):
        return Ignored(because=f"Only branches are deployed; {_shown(ref)} is none.")
    if not _SHA.fullmatch(after):
        raise PayloadError("'after' is no commit's id: 40 or 64 hexadecimal digits are expected")
    gone = not after.strip("0")
    return BranchMoved(branch=ref.removeprefix(_BRANCH), commit=None if gone else after, addresses=addresses)


def _other(event: str) -> Ignored:
    because = f"Only pushes are deployed, and pull requests planned; this is {_shown(event)}."
    return Ignored(because=because)


def _id(text: str) -> str:
    return text if _ID.fullmatch(text) else ""


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:_DIGEST]


def _shown(name: str) -> str:
    return repr(name[:_SHOWN]) if name else "an event without a name"
