"""Why a target cannot be planned: now, or at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitmoxi.errors import PermanentError, RetryableError

if TYPE_CHECKING:
    from gitmoxi.planning.differences import Difference


class PlanningError(PermanentError):
    """What is wanted cannot be reached from what is live; the message says what would have to happen."""


class ReplacementNeededError(PlanningError):
    """AWS changes this only by making the resource anew, which is never done by itself.

    ``differences`` are all between what is wanted and what lives, also those that could be made in place.
    """

    def __init__(self, message: str, *, differences: tuple[Difference, ...]) -> None:
        self.differences = differences
        super().__init__(message)


class FunctionDeletingError(RetryableError):
    """The old function of that name is still being deleted and blocks its name: plan again later."""
