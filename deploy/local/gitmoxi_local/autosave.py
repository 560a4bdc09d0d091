"""Saves the state of a living local cloud, so that a kill loses a second and not the day."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from gitmoxi_local import ministack_seams

_log = logging.getLogger("gitmoxi_local.autosave")

_INTERVAL_SECONDS = 1.0
# Saving copies all state on the loop: it may take this share of the time at most.
_MOST_SHARE = 0.05


class Autosave:
    """Saves after changes, each second at most and less often as the state grows."""

    def __init__(self, *, save_models: Callable[[], None]) -> None:
        self.touched = asyncio.Event()
        self._save_models = save_models

    async def run(self) -> None:
        """Save whenever something was touched, until cancelled."""
        while True:
            await self.touched.wait()
            self.touched.clear()
            cost_seconds = await self._save()
            await asyncio.sleep(max(_INTERVAL_SECONDS, cost_seconds / _MOST_SHARE))

    async def _save(self) -> float:
        """Save everything, a service at a time; returns the seconds that it held up the loop."""
        cost = 0.0
        for name, read in ministack_seams.state_readers().items():
            started = time.perf_counter()
            try:
                ministack_seams.save_state(name, read())
            except Exception:  # noqa: BLE001  # one service that cannot be saved must not keep the others from it
                _log.exception("the state of %s could not be saved", name)
            cost += time.perf_counter() - started
            await asyncio.sleep(0)
        started = time.perf_counter()
        self._save_models()
        return cost + time.perf_counter() - started
