"""Amazon ECS: clusters, task definitions, services, rolling deployments, tasks and their events."""

from gitmoxi_local.aws_model.ecs.model import EcsModel, Target
from gitmoxi_local.aws_model.ecs.speeds import Speeds

__all__ = ["EcsModel", "Speeds", "Target"]
