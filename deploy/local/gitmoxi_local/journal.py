"""The append-only record of every AWS call: the witness that tests count mutations on."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

DEFAULT_DETAIL = frozenset({"cloudformation", "ecs", "elbv2", "events", "lambda"})
_CAPACITY = 100_000
_REDACTED = "[redacted]"
_SECRET_MEMBERS = frozenset(
    {
        "authorization",
        "authtoken",
        "payload",
        "password",
        "secretbinary",
        "secretstring",
        "templatebody",
        "zipfile",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One AWS call and what became of it.

    Attributes:
        seq: position in the journal, from 1; given by the journal.
        time: when the call arrived, ISO 8601, UTC.
        caller: the access key id that signed it, empty if nobody did.
        params_digest: SHA-256 of the parameters in canonical JSON, hexadecimal.
        params: the parameters without secrets, for mutations only.
        status: HTTP status of the reply that was made.
        error: AWS's error code, None after success.
        fault: id of the injected fault that met the call.
        replied: False if the reply was dropped on purpose.
        duration_ms: from arrival until the answer was known; injected delays come on top.
    """

    seq: int = 0
    time: str
    caller: str
    account: str
    region: str
    service: str
    action: str
    mutation: bool
    params_digest: str
    params: Mapping[str, Any] | None
    status: int
    error: str | None
    fault: str | None
    replied: bool
    duration_ms: float


class Journal:
    """Full entries for the services in ``detail``, counters for every service.

    Entries go to memory (the last 100,000) and, line by line, to a JSON Lines file that is
    read back at the next start, so that positions go on.
    """

    def __init__(self, path: Path, *, detail: Iterable[str] = DEFAULT_DETAIL) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.detail = frozenset(detail)
        self.counters: Counter[str] = Counter()
        self._entries: deque[JournalEntry] = deque(_read(path), maxlen=_CAPACITY)
        self._last_seq = self._entries[-1].seq if self._entries else 0
        self._file: TextIO = path.open("a", encoding="utf-8", buffering=1)

    def wants_detail(self, service: str) -> bool:
        """Whether calls of a service are recorded one by one."""
        return service in self.detail or "all" in self.detail

    def count(self, service: str, action: str, status: int) -> None:
        """Count one call under ``service.action``, failed ones also under ``service.action!status``."""
        self.counters[f"{service}.{action}"] += 1
        if status >= 400:  # noqa: PLR2004  # HTTP: everything from here on is an error
            self.counters[f"{service}.{action}!{status}"] += 1

    def append(self, entry: JournalEntry) -> JournalEntry:
        """Record an entry under the next position; returns what was recorded."""
        self._last_seq += 1
        recorded = replace(entry, seq=self._last_seq)
        self._entries.append(recorded)
        self._file.write(json.dumps(asdict(recorded), separators=(",", ":"), default=str) + "\n")
        return recorded

    def entries(
        self,
        *,
        since: int = 0,
        service: str | None = None,
        action: str | None = None,
        caller: str | None = None,
        mutations_only: bool = False,
    ) -> list[JournalEntry]:
        """Entries after position ``since`` that fit, oldest first."""
        return [
            entry
            for entry in self._entries
            if entry.seq > since
            and (service is None or entry.service == service)
            and (action is None or entry.action == action)
            and (caller is None or entry.caller == caller)
            and (entry.mutation or not mutations_only)
        ]

    @property
    def last_seq(self) -> int:
        """The position of the newest entry, 0 if there is none."""
        return self._last_seq

    def close(self) -> None:
        """Close the file; nothing may be appended afterwards."""
        self._file.close()


def digest(params: Mapping[str, Any]) -> str:
    """SHA-256 of parameters in canonical JSON (sorted keys, no spaces), hexadecimal."""
    canonical = json.dumps(params, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def redacted(value: Any, member: str = "") -> Any:
    """A copy of parameters without code, secrets and the values of environment and template variables."""
    name = member.lower()
    if name in _SECRET_MEMBERS or name.endswith("parametervalue"):
        return _REDACTED
    if isinstance(value, Mapping):
        if name == "variables":
            return dict.fromkeys(value, _REDACTED)
        return {key: redacted(item, key) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        if name == "environment":
            return [{**item, "value": _REDACTED} if isinstance(item, Mapping) else item for item in value]
        return [redacted(item) for item in value]
    return value


def moment_text(moment: datetime) -> str:
    """A moment as the journal writes it: ISO 8601 with milliseconds."""
    return moment.isoformat(timespec="milliseconds")


def _read(path: Path) -> list[JournalEntry]:
    """The entries of earlier runs; a line that a kill cut off is completed as a line and passed over."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    if text and not text.endswith("\n"):
        path.write_text(text + "\n", encoding="utf-8")
    entries = []
    for line in text.splitlines():
        with contextlib.suppress(ValueError, TypeError):
            entries.append(JournalEntry(**json.loads(line)))
    return entries
