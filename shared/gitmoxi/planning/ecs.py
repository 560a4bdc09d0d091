"""From a wanted and a live ECS service to the plan that makes the one of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.differences import Difference, diff_documents
from gitmoxi.planning.documents import MISSING, Document, without_nulls
from gitmoxi.planning.ecs_checks import (
    check_changeable,
    check_controller,
    check_live_controller,
    check_tags,
    controller_of,
    removal_warnings,
)
from gitmoxi.planning.errors import ServiceDrainingError
from gitmoxi.planning.removals import with_removals
from gitmoxi.planning.service_rules import (
    FORCED,
    SERVICE_RULES,
    STARTING,
    UNREADABLE,
    comparable_service,
    resets,
)
from gitmoxi.planning.tags import adoption, ecs_tags, tag_changes
from gitmoxi.planning.task_definition_change import TaskDefinitionChange, task_definition_change
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition

_OVERLAID: Final = ("alarms", "deploymentCircuitBreaker", "maximumPercent", "minimumHealthyPercent")
"""Members of a rolling deploymentConfiguration that are sent as they live when only others change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsPlan:
    """What has to happen to one ECS service. Planned again after it happened, the verb is NOTHING.

    Attributes:
        verb: CREATE, UPDATE or NOTHING.
        strategy: ``rolling``, or ECS's own ``blue_green``, ``linear`` or ``canary``.
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
    warnings: tuple[str, ...] = ()


def plan_ecs(
    desired: DesiredEcs,
    live_service: EcsService | None,
    live_task_definition: EcsTaskDefinition | None,
    *,
    owner: str,
    previous: DesiredEcs | None = None,
    force: bool = False,
) -> EcsPlan:
    """Plan one ECS service.

    ``live_task_definition`` is the one that the live service runs. ``owner`` is the installation, the value
    of the tag ``gitmoxi:owner``. ``previous`` is what the last good deployment wanted: only members that it
    had can be taken out again. ``force`` asks for new tasks even where nothing differs.

    Raises:
        PlanningError: the wanted state cannot be reached; it says what would have to happen.
        ServiceDrainingError: the old service of that name is still being deleted.
    """
    check_controller(desired)
    check_tags(desired)
    if live_service is None or live_service.status == "INACTIVE":
        return _creation(desired)
    if live_service.status == "DRAINING":
        raise ServiceDrainingError(
            f"{desired.target} is DRAINING: the deleted service blocks its name until its last task stopped"
        )
    check_live_controller(desired.target, live_service.document)
    return _update(desired, live_service, live_task_definition, owner=owner, previous=previous, force=force)


def _creation(desired: DesiredEcs) -> EcsPlan:
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
    strategy = _strategy(request)
    return EcsPlan(
        target=desired.target,
        verb=Verb.CREATE,
        strategy=strategy,
        register=change.register,
        task_definition=change.reference,
        create_request=request,
        starts_deployment=True,
        steps=(*_register_steps(desired, change), "create the service", _follow_step(strategy)),
        warnings=tuple(warnings),
    )


def _update(
    desired: DesiredEcs,
    live: EcsService,
    live_task_definition: EcsTaskDefinition | None,
    *,
    owner: str,
    previous: DesiredEcs | None,
    force: bool,
) -> EcsPlan:
    live_document = comparable_service(live)
    wanted = _wanted(desired, previous, live_document)
    differences = diff_documents(wanted, live_document, rules=SERVICE_RULES)
    check_changeable(desired.target, differences, live_document)
    differences += _unreadable_difference(wanted, previous)
    changed = {difference.field for difference in differences} - {"launchType"}
    forced = force or bool(changed & FORCED) or _has_failed(live)
    change = task_definition_change(
        desired, live=live_task_definition, live_arn=live.task_definition_arn, previous=previous
    )
    starts = forced or change.changes or bool(changed & STARTING)
    if starts:
        change = change.with_active_revision(live_task_definition)
    tags = tag_changes(ecs_tags(desired.service), live.tags, ecs_tags(previous.service if previous else None))
    adopts = adoption(live.tags, owner=owner, what=str(desired.target))
    updates = bool(changed) or forced or change.changes
    nothing = not updates and not tags.differences
    strategy = _strategy(wanted, live_document)
    return EcsPlan(
        target=desired.target,
        verb=Verb.NOTHING if nothing else Verb.UPDATE,
        strategy=strategy,
        register=change.register,
        task_definition=change.reference,
        update_request=_update_request(wanted, live_document, changed, forced=forced) if updates else None,
        starts_deployment=starts,
        tags_to_set=tags.to_set,
        tags_to_remove=tags.to_remove,
        adopts=adopts,
        differences=(*change.differences, *differences, *tags.differences),
        steps=(
            *_update_steps(desired, change, changed, strategy, starts=starts, forced=forced),
            *(("set the service's tags",) if tags.differences else ()),
        ),
        warnings=tuple(_update_warnings(desired, previous, live, change, adopts=adopts)),
    )


def _has_failed(live: EcsService) -> bool:
    """Whether ECS gave up on what is configured: then it does not run, however equal it looks."""
    return (live.primary or {}).get("rolloutState") == "FAILED"


def _wanted(desired: DesiredEcs, previous: DesiredEcs | None, live: Document) -> Document:
    """The service document with what left it reset, and with what leaving out means spelt out."""
    wanted = with_removals(desired.service, previous.service if previous else None, resets(live))
    wanted.setdefault("deploymentController", {"type": "ECS"})
    if wanted.get("launchType") and live.get("capacityProviderStrategy"):
        wanted.setdefault("capacityProviderStrategy", [])
    if live.get("schedulingStrategy") == "DAEMON":
        wanted.pop("desiredCount", None)  # ECS counts the instances itself.
    return wanted


def _unreadable_difference(wanted: Document, previous: DesiredEcs | None) -> tuple[Difference, ...]:
    """ECS does not answer this member, so it is compared with what was last wanted, if that is known."""
    if previous is None or UNREADABLE not in wanted:
        return ()
    before, after = without_nulls(previous.service).get(UNREADABLE, MISSING), wanted[UNREADABLE]
    return () if before == after else (Difference(path=UNREADABLE, before=before, after=after),)


def _update_request(wanted: Document, live: Document, changed: set[str], *, forced: bool) -> Document:
    request = {name: wanted[name] for name in sorted(changed)}
    configuration = request.get("deploymentConfiguration")
    if configuration is not None:
        request["deploymentConfiguration"] = _deployment_configuration(
            configuration, live.get("deploymentConfiguration") or {}
        )
    if forced:
        request["forceNewDeployment"] = True
    return request


def _deployment_configuration(wanted: Document, live: Document) -> Document:
    """The wanted members over the live ones, so that it does not matter whether ECS merges or replaces."""
    if {wanted.get("strategy") or "ROLLING", live.get("strategy") or "ROLLING"} != {"ROLLING"}:
        return wanted
    merged = {name: live[name] for name in _OVERLAID if live.get(name) is not None} | dict(wanted)
    if "deploymentCircuitBreaker" in wanted:
        merged["deploymentCircuitBreaker"] = {
            **(live.get("deploymentCircuitBreaker") or {}),
            **wanted["deploymentCircuitBreaker"],
        }
    return merged


def _strategy(*documents: Document) -> str:
    """The first document that names a strategy decides."""
    named = ((document.get("deploymentConfiguration") or {}).get("strategy") for document in documents)
    return str(next((name for name in named if name), "rolling")).lower()


def _register_steps(desired: DesiredEcs, change: TaskDefinitionChange) -> tuple[str, ...]:
    if not change.register or desired.task_definition is None:
        return ()
    return (f"register a new revision of the task definition {desired.task_definition.get('family')}",)


def _follow_step(strategy: str) -> str:
    return f"follow the service deployment ({strategy}) to its end"


def _update_steps(
    desired: DesiredEcs,
    change: TaskDefinitionChange,
    changed: set[str],
    strategy: str,
    *,
    starts: bool,
    forced: bool,
) -> tuple[str, ...]:
    parts = [*(["taskDefinition"] if change.changes else []), *sorted(changed)]
    steps = _register_steps(desired, change)
    if parts or forced:
        what = ", ".join(parts) or "nothing but its tasks"
        steps += (f"update the service: {what}{' (forced new deployment)' if forced else ''}",)
        steps += (
            _follow_step(strategy) if starts else "read the changed fields back: no tasks are replaced",
        )
    return steps


def _update_warnings(
    desired: DesiredEcs,
    previous: DesiredEcs | None,
    live: EcsService,
    change: TaskDefinitionChange,
    *,
    adopts: bool,
) -> list[str]:
    warnings = [*change.warnings, *removal_warnings(desired, previous)]
    if adopts:
        warnings.append(f"{desired.target} was not made by Gitmoxi: it is updated, but never deleted")
    if previous is None and desired.service.get(UNREADABLE):
        warnings.append(
            f"{UNREADABLE} is not compared: ECS does not answer it, and no earlier deployment is known"
        )
    if desired.service.get("launchType") and live.document.get("capacityProviderStrategy"):
        warnings.append(
            "the capacity providers are taken away: ECS returns to the service's first launch type"
        )
    if _has_failed(live):
        warnings.append("the last deployment of what lives now has FAILED: its tasks are deployed anew")
    if controller_of(live.document) == "CODE_DEPLOY":
        warnings.append(
            "the deployment controller changes from CODE_DEPLOY to ECS: CodeDeploy deploys no more"
        )
    return warnings
