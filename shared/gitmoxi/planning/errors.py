"""Why a target cannot be planned: now, or at all."""

from __future__ import annotations

from gitmoxi.errors import PermanentError, RetryableError


class PlanningError(PermanentError):
    """What is wanted cannot be reached from what is live; the message says what would have to happen."""


class ServiceDrainingError(RetryableError):
    """The old service of that name is still being deleted and blocks its name: plan again later."""


class FunctionDeletingError(RetryableError):
    """The old function of that name is still being deleted and blocks its name: plan again later."""
