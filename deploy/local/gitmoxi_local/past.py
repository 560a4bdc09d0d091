"""What a model was, moment by moment: stale reads are answered from it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from gitmoxi_local.aws_model.base import Clock, ServiceModel

_MOST_MOMENTS = 200


class HostedModel(ServiceModel, Protocol):
    """A model whose whole state can be carried as JSON."""

    def dump(self) -> dict[str, Any]:
        """The state, as JSON can say it."""
        ...

    def load(self, state: Mapping[str, Any], /) -> None:
        """Take over a state that ``dump`` gave."""
        ...


Model = TypeVar("Model", bound=HostedModel)


@dataclass(frozen=True, slots=True)
class FrozenClock:
    """A clock that stands still."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class Past(Generic[Model]):
    """The last remembered states of a model; ``create`` makes an empty model on a clock."""

    def __init__(self, create: Callable[[Clock], Model]) -> None:
        self._create = create
        self._states: deque[tuple[datetime, dict[str, Any]]] = deque(maxlen=_MOST_MOMENTS)

    def remember(self, moment: datetime, state: dict[str, Any]) -> None:
        """Keep what the model's ``dump`` gave at a moment."""
        self._states.append((moment, state))

    def forget(self) -> None:
        """Drop all states."""
        self._states.clear()

    def as_of(self, moment: datetime) -> Model | None:
        """The model as it was at a moment, as far back as was remembered; None without a memory."""
        if not self._states:
            return None
        older = [state for time, state in self._states if time <= moment]
        model = self._create(FrozenClock(moment))
        model.load(older[-1] if older else self._states[0][1])
        model.advance()
        return model
