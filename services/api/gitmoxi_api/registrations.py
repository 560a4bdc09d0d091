"""Registrations as the ledger keeps them: read, shown, written if nobody else wrote first, and audited."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from gitmoxi.domain.feedback import NotificationTarget
from gitmoxi.domain.records import AuditEntry, Repository
from gitmoxi.domain.registrations import completed
from gitmoxi.domain.repositories import repository_id
from gitmoxi_api.parts import ApiParts
from gitmoxi_api.problems import ProblemError, not_found
from gitmoxi_api.registration_replies import (
    BranchReply,
    NotificationReply,
    RepositoryDetailsReply,
    RepositoryReply,
)
from gitmoxi_api.registration_requests import SETTINGS, RegistrationRequest

_NOBODY = "somebody"
"""Who asked, where it was not told."""

_SHOWN = 400
"""Characters of a list of settings that are kept in the audit trail: its entries are small items."""


def wanted(body: RegistrationRequest, parts: ApiParts) -> Repository:
    """The registration that is asked for.

    Raises:
        ProblemError: it is a folder, of which only local mode takes care.
        InvalidInputError: its settings do not go together.
    """
    if body.url.startswith("file:") and not parts.allow_file:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"{body.url}: folders of a machine are repositories in local mode only (gmctl up); use https://",
        )
    return completed(
        Repository(id=repository_id(body.url), url=body.url, registered_at=parts.clock.now(), **body.settings)
    )


def changed(known: Repository, settings: Mapping[str, Any]) -> Repository:
    """The registration with other settings, under the next revision; itself, if they are what it has.

    Raises:
        InvalidInputError: its settings do not go together then.
    """
    after = completed(replace(known, **settings))
    return known if after == known else replace(after, revision=known.revision + 1)


def alike(one: Repository, other: Repository) -> bool:
    """Whether a person chose the same settings, in any order."""
    return _choices(one) == _choices(other)


async def existing(parts: ApiParts, repository: str) -> Repository:
    """The registration with this id.

    Raises:
        ProblemError: there is none.
    """
    found = await parts.ledger.repository(repository)
    if found is None:
        raise not_found(
            f"No repository {repository} is registered; GET /v1/repositories lists those that are."
        )
    return found


def repository_view(repository: Repository) -> RepositoryReply:
    """A registration."""
    return RepositoryReply(**_shown(repository))


async def details_view(repository: Repository, parts: ApiParts) -> RepositoryDetailsReply:
    """A registration with its branches."""
    branches = await asyncio.gather(*(_branch(repository.id, name, parts) for name in repository.branches))
    return RepositoryDetailsReply(**_shown(repository), branch_details=tuple(branches))


async def audit(parts: ApiParts, kind: str, by: str | None, what: str, repository: Repository) -> None:
    """Leave an entry of who asked for what; written first, for what nobody can find must change nothing."""
    entry = AuditEntry(
        id=parts.ids.ulid(),
        at=parts.clock.now(),
        kind=f"repository.{kind}",
        summary=f"{by or _NOBODY} asked to {what}",
        details={"by": by or "", "repository": repository.url, "repository_id": repository.id},
    )
    await parts.ledger.put_audit(entry)


def described(repository: Repository) -> str:
    """The settings that are not the defaults, for the audit trail."""
    plain = Repository(id="", url=repository.url, branches=(), registered_at=repository.registered_at)
    return "; ".join(
        f"{name}: {_text(getattr(repository, name))}"
        for name in SETTINGS
        if getattr(repository, name) != getattr(plain, name)
    )


def differences(before: Repository, after: Repository) -> str:
    """What changes, from and to, for the audit trail."""
    return "; ".join(
        f"{name}: {_text(getattr(before, name))} → {_text(getattr(after, name))}"
        for name in SETTINGS
        if getattr(before, name) != getattr(after, name)
    )


def _shown(repository: Repository) -> dict[str, Any]:
    settings = {name: getattr(repository, name) for name in SETTINGS}
    channels = (
        NotificationReply(kind=item.kind, address=item.address, secret_arn=item.secret_arn)
        for item in repository.notifications
    )
    return {
        **settings,
        "notifications": tuple(channels),
        "id": repository.id,
        "url": repository.url,
        "registered_at": repository.registered_at,
        "revision": repository.revision,
    }


async def _branch(repository: str, name: str, parts: ApiParts) -> BranchReply:
    branch, owned = await asyncio.gather(
        parts.ledger.branch(repository, name), parts.ledger.ownerships(repository, name)
    )
    return BranchReply(
        name=name, seq=branch.seq, last_processed=branch.last_processed, target_count=len(owned)
    )


def _choices(repository: Repository) -> tuple[object, ...]:
    chosen = (getattr(repository, name) for name in SETTINGS)
    return tuple(frozenset(value) if isinstance(value, tuple) else value for value in chosen)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return _cut(", ".join(map(_text, value))) or "none"
    if isinstance(value, NotificationTarget):
        return f"{value.kind}={value.address}"
    return _cut(str(value)) if value is not None else "none"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
