"""Files that the tests commit: an ECS service and a Lambda function."""

from __future__ import annotations

import json
from typing import Any

CLUSTER = "e2e"
BUCKET = "e2e-code"


def ecs_files(
    prefix: str,
    *,
    image: str = "nginx:1",
    count: int = 1,
    name: str | None = None,
    depdef: dict[str, Any] | None = None,
    service: dict[str, Any] | None = None,
    log_group: str | None = None,
) -> dict[str, str | None]:
    """A rolling ECS service on Fargate under ``prefix``; with a log group, its container writes there."""
    name = name or prefix.rpartition("/")[2]
    container = {"name": "main", "image": "{{ image }}", "essential": True}
    files: dict[str, Any] = {
        f"{prefix}_svcdef.json": {
            "cluster": CLUSTER,
            "serviceName": name,
            "desiredCount": count,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d"]}},
            **(service or {}),
        },
        f"{prefix}_taskdef.json": {
            "family": name,
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            **({} if log_group is None else {"executionRoleArn": "arn:aws:iam::000000000000:role/e2e"}),
            "containerDefinitions": [{**container, **_logging(log_group)}],
        },
        f"{prefix}_input.json": {"image": image},
        f"{prefix}_depdef.json": depdef or {"gmDeploymentCircuitBreaker": {"failureThreshold": 2}},
    }
    return {path: json.dumps(content, indent=2) for path, content in files.items()}


def _logging(group: str | None) -> dict[str, Any]:
    """The container's awslogs driver; nothing without a group."""
    if group is None:
        return {}
    options = {"awslogs-group": group, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app"}
    return {"logConfiguration": {"logDriver": "awslogs", "options": options}}


def lambda_files(
    prefix: str, *, key: str = "one.zip", memory: int = 128, name: str | None = None
) -> dict[str, str | None]:
    """A Lambda function with the alias ``live`` under ``prefix``."""
    files: dict[str, Any] = {
        f"{prefix}_lambdadef.json": {
            "FunctionName": name or prefix.rpartition("/")[2],
            "Role": "arn:aws:iam::000000000000:role/e2e",
            "Handler": "app.handler",
            "Runtime": "python3.12",
            "MemorySize": memory,
            "Code": {"S3Bucket": BUCKET, "S3Key": "{{ key }}"},
        },
        f"{prefix}_lambdainput.json": {"key": key},
        f"{prefix}_lambdadepdef.json": {
            "alias": "live",
            "readinessCheck": {"waitInterval": 2, "maxRetries": 10},
        },
    }
    return {path: json.dumps(content, indent=2) for path, content in files.items()}


def deleted(files: dict[str, str | None]) -> dict[str, str | None]:
    """The same files, to be deleted."""
    return dict.fromkeys(files)


def code(version: str) -> str:
    """A module ``app`` that answers its version."""
    return f'def handler(event, context):\n    return {{"version": "{version}"}}\n'
