"""The native ECS requests of a plan, with our tags and tokens: what the deployer sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gitmoxi.domain.targets import ACTION_TAG, OWNER_TAG
from gitmoxi.errors import InvariantError
from gitmoxi.planning.desired import DesiredEcs, task_definition_hash
from gitmoxi.planning.documents import Document, without_nulls
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.planning.tags import ecs_tags, merged_tags

SPEC_TAG: Final = "gitmoxi:spec"
"""On a task definition: the hash of what it means, so that its equal can be found again."""


def register_request(desired: DesiredEcs, *, owner: str, action_id: str) -> Document:
    """The ``RegisterTaskDefinition`` request for the wanted task definition.

    Raises:
        InvariantError: nothing is to be registered.
    """
    if desired.task_definition is None:
        raise InvariantError(f"{desired.target} brings no task definition to register")
    ours = {
        OWNER_TAG: owner,
        ACTION_TAG: action_id,
        SPEC_TAG: task_definition_hash(desired.task_definition),
    }
    request: dict[str, Any] = without_nulls(desired.task_definition)
    return request | {"tags": _listed(merged_tags(ecs_tags(desired.task_definition), ours))}


def create_service_request(
    plan: EcsPlan, *, task_definition_arn: str | None, client_token: str, owner: str, action_id: str
) -> Document:
    """The ``CreateService`` request; ``task_definition_arn`` None takes what the svcdef names.

    Raises:
        InvariantError: the plan creates nothing, or there is no task definition.
    """
    if plan.create_request is None:
        raise InvariantError(f"the plan for {plan.target} creates no service")
    task_definition = task_definition_arn or plan.task_definition
    if task_definition is None:
        raise InvariantError(f"{plan.target} cannot be created without a task definition")
    tags = merged_tags(ecs_tags(plan.create_request), {OWNER_TAG: owner, ACTION_TAG: action_id})
    return {
        **plan.create_request,
        "taskDefinition": task_definition,
        "clientToken": client_token,
        "tags": _listed(tags),
    }


def update_service_request(plan: EcsPlan, *, task_definition_arn: str | None) -> Document:
    """The ``UpdateService`` request; ``task_definition_arn`` is the registered one, None where none is.

    Raises:
        InvariantError: the plan updates nothing, or registers and no ARN is given.
    """
    if plan.update_request is None:
        raise InvariantError(f"the plan for {plan.target} updates no service")
    if plan.register and task_definition_arn is None:
        raise InvariantError(f"the plan for {plan.target} needs the ARN of the registered task definition")
    task_definition = task_definition_arn or plan.task_definition
    named = {} if task_definition is None else {"taskDefinition": task_definition}
    where = {"cluster": plan.target.cluster, "service": plan.target.service_name}
    return {**plan.update_request, **where, **named}


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]
