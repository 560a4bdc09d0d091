"""The mutating AWS calls by which a plan is carried out, in their order, named as IAM names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitmoxi.domain.deployments import PlannedCall, Verb
from gitmoxi.planning.aws_lambda import LambdaPlan
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.validation.lambda_depdef import NONE


def planned_calls(plan: EcsPlan | LambdaPlan) -> tuple[PlannedCall, ...]:
    """The calls of a plan; none where nothing is to be done. Reading calls are left out."""
    made = _ecs_calls(plan) if isinstance(plan, EcsPlan) else _lambda_calls(plan)
    return tuple(PlannedCall(api=api, summary=summary) for api, summary in made)


def _ecs_calls(plan: EcsPlan) -> Iterator[tuple[str, str]]:
    if plan.register:
        yield "ecs:RegisterTaskDefinition", f"a new revision of the task definition {plan.family}"
    if plan.verb is Verb.CREATE:
        yield "ecs:CreateService", f"the service {plan.target.service_name}"
    elif plan.update_request is not None:
        named = ["taskDefinition"] if plan.register or plan.task_definition else []
        yield "ecs:UpdateService", ", ".join([*named, *plan.update_request])
    if plan.tags_to_set:
        yield "ecs:TagResource", _tagged(plan.tags_to_set)
    if plan.tags_to_remove:
        yield "ecs:UntagResource", ", ".join(plan.tags_to_remove)


def _lambda_calls(plan: LambdaPlan) -> Iterator[tuple[str, str]]:
    name = plan.target.function_name
    if plan.verb is Verb.CREATE:
        yield "lambda:CreateFunction", f"the function {name}"
    elif plan.code_changed:
        yield "lambda:UpdateFunctionCode", f"the code of {name}"
    if plan.configuration_request is not None:
        yield "lambda:UpdateFunctionConfiguration", ", ".join(plan.configuration_request)
    if plan.tags_to_set:
        yield "lambda:TagResource", _tagged(plan.tags_to_set)
    if plan.tags_to_remove:
        yield "lambda:UntagResource", ", ".join(plan.tags_to_remove)
    yield from _reserving(plan, last=False)
    if plan.publish:
        yield "lambda:PublishVersion", f"a version of {name}"
        api = "lambda:CreateAlias" if plan.create_alias else "lambda:UpdateAlias"
        yield api, f"{plan.alias_name} to the published version"
    yield from _provisioning(plan)
    yield from _reserving(plan, last=True)
    for version in plan.deleted_versions:
        yield "lambda:DeleteFunction", f"version {version}, which is older than those that are kept"


def _reserving(plan: LambdaPlan, *, last: bool) -> Iterator[tuple[str, str]]:
    wanted, name = plan.concurrency, plan.target.function_name
    if wanted.reserved is None or wanted.reserved_last is not last:
        return
    if wanted.reserved == NONE:
        yield "lambda:DeleteFunctionConcurrency", f"the reserved concurrency of {name}"
    else:
        yield "lambda:PutFunctionConcurrency", f"{wanted.reserved} reserved for {name}"


def _provisioning(plan: LambdaPlan) -> Iterator[tuple[str, str]]:
    wanted = plan.concurrency.provisioned
    if wanted == NONE:
        yield "lambda:DeleteProvisionedConcurrencyConfig", f"that of the alias {plan.alias_name}"
    elif wanted is not None:
        yield "lambda:PutProvisionedConcurrencyConfig", f"{wanted} for the alias {plan.alias_name}"


def _tagged(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in tags.items())
