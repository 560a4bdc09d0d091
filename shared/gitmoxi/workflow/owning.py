"""All targets that path-prefixes of registered repositories own, in a few calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from gitmoxi.domain.targets import Target
from gitmoxi.ports.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTarget:
    """A target with the service object that it was last deployed from."""

    target: Target
    repository_url: str
    branch: str
    prefix: str
    owned: bool


async def owned_targets(ledger: Ledger) -> list[KnownTarget]:
    """All that a path-prefix owns, by id: one call for the repositories, and one for each branch."""
    repositories = await ledger.repositories()
    places = [(repository, branch) for repository in repositories for branch in repository.branches]
    lists = await asyncio.gather(*(ledger.ownerships(r.id, branch) for r, branch in places))
    known = [
        KnownTarget(
            target=item.target,
            repository_url=repository.url,
            branch=branch,
            prefix=item.prefix,
            owned=True,
        )
        for (repository, branch), items in zip(places, lists, strict=True)
        for item in items
    ]
    return sorted(known, key=lambda item: item.target.id)
