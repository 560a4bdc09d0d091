"""From a wanted and a live ECS service to the plan that makes the one of the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gitmoxi.domain.deployments import PlannedWarning, Verb
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import Document, without_nulls
from gitmoxi.planning.ecs_checks import check_controller, check_live_controller, check_tags
from gitmoxi.planning.ecs_scaling import NOT_SCALED, Scaling, left_to_autoscaling, scaling_remarks
from gitmoxi.planning.ecs_steps import creation_steps, register_step, update_steps
from gitmoxi.planning.ecs_update import EcsUpdate, compare_ecs, strategy_of, update_members
from gitmoxi.planning.ecs_warnings import update_warnings
from gitmoxi.planning.listing import list_document
from gitmoxi.planning.service_rules import SERVICE_RULES
from gitmoxi.planning.tags import ecs_tags, tag_changes
from gitmoxi.planning.task_definition_change import task_definition_change
from gitmoxi.planning.task_definition_rules import TASK_DEFINITION_RULES
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsPlan:
    """What has to happen to one ECS service. Planned again after it happened, the verb is NOTHING.

    Attributes:
        verb: CREATE, UPDATE or NOTHING.
        strategy: ``rolling``, or ECS's own ``blue_green``, ``linear`` or ``canary``.
        family: the task definition's family, where the commit brings one.
        register: a new revision of the task definition is registered first, and its ARN is used.
        task_definition: what the svcdef itself names (ARN, family:revision or family), where the request must
            name it; None with ``register``, and where the live one stays.
        create_request: native ``CreateService`` document, without task definition, token and our tags.
        update_request: native ``UpdateService`` document with only what changes, without the task definition;
            empty when only that changes, None when at most tags change.
        starts_deployment: the request starts a service deployment, and its end is the plan's; otherwise
            success is the live state read back.
        tags_to_set: for ``TagResource`` on a live service.
        tags_to_remove: for ``UntagResource`` on a live service.
        adopts: the live service carries no owner's tag; it gets none either, so that nobody deletes it.
    """

    target: EcsTarget
    verb: Verb
    strategy: str
    family: str | None = None
    register: bool = False
    task_definition: str | None = None
    create_request: Document | None = None
    update_request: Document | None = None
    starts_deployment: bool = False
    tags_to_set: Mapping[str, str] = field(default_factory=dict)
    tags_to_remove: tuple[str, ...] = ()
    adopts: bool = False
    differences: tuple[Difference, ...] = ()
    steps: tuple[str, ...] = ()
    warnings: tuple[PlannedWarning, ...] = ()


def plan_ecs(
    desired: DesiredEcs,
    live_service: EcsService | None,
    live_task_definition: EcsTaskDefinition | None,
    *,
    owner: str,
    previous: DesiredEcs | None = None,
    force: bool = False,
    scaling: Scaling = NOT_SCALED,
) -> EcsPlan:
    """Plan one ECS service.

    ``live_task_definition`` is the one that the live service runs. ``owner`` is the installation, the value
    of the tag ``gitmoxi:owner``. ``previous`` is what the last good deployment wanted: only members that it
    had can be taken out again. ``force`` asks for new tasks even where nothing differs. ``scaling`` tells
    who owns the count of a live service; a new one is made with the committed count.

    Raises:
        ReplacementNeededError: AWS makes a change only by making the service anew.
        PlanningError: the wanted state cannot be reached; it says what would have to happen.
    """
    check_controller(desired)
    check_tags(desired)
    if live_service is None or live_service.status != "ACTIVE":
        return _creation(desired, draining=live_service is not None and live_service.status == "DRAINING")
    check_live_controller(desired.target, live_service.document)
    update = compare_ecs(
        left_to_autoscaling(desired, scaling),
        live_service,
        live_task_definition,
        owner=owner,
        previous=previous,
        force=force,
    )
    return _changes(update, scaling_remarks(desired, scaling))


def _changes(update: EcsUpdate, remarks: Iterable[str]) -> EcsPlan:
    return EcsPlan(
        target=update.desired.target,
        verb=Verb.UPDATE if update.updates or update.tags.differences else Verb.NOTHING,
        strategy=update.strategy,
        family=_family(update.desired),
        register=update.revision.register,
        task_definition=update.revision.reference,
        update_request=update_members(update),
        starts_deployment=update.starts,
        tags_to_set=update.tags.to_set,
        tags_to_remove=update.tags.to_remove,
        adopts=update.adopts,
        differences=update.all_differences,
        steps=update_steps(update),
        warnings=(*(PlannedWarning(text=text) for text in remarks), *update_warnings(update)),
    )


def using_known_revision(plan: EcsPlan, task_definition_arn: str) -> EcsPlan:
    """The plan where an ACTIVE revision is known to be what is wanted already: none is registered."""
    if not plan.register:
        return plan
    steps = tuple(step for step in plan.steps if step != register_step(plan.family))
    return replace(plan, register=False, task_definition=task_definition_arn, steps=steps)


def _creation(desired: DesiredEcs, *, draining: bool) -> EcsPlan:
    change = task_definition_change(desired, live=None, live_arn="")
    request: dict[str, Any] = without_nulls(desired.service)
    request.pop("taskDefinition", None)
    request |= {"cluster": desired.target.cluster, "serviceName": desired.target.service_name}
    warnings = list(change.warnings)
    if "desiredCount" not in request and request.get("schedulingStrategy", "REPLICA") == "REPLICA":
        request["desiredCount"] = 1
        warnings.append(
            "desiredCount is left out: the service is created with 1 task, and later kept as it lives"
        )
    strategy = strategy_of(request)
    return EcsPlan(
        target=desired.target,
        verb=Verb.CREATE,
        strategy=strategy,
        family=_family(desired),
        register=change.register,
        task_definition=change.reference,
        create_request=request,
        starts_deployment=True,
        differences=(*change.differences, *_made(desired, request)),
        steps=creation_steps(desired, strategy, register=change.register, draining=draining),
        warnings=tuple(PlannedWarning(text=text) for text in warnings),
    )


def _made(desired: DesiredEcs, request: Document) -> tuple[Difference, ...]:
    """Everything that the new service and its task definition are made with."""
    rules = TASK_DEFINITION_RULES
    revision = list_document(desired.task_definition or {}, rules=rules)
    return (
        *revision,
        *tag_changes(ecs_tags(desired.task_definition), {}, {}, document=rules.document).differences,
        *list_document(request, rules=SERVICE_RULES),
        *tag_changes(ecs_tags(desired.service), {}, {}).differences,
    )


def _family(desired: DesiredEcs) -> str | None:
    return None if desired.task_definition is None else str(desired.task_definition.get("family"))
