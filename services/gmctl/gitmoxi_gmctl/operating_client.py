"""The part of the API for those who keep Gitmoxi running: dead letters, logs and checks."""

from __future__ import annotations

from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.api_transport import Query
from gitmoxi_gmctl.operating_replies import DeadLetterQueues, DeadLetters, Doctor, Dropped, Logs, Redriven
from gitmoxi_gmctl.paths import segment

_DEAD_LETTERS = "/v1/dead-letters"


class OperatingClient(ApiClient):
    """An ``ApiClient`` with the endpoints that are about Gitmoxi itself."""

    def dead_letter_queues(self) -> DeadLetterQueues:
        """All of them at a glance."""
        return self._ask(DeadLetterQueues, "GET", _DEAD_LETTERS)

    def dead_letters(self, worker: str, *, limit: int) -> DeadLetters:
        """A worker's letters, which stay where they are."""
        return self._ask(DeadLetters, "GET", f"{_DEAD_LETTERS}/{segment(worker)}", query={"limit": limit})

    def redrive(self, worker: str, *, message_id: str | None, by: str) -> Redriven:
        """Send one letter, or as many as one request can, back to work."""
        path = f"{_DEAD_LETTERS}/{segment(worker)}/redrive"
        return self._ask(Redriven, "POST", path, body={"message_id": message_id, "by": by})

    def drop(self, worker: str, *, message_id: str, by: str) -> Dropped:
        """Delete a letter."""
        path = f"{_DEAD_LETTERS}/{segment(worker)}/drop"
        return self._ask(Dropped, "POST", path, body={"message_id": message_id, "by": by})

    def logs(self, query: Query) -> Logs:
        """The newest log lines that match."""
        return self._ask(Logs, "GET", "/v1/logs", query=query)

    def doctor(self) -> Doctor:
        """What the API can see of the installation."""
        return self._ask(Doctor, "GET", "/v1/doctor")
