"""The values that the progress of an ECS deployment carries while it is followed."""

from __future__ import annotations

SERVICE_DEPLOYMENT = "service_deployment"
"""The ARN of the service deployment that our update started."""

ECS_DEPLOYMENT = "ecs_deployment"
"""The id (``ecs-svc/...``) that ECS gave to our update in the service's list."""

PREVIOUS_SERVICE_DEPLOYMENT = "previous_service_deployment"
"""The newest service deployment before our update; whatever is newer is ours."""

STARTS_DEPLOYMENT = "starts_deployment"
"""``no``: the update changes only fields that ECS applies without a deployment."""

LOOK_CLOSER = "look_closer"
"""``yes``: the stopped tasks are wanted, whatever else is seen."""
