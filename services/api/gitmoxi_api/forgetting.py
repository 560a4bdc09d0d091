"""What a registration means for targets: of a forgotten repository or branch they are orphans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitmoxi.domain.records import Claim, Orphan, Repository
from gitmoxi.ports.ledger import DeleteOrphan, Ledger, PutOrphan, Write
from gitmoxi_api.parts import ApiParts

_BATCH = 100
"""DynamoDB takes so many writes in one transaction."""


async def orphan_targets_of(repository: Repository, parts: ApiParts) -> None:
    """Put what the repository's branches own among the orphans; doing it again changes only the moment."""
    await _orphan(repository, repository.branches, f"{repository.url} is registered no longer.", parts)


async def orphan_targets_on(repository: Repository, branches: Iterable[str], parts: ApiParts) -> None:
    """The same of some branches, which its registration is about to lose."""
    for branch in branches:
        because = f"{branch} of {repository.url} is registered no longer."
        await _orphan(repository, [branch], because, parts)


async def adopt_targets_of(repository: Repository, parts: ApiParts) -> None:
    """Take out what became an orphan because it was forgotten, on the branches that are registered now."""
    await _write(
        [
            DeleteOrphan(target=orphan.target)
            for orphan in await parts.ledger.orphans()
            if orphan.unregistered
            and orphan.claim.repository_id == repository.id
            and orphan.claim.branch in repository.branches
        ],
        parts.ledger,
    )


async def _orphan(repository: Repository, branches: Iterable[str], because: str, parts: ApiParts) -> None:
    now = parts.clock.now()
    writes: list[Write] = []
    for branch in branches:
        for owned in await parts.ledger.ownerships(repository.id, branch):
            claim = Claim(
                repository_id=repository.id,
                repository_url=repository.url,
                branch=branch,
                prefix=owned.prefix,
            )
            orphan = Orphan(target=owned.target, claim=claim, since=now, because=because, unregistered=True)
            writes.append(PutOrphan(orphan=orphan))
    await _write(writes, parts.ledger)


async def _write(writes: Sequence[Write], ledger: Ledger) -> None:
    for start in range(0, len(writes), _BATCH):
        await ledger.transact(writes[start : start + _BATCH])
