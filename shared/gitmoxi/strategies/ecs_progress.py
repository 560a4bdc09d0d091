"""The values that the progress of an ECS deployment carries while it is followed."""

from __future__ import annotations

SERVICE_DEPLOYMENT = "service_deployment"
"""The ARN of the service deployment that our update started."""

ECS_DEPLOYMENT = "ecs_deployment"
"""The id (``ecs-svc/...``) that ECS gave to our update in the service's list."""

ECS_DEPLOYMENT_MADE = "ecs_deployment_made"
"""When ECS made it (``createdAt``), in ISO 8601: a primary deployment from before is no news."""

PREVIOUS_SERVICE_DEPLOYMENT = "previous_service_deployment"
"""The newest service deployment before our update; whatever is newer is ours."""

STARTS_DEPLOYMENT = "starts_deployment"
"""``no``: the update changes only fields that ECS applies without a deployment."""

LOOK_CLOSER = "look_closer"
"""``yes``: the stopped tasks are wanted, whatever else is seen."""

FAILED_TASKS = "failed_tasks"
"""Failed tasks of our deployment: its id, how many so far, and what ECS counted when we last looked."""

COUNTED_SINCE = "counted_since"
"""From when on failures count, in ISO 8601: the deployment was under way before it was followed."""

READ_BACK = "read_back"
"""``yes``: every field was seen to live as committed; one that differs later was changed by somebody else."""

WAITS_SINCE = "waits_since"
"""When ECS was first found to have no room for the request yet, in ISO 8601."""

APPLIED_AGAIN = "applied_again"
"""``yes``: what is committed was applied once more after somebody else's change."""

WATCHED_ALARMS = "watched_alarms"
"""The names of the alarms whose events concern the deployment, as a JSON list."""

FALLEN_BACK = "fallen_back"
"""``yes``: the deployment goes on with the fallback capacity."""

RED_AT_START = "red_at_start"
"""The names of the alarms that were red when the deployment started, as a JSON list."""

FOLLOWED = (
    ECS_DEPLOYMENT,
    ECS_DEPLOYMENT_MADE,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
    LOOK_CLOSER,
    FAILED_TASKS,
    COUNTED_SINCE,
    READ_BACK,
)
"""The values that belong to one followed deployment of ECS, and go when another one is followed."""
