"""The stored settings of a wanted state as their models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gitmoxi.validation.depdef import EcsDepdef
from gitmoxi.validation.lambda_depdef import LambdaDepdef


def ecs_settings(settings: Mapping[str, Any]) -> EcsDepdef:
    """The settings of an ECS service; an empty document means all defaults."""
    return EcsDepdef.model_validate_json(json.dumps(settings))


def lambda_settings(settings: Mapping[str, Any]) -> LambdaDepdef:
    """The settings of a Lambda function."""
    return LambdaDepdef.model_validate_json(json.dumps(settings))
