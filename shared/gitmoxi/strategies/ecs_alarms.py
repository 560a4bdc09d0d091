"""CloudWatch alarms of a rolling deployment: none may be red at the start, and none may turn red."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gitmoxi.domain.deployments import Deployment, Progress, Verb
from gitmoxi.domain.explanations import Explanation
from gitmoxi.explaining.alarms import explain_alarm, explain_missing_alarm
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.ports.alarms import Alarm
from gitmoxi.ports.ecs import ServiceDeployment
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.ecs_observation import EcsLimits, EcsObservation
from gitmoxi.strategies.ecs_progress import RED_AT_START, SERVICE_DEPLOYMENT, WATCHED_ALARMS
from gitmoxi.strategies.failing import fail


def watched_by_ecs(seen: EcsObservation) -> tuple[str, ...]:
    """The alarms that ECS itself watches while it deploys (Amazon ECS API reference, DeploymentAlarms)."""
    wanted = seen.desired.service if seen.desired is not None else {}
    live = seen.service.document if seen.service is not None else {}
    alarms: Mapping[str, Any] = {}
    for document in (live, wanted):
        alarms = (document.get("deploymentConfiguration") or {}).get("alarms") or alarms
    return tuple(alarms.get("alarmNames") or ()) if alarms.get("enable") else ()


def alarms_to_read(progress: Progress, seen: EcsObservation, named: Iterable[str]) -> tuple[str, ...]:
    """The alarms whose states the next decision looks at; ``named`` are those of the settings."""
    if progress.phase == "follow":
        ours = (name for name in named if name not in watched_by_ecs(seen))
        return tuple(dict.fromkeys([*ours, *triggered(progress, seen.following)]))
    if seen.plan is None or not replaces_tasks(seen.plan):
        return ()
    return tuple(dict.fromkeys([*watched_by_ecs(seen), *named]))


def replaces_tasks(plan: EcsPlan) -> bool:
    """Whether new tasks start; a change of a count, which may be the remedy, asks no alarm."""
    return plan.verb is not Verb.NOTHING and plan.starts_deployment


def triggered(progress: Progress, following: ServiceDeployment | None) -> tuple[str, ...]:
    """The alarms for which ECS gave our service deployment up (ServiceDeploymentAlarms)."""
    if following is None or following.arn != progress.values.get(SERVICE_DEPLOYMENT):
        return ()
    alarms = following.document.get("alarms") or {}
    return tuple(alarms.get("triggeredAlarmNames") or ())


def refuse_red(deployment: Deployment, seen: EcsObservation, limits: EcsLimits) -> Decision | None:
    """The end of a deployment that may not start: ECS would ignore alarms that are red already."""
    asked = alarms_to_read(deployment.progress, seen, limits.alarm_names)
    missing = [name for name in asked if name not in {alarm.name for alarm in seen.alarms}]
    if missing:
        cause = (
            f"{_alarms(missing)} not exist in the account and region of the service, so nothing would watch "
            "the deployment. Create what is missing there, correct the name, or take it out of the files."
        )
        return fail(deployment, cause, explanations=tuple(map(explain_missing_alarm, missing)))
    red = [alarm for alarm in seen.alarms if alarm.red]
    if not red or limits.starts_on_red:
        return None
    cause = (
        f"{_listed([alarm.name for alarm in red])} in ALARM before the deployment starts: what it does could "
        "not be told from what is wrong already. Wait until that is over; to deploy the remedy itself, set "
        "alarms.startOnRed in the deployment definition."
    )
    return fail(deployment, cause, explanations=_explained(red))


def note_red(seen: EcsObservation) -> dict[str, str]:
    """The progress value that names what is red at the start: it is not watched."""
    red = [alarm.name for alarm in seen.alarms if alarm.red]
    return {RED_AT_START: json.dumps(red)} if red else {}


def note_watched(seen: EcsObservation, limits: EcsLimits) -> dict[str, str]:
    """The progress value that names the alarms of the settings; of its own ones ECS tells by itself."""
    theirs = watched_by_ecs(seen)
    ours = [name for name in dict.fromkeys(limits.alarm_names) if name not in theirs]
    watched = ours if seen.plan is not None and replaces_tasks(seen.plan) else []
    return {WATCHED_ALARMS: json.dumps(watched)} if watched else {}


def turned_red(progress: Progress, seen: EcsObservation) -> tuple[Alarm, ...]:
    """Alarms of the settings that are red while the deployment goes on, and were not before."""
    known = set(json.loads(progress.values.get(RED_AT_START, "[]")))
    known.update(watched_by_ecs(seen))
    return tuple(alarm for alarm in seen.alarms if alarm.red and alarm.name not in known)


def alarm_explanations(progress: Progress, seen: EcsObservation) -> tuple[Explanation, ...]:
    """Of the alarms that end our deployment: those that ECS names, and those that we watch."""
    reasons = {alarm.name: alarm.reason for alarm in seen.alarms if alarm.red}
    named = dict.fromkeys(
        [*triggered(progress, seen.following), *(alarm.name for alarm in turned_red(progress, seen))]
    )
    return tuple(explain_alarm(name, reasons.get(name, "")) for name in named)


def _explained(red: Iterable[Alarm]) -> tuple[Explanation, ...]:
    return tuple(explain_alarm(alarm.name, alarm.reason) for alarm in red)


def _listed(names: list[str]) -> str:
    return f"The alarm {names[0]} is" if len(names) == 1 else f"The alarms {', '.join(names)} are"


def _alarms(names: list[str]) -> str:
    return f"The alarm {names[0]} does" if len(names) == 1 else f"The alarms {', '.join(names)} do"
