"""The watches that a step of a deployment sets and takes away."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State
from gitmoxi.ports.watches import AlarmName, DeleteWatch, PutWatch, Watch, WatchWrite
from gitmoxi.strategies.ecs_progress import WATCHED_ALARMS

_WATCHING = frozenset({State.RUNNING, State.PAUSED})
"""States in which an alarm decides something: who goes back looks at none."""


def watch_writes(before: Deployment, after: Deployment) -> Iterator[WatchWrite]:
    """The writes between two records of one deployment."""
    had, has = _watches(before), _watches(after)
    yield from (PutWatch(watch=watch) for watch in has if watch not in had)
    yield from (DeleteWatch(watch=watch) for watch in had if watch not in has)


def _watches(deployment: Deployment) -> list[Watch]:
    target = deployment.target
    if target is None or deployment.state not in _WATCHING:
        return []
    names = json.loads(deployment.progress.values.get(WATCHED_ALARMS, "[]"))
    alarms = (AlarmName(account=target.account, region=target.region, name=name) for name in names)
    return [Watch(alarm=alarm, deployment_id=deployment.id) for alarm in alarms]
