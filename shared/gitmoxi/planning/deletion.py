"""The plan of a target whose definition file was deleted."""

from __future__ import annotations

from gitmoxi.domain.deployments import PlannedCall, PlannedWarning, PlanRecord, Risk, Verb
from gitmoxi.domain.targets import EcsTarget, Target


def describe_deletion(target: Target, *, deployment_id: str) -> PlanRecord:
    """What deleting a target means; it is never rendered, so there are no sensitive values."""
    if isinstance(target, EcsTarget):
        call = PlannedCall(
            api="ecs:DeleteService", summary=f"the service {target.service_name}, with all its tasks"
        )
    else:
        call = PlannedCall(
            api="lambda:DeleteFunction",
            summary=f"the function {target.function_name}, with its versions and aliases",
        )
    warning = PlannedWarning(text=f"{target} and what runs in it goes away", risk=Risk.DELETION)
    return PlanRecord(
        deployment_id=deployment_id,
        verb=Verb.DELETE,
        strategy="delete",
        differences=(),
        steps=(f"delete {target}", "wait until it is gone"),
        calls=(call,),
        warnings=(warning,),
    )
