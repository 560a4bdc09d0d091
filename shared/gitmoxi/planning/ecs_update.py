"""How a live ECS service differs from what is wanted, and the native request that makes it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.differences import Difference, diff_documents
from gitmoxi.planning.documents import MISSING, Document, without_nulls
from gitmoxi.planning.ecs_checks import check_changeable
from gitmoxi.planning.ecs_fallback import beside_capacity, runs_on_fallback
from gitmoxi.planning.removals import with_removals
from gitmoxi.planning.service_rules import (
    FORCED,
    SERVICE_RULES,
    STARTING,
    UNCHANGEABLE,
    UNREADABLE,
    comparable_service,
    resets,
)
from gitmoxi.planning.tags import TagChanges, adoption, ecs_tags, tag_changes
from gitmoxi.planning.task_definition_change import TaskDefinitionChange, task_definition_change
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition

_OVERLAID: Final = ("alarms", "deploymentCircuitBreaker", "maximumPercent", "minimumHealthyPercent")
"""Members of a rolling deploymentConfiguration that are sent as they live when only others change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsUpdate:
    """One live service beside what is wanted of it.

    Attributes:
        previous: what the last good deployment wanted, if one is known.
        live: the live service in the terms of CreateService.
        wanted: the committed service, with what left it reset and what leaving out means spelt out.
        revision: what happens to the task definition.
        differences: those of the service's own members.
        changed: the members that UpdateService has to change.
        forced: the tasks are replaced even if nothing of them changes.
        starts: the update starts a service deployment.
        failed: ECS gave up on what is configured: it does not run, however equal it looks.
        adopts: the live service carries no owner's tag.
        on_fallback: the service runs on the settings' fallback capacity, and stays there.
    """

    desired: DesiredEcs
    previous: DesiredEcs | None
    live: Document
    wanted: Document
    revision: TaskDefinitionChange
    differences: tuple[Difference, ...]
    changed: frozenset[str]
    tags: TagChanges
    forced: bool
    starts: bool
    failed: bool
    adopts: bool
    on_fallback: bool

    @property
    def updates(self) -> bool:
        """Whether UpdateService is called at all."""
        return bool(self.changed) or self.forced or self.revision.changes

    @property
    def all_differences(self) -> tuple[Difference, ...]:
        """Those of the task definition, of the service and of its tags."""
        return (*self.revision.differences, *self.differences, *self.tags.differences)

    @property
    def strategy(self) -> str:
        """How tasks are replaced: ``rolling``, ``blue_green``, ``linear`` or ``canary``."""
        return strategy_of(self.wanted, self.live)

    @property
    def scheduling(self) -> str:
        """REPLICA or DAEMON."""
        return str(self.live.get("schedulingStrategy") or "REPLICA")


def compare_ecs(
    desired: DesiredEcs,
    service: EcsService,
    task_definition: EcsTaskDefinition | None,
    *,
    owner: str,
    previous: DesiredEcs | None,
    force: bool,
) -> EcsUpdate:
    """Compare what is wanted with a live service, which is ACTIVE.

    Raises:
        ReplacementNeededError: something differs that UpdateService has no parameter for.
        PlanningError: no task definition is wanted, or the service belongs to another installation.
    """
    live = comparable_service(service)
    wanted = wanted_service(desired, previous, live)
    found = diff_documents(wanted, live, rules=SERVICE_RULES)
    revision = task_definition_change(
        desired, live=task_definition, live_arn=service.task_definition_arn, previous=previous
    )
    failed = (service.primary or {}).get("rolloutState") == "FAILED"
    starting = frozenset(difference.field for difference in found) & STARTING
    stays = not (force or failed or revision.changes or starting)
    on_fallback = stays and runs_on_fallback(desired, live)
    found = beside_capacity(found) if on_fallback else found
    tags = tag_changes(
        ecs_tags(desired.service), service.tags, ecs_tags(previous.service if previous else None)
    )
    everything = (*revision.differences, *found, *tags.differences)
    check_changeable(desired.target, found, live, everything=everything)
    differences = found + _unreadable_difference(wanted, previous)
    changed = frozenset(difference.field for difference in differences) - {"launchType"}
    forced = force or bool(changed & FORCED) or failed
    starts = forced or revision.changes or bool(changed & STARTING)
    return EcsUpdate(
        desired=desired,
        previous=previous,
        live=live,
        wanted=wanted,
        revision=revision.with_active_revision(task_definition) if starts else revision,
        differences=differences,
        changed=changed,
        tags=tags,
        forced=forced,
        starts=starts,
        failed=failed,
        adopts=adoption(service.tags, owner=owner, what=str(desired.target)),
        on_fallback=on_fallback,
    )


def unlike_wanted(
    desired: DesiredEcs, service: EcsService, previous: DesiredEcs | None
) -> tuple[Difference, ...]:
    """Members of a live service, its task definition aside, that UpdateService would have to change."""
    live = comparable_service(service)
    found = diff_documents(wanted_service(desired, previous, live), live, rules=SERVICE_RULES)
    found = beside_capacity(found) if runs_on_fallback(desired, live) else found
    return tuple(difference for difference in found if difference.field not in UNCHANGEABLE)


def strategy_of(*documents: Document) -> str:
    """The first document that names a strategy decides."""
    named = ((document.get("deploymentConfiguration") or {}).get("strategy") for document in documents)
    return str(next((name for name in named if name), "rolling")).lower()


def update_members(update: EcsUpdate) -> Document | None:
    """The native ``UpdateService`` request without service and task definition; None: it is not called."""
    if not update.updates:
        return None
    request: dict[str, Any] = {name: update.wanted[name] for name in sorted(update.changed)}
    configuration = request.get("deploymentConfiguration")
    if configuration is not None:
        request["deploymentConfiguration"] = _deployment_configuration(
            configuration, update.live.get("deploymentConfiguration") or {}
        )
    if update.forced:
        request["forceNewDeployment"] = True
    return request


def wanted_service(desired: DesiredEcs, previous: DesiredEcs | None, live: Document) -> Document:
    """The committed service, with what left it reset and what leaving out means spelt out."""
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
    if before == after:
        return ()
    return (Difference(document=SERVICE_RULES.document, path=UNREADABLE, before=before, after=after),)


def _deployment_configuration(wanted: Mapping[str, Any], live: Document) -> Document:
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
