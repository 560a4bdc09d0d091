"""Keeps a model in step with real time, carries its events away and its state over restarts."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from gitmoxi_local.aws_model.base import CallContext, Clock, Ids, ServiceModel

_log = logging.getLogger("gitmoxi_local.model")

# After an error in the model: soon enough to notice, late enough not to spin.
_PAUSE_AFTER_ERROR_SECONDS = 1.0


class HostedModel(ServiceModel, Protocol):
    """A model whose whole state can be carried as JSON."""

    def dump(self) -> dict[str, Any]:
        """The state, as JSON can say it."""
        ...

    def load(self, state: Mapping[str, Any], /) -> None:
        """Take over a state that ``dump`` gave."""
        ...


Model = TypeVar("Model", bound=HostedModel)
Model_co = TypeVar("Model_co", bound=HostedModel, covariant=True)
Event = TypeVar("Event")
Event_co = TypeVar("Event_co", covariant=True)
Answer = TypeVar("Answer")


class ModelFactory(Protocol[Model_co, Event_co]):
    """How a model is made: its constructor, with all that is its own given already."""

    def __call__(self, *, clock: Clock, ids: Ids, emit: Callable[[Event_co], None]) -> Model_co: ...


class WallClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FrozenClock:
    """A clock that stands still."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class RandomIds:
    """Identifiers from the system's randomness."""

    def hex(self, length: int) -> str:
        return secrets.token_hex((length + 1) // 2)[:length]


class ModelHost(Generic[Model, Event]):
    """One model, alive: calls from the loop, progress in the background, events after each step."""

    def __init__(
        self,
        *,
        service: str,
        create: ModelFactory[Model, Event],
        clock: Clock,
        publish: Callable[[Event], None],
    ) -> None:
        self._service = service
        self._create = create
        self._clock = clock
        self._publish = publish
        self._events: deque[Event] = deque()
        self._due_changed = asyncio.Event()
        self._past: deque[tuple[datetime, dict[str, Any]]] = deque(maxlen=200)
        self.last_error: str | None = None
        self._model = create(clock=clock, ids=RandomIds(), emit=self._events.append)

    def ask(self, question: Callable[[Model], Answer]) -> Answer:
        """Let ``question`` speak with the model beside its API; what it changes is carried on.

        Raises:
            AwsError: what the model refuses.
        """
        try:
            return question(self._model)
        finally:
            self._due_changed.set()
            self._carry_events()

    def call(self, operation: str, params: Mapping[str, Any], context: CallContext) -> dict[str, Any]:
        """Answer a call at the present moment.

        Raises:
            AwsError: what the model refuses.
        """

        def answered(model: Model) -> dict[str, Any]:
            model.advance()
            return model.call(operation, params, context)

        return self.ask(answered)

    def call_in_the_past(
        self, operation: str, params: Mapping[str, Any], context: CallContext, *, seconds: float
    ) -> dict[str, Any]:
        """Answer a read as the model would have answered it ``seconds`` ago, as far as it was remembered.

        Raises:
            AwsError: what the model would have refused.
        """
        moment = self._clock.now() - timedelta(seconds=seconds)
        state = self._remembered(moment)
        if state is None:
            return self.call(operation, params, context)
        past = self._create(clock=FrozenClock(moment), ids=RandomIds(), emit=lambda _event: None)
        past.load(state)
        past.advance()
        return past.call(operation, params, context)

    def remember(self) -> None:
        """Keep the present state for ``call_in_the_past``."""
        self._past.append((self._clock.now(), self._model.dump()))

    def forget(self) -> None:
        """Drop all remembered states."""
        self._past.clear()

    async def run(self) -> None:
        """Bring the model forward whenever something is due, until cancelled."""
        while True:
            self._due_changed.clear()
            try:
                due = self._model.advance()
                self.last_error = None
                pause = None if due is None else (due - self._clock.now()).total_seconds()
            except Exception as error:  # noqa: BLE001  # a defect of the model must not stop the cloud: health tells
                _log.exception("the model of %s failed to advance", self._service)
                self.last_error = f"{type(error).__name__}: {error}"
                pause = _PAUSE_AFTER_ERROR_SECONDS
            self._carry_events()
            await self._pause(pause)

    def load(self, path: Path) -> None:
        """Take over the state of an earlier run, if there is one."""
        if path.exists():
            self._model.load(json.loads(path.read_text(encoding="utf-8")))

    def save(self, path: Path) -> None:
        """Write the state, atomically."""
        scratch = path.with_suffix(".tmp")
        scratch.write_text(json.dumps(self._model.dump(), separators=(",", ":")), encoding="utf-8")
        scratch.replace(path)

    async def _pause(self, seconds: float | None) -> None:
        if seconds is not None and seconds <= 0:
            await asyncio.sleep(0)
            return
        try:
            await asyncio.wait_for(self._due_changed.wait(), seconds)
        except TimeoutError:
            return

    def _carry_events(self) -> None:
        while self._events:
            self._publish(self._events.popleft())

    def _remembered(self, moment: datetime) -> dict[str, Any] | None:
        older = [state for time, state in self._past if time <= moment]
        if older:
            return older[-1]
        return self._past[0][1] if self._past else None
