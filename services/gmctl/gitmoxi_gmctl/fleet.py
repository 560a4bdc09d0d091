"""Showing what happens to all deployments, until somebody has seen enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Final

from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.exits import UnreachableError
from gitmoxi_gmctl.replies import Deployment, Step
from gitmoxi_gmctl.signals import Signals, Source, StepEvent

_NEWEST = 50
"""Deployments of a look; between looks that are moments apart there are not so many new ones."""

_UNDER_WAY: Final[Mapping[str, str | int | None]] = {"status": "PROCESSING", "limit": 200}

Show = Callable[[Deployment, Step], None]
Stand = Callable[[Deployment], None]
Say = Callable[[str], None]


class FleetFollower:
    """Hands what is under way to ``stand``, and then every step that is committed to ``show``, once.

    ``say`` gets what a person should know about the following itself.
    """

    def __init__(
        self,
        api: ApiClient,
        *,
        repository: str | None,
        branch: str | None,
        show: Show,
        stand: Stand,
        say: Say,
        pause: Callable[[], None],
    ) -> None:
        self._api = api
        self._query = {"repository": repository, "branch": branch}
        self._show = show
        self._stand = stand
        self._say = say
        self._pause = pause
        self._shown: dict[str, int] = {}
        self._looked: dict[str, int] = {}
        self._under_way: set[str] = set()
        self._is_away = False

    def follow(self, timeout_seconds: float | None) -> None:
        """Until the time is over; for ever without a limit."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds

        def is_over() -> bool:
            return deadline is not None and time.monotonic() >= deadline

        self._begin()
        source = Source(path="/v1/stream", query=self._query, heard=self._heard, last_event_id=lambda: None)
        with closing(Signals(self._api, source, self._pause)) as signals:
            while not is_over():
                signals.wait(is_over)
                self._look()

    def _begin(self) -> None:
        """Tell what is under way; what happened before is nobody's question here."""
        newest, under_way = self._listed({"limit": _NEWEST}), self._listed(_UNDER_WAY)
        for deployment in (*newest, *under_way):
            if deployment.id not in self._shown:
                self._note(deployment)
                self._shown[deployment.id] = deployment.version
        for deployment in reversed(under_way):
            self._stand(deployment)

    def _look(self) -> None:
        """Show what no event told."""
        try:
            listed = {
                item.id: item for item in (*self._listed({"limit": _NEWEST}), *self._listed(_UNDER_WAY))
            }
            missing = [self._api.deployment(id_).deployment for id_ in self._under_way - listed.keys()]
            changed = [
                item for item in (*listed.values(), *missing) if item.version > self._looked.get(item.id, 0)
            ]
            for deployment in reversed(changed):
                self._note(deployment)
                for step in self._api.deployment(deployment.id).steps:
                    self._show_once(deployment, step)
        except UnreachableError as error:
            if not self._is_away:
                self._say(f"{error.what}; trying again.")
            self._is_away = True
        else:
            self._is_away = False

    def _heard(self, event: StepEvent) -> bool:
        self._note(event.deployment)
        self._show_once(event.deployment, event.step)
        return False

    def _note(self, deployment: Deployment) -> None:
        self._looked[deployment.id] = max(deployment.version, self._looked.get(deployment.id, 0))
        if deployment.state.terminal:
            self._under_way.discard(deployment.id)
        else:
            self._under_way.add(deployment.id)

    def _show_once(self, deployment: Deployment, step: Step) -> None:
        if step.version > self._shown.get(deployment.id, 0):
            self._show(deployment, step)
            self._shown[deployment.id] = step.version

    def _listed(self, narrower: Mapping[str, str | int | None]) -> tuple[Deployment, ...]:
        return self._api.deployments({**self._query, **narrower}).deployments
