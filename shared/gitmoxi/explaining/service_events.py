"""What the ECS service scheduler tells in a service's events: mostly symptoms, told after their causes."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry, Phrases
from gitmoxi.explaining.pages import (
    CIRCUIT_BREAKER,
    DEPLOYMENT_ALARMS,
    SERVICE_EVENTS,
    STOPPED_TASKS,
    THROTTLE_LOGIC,
)

SERVICE_EVENT_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="deployment.percentages",
        cause="ECS may neither stop an old task nor start a new one.",
        advice="Lower minimumHealthyPercent or raise maximumPercent in deploymentConfiguration.",
        source=SERVICE_EVENTS,
        says=(("because of the service deployment configuration",),),
    ),
    Entry(
        id="deployment.protected-tasks",
        cause="More tasks are protected from scale-in than the service should have.",
        advice="Wait for the protection to end, or take it off: `aws ecs update-task-protection`.",
        source=SERVICE_EVENTS,
        says=(("protected tasks are more than",),),
    ),
    Entry(
        id="deployment.alarm",
        cause="A CloudWatch alarm of the deployment went off.",
        advice="Look at the alarms named in deploymentConfiguration.alarms at the time of the deployment.",
        source=DEPLOYMENT_ALARMS,
        says=(("alarm detected",), ("deployment failed", "alarm")),
        symptom=True,
    ),
    Entry(
        id="deployment.tasks-do-not-start",
        cause="New tasks fail again and again, and ECS tries less and less often.",
        advice="The stopped tasks tell why.",
        source=THROTTLE_LOGIC,
        says=(("unable to consistently start tasks",),),
        symptom=True,
    ),
    Entry(
        id="deployment.circuit-breaker",
        cause="Too many new tasks failed, and ECS gave the deployment up.",
        advice="The stopped tasks tell why.",
        source=CIRCUIT_BREAKER,
        says=(("deployment circuit breaker",), ("deployment failed: tasks failed to start",)),
        symptom=True,
    ),
    Entry(
        id="deployment.rolled-back-by-ecs",
        cause="ECS takes the service back to its earlier deployment.",
        advice="The stopped tasks and alarms tell why.",
        source=CIRCUIT_BREAKER,
        says=(("rolling back to",),),
        symptom=True,
    ),
    Entry(
        id="task.scaled-in",
        cause="ECS stopped the task for a deployment or to scale the service.",
        advice="Nothing is wrong with the task.",
        source=STOPPED_TASKS,
        says=(("scaling activity initiated by",),),
        symptom=True,
    ),
    Entry(
        id="task.stopped-by-user",
        cause="Somebody stopped the task.",
        advice="CloudTrail names who called StopTask.",
        source=STOPPED_TASKS,
        says=(("task stopped by user",),),
        symptom=True,
    ),
)

ROUTINE: Final[tuple[Phrases, ...]] = (
    ("has reached a steady state",),
    ("has started", "tasks"),
    ("has stopped", "running tasks"),
    ("has begun draining connections",),
    ("registered", "targets in"),
    ("registered", "instances in"),
    ("deployment completed",),
    ("az balanced",),
    ("az rebalanc",),
    ("set desired count to",),
    ("updated computeddesiredcount",),
)
"""Events of a service that is well; AWS lists them beside the others on the page of the events."""
