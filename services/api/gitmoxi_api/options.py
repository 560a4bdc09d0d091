"""What an installation may choose of its API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """The choices that its settings give.

    Attributes:
        allow_file: ``file://`` repositories may be registered.
        dry_run_ttl: how long a dry run and its report can be asked for.
        loopback_only: requests must be addressed to this machine by a loopback name.
        webhook_hosts: names in lower case by which webhooks, and nothing else, may be addressed too.
        max_streams: how many clients may follow by server-sent events at a time.
        stream_pause_seconds: the longest pause between two looks at what they follow.
    """

    allow_file: bool = False
    dry_run_ttl: timedelta = timedelta(hours=24)
    loopback_only: bool = True
    webhook_hosts: tuple[str, ...] = ()
    max_streams: int = 200
    stream_pause_seconds: float = 0.4


DEFAULTS: Final = ApiOptions()
