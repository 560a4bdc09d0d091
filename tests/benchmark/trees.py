"""An in-memory repository of ECS service objects as teams write them, and the services as they live."""

from __future__ import annotations

import json
from typing import Any

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition

ACCOUNT, REGION = "111122223333", "eu-central-1"

_TASK_DEFINITION = """{
  "family": "{{ name }}",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "{{ cpu }}",
  "memory": "{{ memory }}",
  "executionRoleArn": "{{ execution_role }}",
  "containerDefinitions": [
    {
      "name": "app",
      "image": "{{ registry }}/{{ name }}:{{ version }}",
      "portMappings": [{"containerPort": {{ port }}}],
      "environment": [
        {% for key, value in environment.items() %}
        {"name": {{ key | tojson }}, "value": {{ value | tojson }}}{{ "" if loop.last else "," }}
        {% endfor %}
      ],
      "healthCheck": {"command": ["CMD-SHELL", "curl -f http://127.0.0.1:{{ port }}/health || exit 1"]},
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
          "awslogs-group": "/ecs/{{ name }}",
          "awslogs-region": "eu-central-1",
          "awslogs-stream-prefix": "app"
        }
      }
    },
    {"name": "proxy", "image": "{{ registry }}/proxy:{{ proxy_version }}", "essential": false}
  ]
}
"""

_SERVICE = """{
  "cluster": "shop",
  "serviceName": "{{ name }}",
  "desiredCount": 2,
  "launchType": "FARGATE",
  "networkConfiguration": {
    "awsvpcConfiguration": {"subnets": {{ subnets | tojson }}, "securityGroups": ["{{ security_group }}"]}
  },
  "deploymentConfiguration": {
    "minimumHealthyPercent": 100,
    "maximumPercent": 200,
    "deploymentCircuitBreaker": {"enable": true, "rollback": true}
  },
  "tags": [{"key": "team", "value": "{{ team }}"}]
}
"""

_SETTINGS = """{"stabilityCheck": {"pollInterval": 10, "timeout": 600}}
"""

SHARED = "infra/terraform_output.json"


def tree_of(objects: int, *, version: str = "1.0.0", own_templates: bool = False) -> dict[str, bytes]:
    """The files of a repository by path: four for each object, and one that all of them refer to.

    Teams copy templates from service to service; with ``own_templates`` no two objects have the same.
    """
    shared = {
        "subnets": {"value": ["subnet-1", "subnet-2", "subnet-3"]},
        "security_group": {"value": "sg-1"},
        "execution_role": {"value": f"arn:aws:iam::{ACCOUNT}:role/execution"},
        "registry": {"value": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"},
    }
    tree = {SHARED: json.dumps(shared).encode()}
    for number in range(objects):
        prefix = f"services/team-{number % 20}/svc-{number}"
        name = f"svc-{number}" if own_templates else "{{ name }}"
        tree[f"{prefix}_svcdef.json"] = _SERVICE.replace("{{ name }}", name).encode()
        tree[f"{prefix}_taskdef.json"] = _TASK_DEFINITION.replace("{{ name }}", name).encode()
        tree[f"{prefix}_depdef.json"] = _SETTINGS.encode()
        tree[f"{prefix}_input.json"] = json.dumps(_values(number, version)).encode()
    return tree


def _values(number: int, version: str) -> dict[str, Any]:
    return {
        "ref": {"file": [SHARED], "type": "TERRAFORM"},
        "name": f"svc-{number}",
        "team": f"team-{number % 20}",
        "version": version,
        "proxy_version": "3.2",
        "cpu": "512",
        "memory": "1024",
        "port": 8080,
        "environment": {"STAGE": "prod", "REGION": REGION, "LOG_LEVEL": "info", "FEATURES": "a,b,c"},
    }


def living(desired: DesiredEcs) -> tuple[EcsService, EcsTaskDefinition]:
    """The service as it runs once ``desired`` was deployed, as far as AWS describes it."""
    target = desired.target
    assert isinstance(target, EcsTarget)
    assert desired.task_definition is not None
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{desired.task_definition['family']}:1"
    service = {
        **desired.service,
        "serviceArn": target.service_arn,
        "clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{target.cluster}",
        "status": "ACTIVE",
        "taskDefinition": arn,
        "deployments": [{"status": "PRIMARY", "rolloutState": "COMPLETED", "taskDefinition": arn}],
    }
    definition = {**desired.task_definition, "taskDefinitionArn": arn, "status": "ACTIVE", "revision": 1}
    tags = {"team": str(desired.service["tags"][0]["value"]), "gitmoxi:owner": "bench"}
    return EcsService(document=service, tags=tags), EcsTaskDefinition(document=definition)
