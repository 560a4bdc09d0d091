"""What a look at a repository's server means: written down when it changes, and told to people once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from gitmoxi.domain.reachability import RepositoryHealth
from gitmoxi.domain.records import AuditEntry, Repository
from gitmoxi.errors import ContentionError, GitmoxiError, PermanentError
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.reachability import ReachabilityStore
from gitmoxi.runtime.logging import get_logger
from gitmoxi.runtime.metrics import Metrics

LONGEST_PAUSE = timedelta(minutes=15)
"""Between two looks at a repository that cannot be read: longer, and its return would be noticed late."""

_PATIENCE = 3
"""Looks in a row that must find no answer before people are told: one lost packet is no news. What the server
refuses (no such repository, wrong token) is told at once."""

_DOUBLINGS = 10
"""Enough to reach the longest pause from a second."""

_FINE = "It can be read, and has every registered branch."


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that people must hear of, once; ``kind`` is that of the audit entry and of the log event."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """Keeps the health of repositories; ``interval`` is between two looks, ``jitter`` gives 0.75 to 1.25."""

    store: ReachabilityStore
    ledger: Ledger
    clock: Clock
    ids: Ids
    metrics: Metrics
    interval: timedelta
    jitter: Callable[[], float]

    async def seen(
        self, repository: Repository, branches: Collection[str], known: RepositoryHealth | None
    ) -> RepositoryHealth:
        """The server answered, and has ``branches``; what is known now."""
        missing = tuple(name for name in repository.branches if name not in branches)
        found = after_answer(repository, missing, known, self.clock.now())
        if found == known:
            return found
        before = known.missing_branches if known is not None else ()
        gone = [name for name in missing if name not in before and await self._had(repository, name)]
        back = [name for name in before if name in branches]
        alerts = [_gone(repository, name) for name in gone] + [_back(repository, name) for name in back]
        if known is not None and known.alerted:
            alerts.append(Alert(kind="repository.reachable", text=f"{repository.url} can be read again."))
        return await self._write(repository, found, alerts, known)

    async def failed(
        self, repository: Repository, error: GitmoxiError, known: RepositoryHealth | None
    ) -> RepositoryHealth:
        """The server did not answer, or refused; what is known now."""
        found = after_failure(
            repository, error, known, self.clock.now(), interval=self.interval * self.jitter()
        )
        first = found.alerted and not (known is not None and known.alerted)
        alerts = [Alert(kind="repository.unreachable", text=found.because)] if first else []
        return await self._write(repository, found, alerts, known)

    async def _had(self, repository: Repository, branch: str) -> bool:
        """Whether anything was ever deployed from it: a branch that nobody has pushed yet is no alarm."""
        return (await self.ledger.branch(repository.id, branch)).seq > 0

    async def _write(
        self,
        repository: Repository,
        found: RepositoryHealth,
        alerts: Collection[Alert],
        known: RepositoryHealth | None,
    ) -> RepositoryHealth:
        """Who writes it tells of it, so that it is told once; another look was faster: its word counts."""
        try:
            await self.store.put_health(found)
        except ContentionError:
            return await self.store.health(repository.id) or known or found
        for alert in alerts:
            await self._tell(repository, alert)
        return found

    async def _tell(self, repository: Repository, alert: Alert) -> None:
        get_logger().warning(alert.kind, repository=repository.url, because=alert.text)
        self.metrics.count("RepositoryAlerts", outcome=alert.kind, repository=repository.url)
        entry = AuditEntry(
            id=self.ids.ulid(),
            at=self.clock.now(),
            kind=alert.kind,
            summary=alert.text,
            details={"repository": repository.url, "repository_id": repository.id},
        )
        await self.ledger.put_audit(entry)


def after_answer(
    repository: Repository, missing: tuple[str, ...], known: RepositoryHealth | None, now: datetime
) -> RepositoryHealth:
    """The health after the server answered; ``known`` itself if that says the same."""
    if known is not None and known.ok and known.missing_branches == missing:
        return known
    return RepositoryHealth(
        repository_id=repository.id,
        checked_at=now,
        ok=True,
        because=_without(missing) if missing else _FINE,
        missing_branches=missing,
        revision=_next_revision(known),
    )


def after_failure(
    repository: Repository,
    error: GitmoxiError,
    known: RepositoryHealth | None,
    now: datetime,
    *,
    interval: timedelta,
) -> RepositoryHealth:
    """The health after a look failed: the pause doubles with each failure in a row."""
    failures = 1 + (known.failures if known is not None else 0)
    refused = isinstance(error, PermanentError)
    pause = max(interval, min(interval * 2 ** min(failures - 1, _DOUBLINGS), LONGEST_PAUSE))
    return RepositoryHealth(
        repository_id=repository.id,
        checked_at=now,
        ok=False,
        because=f"{error}. {_REFUSED if refused else _SILENT}",
        failing_since=(known.failing_since if known is not None else None) or now,
        failures=failures,
        retry_at=now + pause,
        missing_branches=known.missing_branches if known is not None else (),
        alerted=refused or failures >= _PATIENCE or (known is not None and known.alerted),
        revision=_next_revision(known),
    )


def is_due(known: RepositoryHealth | None, now: datetime) -> bool:
    """Whether it is time for a look; a moment that no pause leads to was written by a clock that is wrong."""
    if known is None or known.retry_at is None:
        return True
    return not now < known.retry_at <= now + 2 * LONGEST_PAUSE


_KEPT = "What runs stays as it is; nothing is deployed or deleted meanwhile."
_SILENT = f"{_KEPT} It is tried again, more seldom each time, at least every 15 minutes."
_REFUSED = (
    f"{_KEPT} Look whether the repository is still there, and whether its registered token may read it "
    "(gmctl repo get); it is tried again by itself, at least every 15 minutes."
)


def _next_revision(known: RepositoryHealth | None) -> int:
    return 1 + (known.revision if known is not None else 0)


def _without(missing: tuple[str, ...]) -> str:
    names = ", ".join(missing)
    return (
        f"It can be read, and has no branch {names}: nothing of that is deployed or deleted. Push it, or "
        "take it out of the registration."
    )


def _gone(repository: Repository, branch: str) -> Alert:
    return Alert(
        kind="branch.deleted",
        text=f"Branch {branch} of {repository.url} was deleted. What it deployed keeps running, and nothing "
        "is deleted; it goes on when the branch comes back. If that was meant, take the branch out of the "
        "registration.",
    )


def _back(repository: Repository, branch: str) -> Alert:
    return Alert(kind="branch.returned", text=f"Branch {branch} of {repository.url} is there again.")
