"""Follows functions from a change until it has settled, and renews their RevisionId as AWS does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

Resume = Callable[[str, str, str], None]


class Settling:
    """Which functions are being created or updated.

    AWS changes a function's RevisionId once more by itself when an update is done, so a caller
    who does not read it again is refused. Nobody can see a function except by a call, so it is
    enough to look at each call.
    """

    def __init__(self, resume: Resume) -> None:
        self._resume = resume
        self._unsettled: set[tuple[str, str, str]] = set()

    def begin(self, account: str, region: str, name: str) -> None:
        """Note that a change of a function was accepted."""
        self._unsettled.add((account, region, name))

    def look(self, account: str, region: str, name: str, record: MutableMapping[str, Any]) -> None:
        """Bring a function's record up to date before a call looks at it."""
        key = (account, region, name)
        config = record["config"]
        busy = config.get("LastUpdateStatus") == "InProgress" or config.get("State") == "Pending"
        if busy and key not in self._unsettled:
            # Its timer died with an earlier process, or CloudFormation made it: settling twice does no harm.
            self._unsettled.add(key)
            self._resume(account, region, name)
        elif not busy and key in self._unsettled:
            self._unsettled.remove(key)
            config["RevisionId"] = str(uuid.uuid4())
