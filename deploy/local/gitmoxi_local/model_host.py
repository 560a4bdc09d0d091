"""Keeps the model of ECS in step with real time, carries its events away and its state over restarts."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from gitmoxi_local.aws_model.base import (
    AwsEvent,
    CallContext,
    Clock,
    Emit,
    Ids,
    ImageFaults,
)
from gitmoxi_local.aws_model.past import Past, SavedModel

_log = logging.getLogger("gitmoxi_local.model")

# After an error in the model: soon enough to notice, late enough not to spin.
_PAUSE_AFTER_ERROR_SECONDS = 1.0


class HostedModel(SavedModel, Protocol):
    """A model that can be told of alarms, and whose whole state can be carried as JSON."""

    def alarm_fired(self, *, account: str, region: str, alarm: str) -> None:
        """A CloudWatch alarm went to ALARM."""
        ...


class ModelFactory(Protocol):
    """How a model is made: the constructor of ``EcsModel``."""

    def __call__(self, *, clock: Clock, ids: Ids, faults: ImageFaults, emit: Emit) -> HostedModel: ...


class WallClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class RandomIds:
    """Identifiers from the system's randomness."""

    def hex(self, length: int) -> str:
        return secrets.token_hex((length + 1) // 2)[:length]


class ModelHost:
    """One model, alive: calls from the loop, progress in the background, events after each step."""

    def __init__(
        self, *, create: ModelFactory, clock: Clock, faults: ImageFaults, publish: Callable[[AwsEvent], None]
    ) -> None:
        self._clock = clock
        self._publish = publish
        self._events: deque[AwsEvent] = deque()
        self._due_changed = asyncio.Event()
        self.last_error: str | None = None
        self._model = create(clock=clock, ids=RandomIds(), faults=faults, emit=self._events.append)
        self._past = Past(
            clock=clock,
            revive=lambda then: create(clock=then, ids=RandomIds(), faults=faults, emit=lambda _event: None),
        )

    def call(self, operation: str, params: Mapping[str, Any], context: CallContext) -> dict[str, Any]:
        """Answer a call at the present moment.

        Raises:
            AwsError: what the model refuses.
        """
        try:
            self._model.advance()
            return self._model.call(operation, params, context)
        finally:
            self._due_changed.set()
            self._carry_events()

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

    def alarm_fired(self, account: str, region: str, alarm: str) -> None:
        """Tell the model of an alarm that went to ALARM."""
        self._model.alarm_fired(account=account, region=region, alarm=alarm)
        self._due_changed.set()
        self._carry_events()

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
                _log.exception("the model of ECS failed to advance")
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
