"""Eventual consistency on demand: reads that a model answers as it would have some seconds ago."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from gitmoxi_local.aws_model.base import CallContext, Clock, ServiceModel

_READS = ("Describe", "Get", "List")


class SavedModel(ServiceModel, Protocol):
    """A model whose whole state can be carried as JSON."""

    def dump(self) -> dict[str, Any]:
        """The state, as JSON can say it."""
        ...

    def load(self, saved: Mapping[str, Any], /) -> None:
        """Take over a state that ``dump`` gave."""
        ...


@dataclass(frozen=True, slots=True)
class FrozenClock:
    """A clock that stands still."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True, kw_only=True)
class Past:
    """States of a model that were remembered, the newest last.

    ``revive`` makes an empty model for a clock; its events must lead nowhere.
    """

    clock: Clock
    revive: Callable[[Clock], SavedModel]
    _states: deque[tuple[datetime, dict[str, Any]]] = field(default_factory=lambda: deque(maxlen=200))

    def remember(self, model: SavedModel) -> None:
        """Keep the present state."""
        self._states.append((self.clock.now(), model.dump()))

    def forget(self) -> None:
        """Drop all remembered states."""
        self._states.clear()

    def model(self, *, seconds: float) -> SavedModel | None:
        """The model as it was ``seconds`` ago, as far back as was remembered; None if nothing was."""
        if not self._states:
            return None
        moment = self.clock.now() - timedelta(seconds=seconds)
        older = [state for time, state in self._states if time <= moment]
        model = self.revive(FrozenClock(moment))
        model.load(older[-1] if older else self._states[0][1])
        model.advance()
        return model


@dataclass(slots=True, kw_only=True)
class LaggingReads:
    """A model whose reads are ``seconds`` late while that is above 0; mutations always hit the present.

    ECS is eventually consistent (API_RunTask says so, and what callers should do about it). What
    others change behind our back is seen ``seconds`` after the first read that follows it.
    """

    model: SavedModel
    past: Past
    seconds: float = 0.0

    def call(self, operation: str, params: Mapping[str, Any], context: CallContext) -> dict[str, Any]:
        """Answer one API call.

        Raises:
            AwsError: what the model refuses, or for a read would have refused.
        """
        if not self.seconds:
            return self.model.call(operation, params, context)
        self.past.remember(self.model)
        if operation.startswith(_READS):
            late = self.past.model(seconds=self.seconds) or self.model
            return late.call(operation, params, context)
        try:
            return self.model.call(operation, params, context)
        finally:
            self.past.remember(self.model)
