"""Keeps a model in step with real time, carries its events away and its state over restarts."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from gitmoxi_local.aws_model.base import CallContext, Clock, Ids
from gitmoxi_local.aws_model.past import Past, SavedModel

_log = logging.getLogger("gitmoxi_local.model")

# After an error in the model: soon enough to notice, late enough not to spin.
_PAUSE_AFTER_ERROR_SECONDS = 1.0


Model = TypeVar("Model", bound=SavedModel)
Model_co = TypeVar("Model_co", bound=SavedModel, covariant=True)
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
        self._clock = clock
        self._publish = publish
        self._events: deque[Event] = deque()
        self._due_changed = asyncio.Event()
        self._past = Past(
            clock=clock,
            revive=lambda then: create(clock=then, ids=RandomIds(), emit=lambda _event: None),
        )
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
        past = self._past.model(seconds=seconds)
        if past is None:
            return self.call(operation, params, context)
        return past.call(operation, params, context)

    def remember(self) -> None:
        """Keep the present state for ``call_in_the_past``."""
        self._past.remember(self._model)

    def forget(self) -> None:
        """Drop all remembered states."""
        self._past.forget()

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
