"""What people should know before a plan for an ECS service is carried out."""

from __future__ import annotations

from collections.abc import Iterator

from gitmoxi.domain.deployments import PlannedWarning
from gitmoxi.planning.ecs_checks import controller_of
from gitmoxi.planning.ecs_fallback import fallback_providers
from gitmoxi.planning.ecs_risks import ecs_risks
from gitmoxi.planning.ecs_update import EcsUpdate
from gitmoxi.planning.service_rules import STAYING, UNREADABLE


def update_warnings(update: EcsUpdate) -> tuple[PlannedWarning, ...]:
    """What is odd about an update, then what it risks."""
    told = (*update.revision.warnings, *_kept_though_removed(update), *_oddities(update))
    return (*(PlannedWarning(text=text) for text in told), *ecs_risks(update))


def _kept_though_removed(update: EcsUpdate) -> Iterator[str]:
    """What left the file and stays in ECS all the same."""
    before = update.previous.service if update.previous else {}
    for name in STAYING:
        if before.get(name) is not None and update.desired.service.get(name) is None:
            yield (
                f"{name} was taken out of the service definition; ECS keeps it as it is, because "
                "UpdateService has no value for none"
            )


def _oddities(update: EcsUpdate) -> Iterator[str]:
    service, target = update.desired.service, update.desired.target
    if update.adopts:
        yield f"{target} was not made by Gitmoxi: it is updated, but never deleted"
    if update.previous is None and service.get(UNREADABLE):
        yield f"{UNREADABLE} is not compared: ECS does not answer it, and no earlier deployment is known"
    if update.on_fallback:
        yield (
            f"the service runs on its fallback capacity ({fallback_providers(update.desired)}), because a "
            "deployment found no room on the committed one; it stays there until a deployment replaces the "
            "tasks, which tries the committed capacity first"
        )
    elif service.get("launchType") and update.live.get("capacityProviderStrategy"):
        yield "the capacity providers are taken away: ECS returns to the service's first launch type"
    if update.failed:
        yield "the last deployment of what lives now has FAILED: its tasks are deployed anew"
    if controller_of(update.live) == "CODE_DEPLOY":
        yield "the deployment controller changes from CODE_DEPLOY to ECS: CodeDeploy deploys no more"
    yield from _rescaled(update)


def _rescaled(update: EcsUpdate) -> Iterator[str]:
    """The file fixes a count that somebody else changed since: most often autoscaling."""
    if update.previous is None or "desiredCount" not in update.changed:
        return
    wanted, live = update.wanted["desiredCount"], update.live.get("desiredCount")
    if update.previous.service.get("desiredCount") == wanted:
        yield (
            f"desiredCount lives as {live}, though the file said {wanted} before too: if autoscaling owns "
            "it, leave it out of the service definition"
        )
