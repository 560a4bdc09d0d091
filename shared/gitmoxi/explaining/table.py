"""The table of failures: every entry, from what is nearest to the root to what only follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gitmoxi.explaining.access import ACCESS_ENTRIES, CREDENTIAL_ENTRIES
from gitmoxi.explaining.capacity import CAPACITY_ENTRIES, STOP_ENTRIES
from gitmoxi.explaining.containers import CONTAINER_ENTRIES, EXIT_ENTRIES, EXITED
from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.function_code import FUNCTION_CODE_ENTRIES
from gitmoxi.explaining.function_states import FUNCTION_STATE_ENTRIES
from gitmoxi.explaining.images import IMAGE_ENTRIES
from gitmoxi.explaining.load_balancing import LOAD_BALANCER_ENTRIES, TARGET_ENTRIES
from gitmoxi.explaining.logs import LOG_ENTRIES
from gitmoxi.explaining.networks import NETWORK_ENTRIES
from gitmoxi.explaining.quotas import QUOTA_ENTRIES
from gitmoxi.explaining.requests import REQUEST_ENTRIES
from gitmoxi.explaining.roles import ROLE_ENTRIES
from gitmoxi.explaining.secrets import SECRET_ENTRIES
from gitmoxi.explaining.service_events import SERVICE_EVENT_ENTRIES
from gitmoxi.explaining.volumes import VOLUME_ENTRIES

BY_SUBJECT: Final[Mapping[str, tuple[Entry, ...]]] = {
    "Roles": ROLE_ENTRIES,
    "Container images": IMAGE_ENTRIES,
    "Logs": LOG_ENTRIES,
    "Secrets and parameters": SECRET_ENTRIES,
    "Volumes": VOLUME_ENTRIES,
    "Code and handlers of functions": FUNCTION_CODE_ENTRIES,
    "Networks": NETWORK_ENTRIES,
    "Containers": (*CONTAINER_ENTRIES, *EXIT_ENTRIES, EXITED),
    "Quotas": QUOTA_ENTRIES,
    "Capacity": (*CAPACITY_ENTRIES, *STOP_ENTRIES),
    "Access": (*ACCESS_ENTRIES, *CREDENTIAL_ENTRIES),
    "Load balancers": (*LOAD_BALANCER_ENTRIES, *TARGET_ENTRIES),
    "States of functions": FUNCTION_STATE_ENTRIES,
    "Requests": REQUEST_ENTRIES,
    "Deployments": SERVICE_EVENT_ENTRIES,
}
"""Every entry; one failure that is told by words and by a code has an entry for each, of the same id."""

ALL_ENTRIES: Final[tuple[Entry, ...]] = tuple(entry for entries in BY_SUBJECT.values() for entry in entries)

BY_WORDS: Final[tuple[Entry, ...]] = tuple(
    entry for entry in ALL_ENTRIES if not entry.codes and entry is not EXITED
)
"""Entries that AWS's words alone tell."""

REFUSALS: Final[tuple[Entry, ...]] = (*BY_WORDS, *CREDENTIAL_ENTRIES, *REQUEST_ENTRIES)
"""Entries of refused calls: words before codes, for AWS uses one code for many reasons."""

SYMPTOMS: Final[frozenset[str]] = frozenset(entry.id for entry in ALL_ENTRIES if entry.symptom)
