"""Amazon ECS: clusters, task definitions, services, rolling deployments, tasks and their events."""

from gitmoxi_local.aws_model.ecs.model import EcsModel
from gitmoxi_local.aws_model.ecs.speeds import Speeds
from gitmoxi_local.aws_model.ecs.target_health import Target

__all__ = ["EcsModel", "Speeds", "Target"]
