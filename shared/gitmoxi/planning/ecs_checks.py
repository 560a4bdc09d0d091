"""What Gitmoxi or ECS cannot do to a service, said before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import Document
from gitmoxi.planning.errors import PlanningError, ReplacementNeededError
from gitmoxi.planning.service_rules import SERVICE_RULES, UNCHANGEABLE
from gitmoxi.planning.tags import check_tag_count, ecs_tags
from gitmoxi.ports.ecs import EcsTaskDefinition


def controller_of(document: Document) -> str:
    """The deployment controller of a service document; left out it is ECS (API_CreateService)."""
    return str((document.get("deploymentController") or {}).get("type") or "ECS")


def check_controller(desired: DesiredEcs) -> None:
    """Refuse deployment controllers that Gitmoxi does not drive.

    Raises:
        PlanningError: it is not ECS.
    """
    match controller_of(desired.service):
        case "ECS":
            return
        case "CODE_DEPLOY":
            advice = (
                "CodeDeploy would deploy beside Gitmoxi: use ECS, with deploymentConfiguration.strategy "
                "BLUE_GREEN, LINEAR or CANARY for shifting traffic"
            )
        case "EXTERNAL":
            advice = (
                "this version does not deploy task sets: use ECS, with deploymentConfiguration.strategy "
                "BLUE_GREEN, LINEAR or CANARY for shifting traffic"
            )
        case other:
            raise PlanningError(f"{desired.target}: deploymentController.type {other!r} is unknown: use ECS")
    raise PlanningError(
        f"{desired.target}: deploymentController.type {controller_of(desired.service)} is refused: {advice}"
    )


def check_live_controller(target: EcsTarget, live: Document) -> None:
    """Refuse a live service whose tasks belong to task sets.

    Raises:
        ReplacementNeededError: its deployment controller is EXTERNAL.
    """
    if controller_of(live) == "EXTERNAL":
        difference = Difference(
            document=SERVICE_RULES.document,
            path="deploymentController.type",
            before="EXTERNAL",
            after="ECS",
        )
        raise ReplacementNeededError(
            f"{target} lives with the deployment controller EXTERNAL, and its tasks belong to task sets that "
            "this version cannot take over: give it another serviceName, or delete the live service first",
            differences=(difference,),
        )


def check_changeable(
    target: EcsTarget,
    differences: Iterable[Difference],
    live: Document,
    *,
    everything: tuple[Difference, ...],
) -> None:
    """Refuse changes of the service that ``UpdateService`` has no parameter for.

    Raises:
        ReplacementNeededError: there are such changes; it names each, and carries ``everything`` that
            differs.
    """
    refused = [
        difference
        for difference in differences
        if difference.field in UNCHANGEABLE
        # A service that runs on capacity providers goes back to its launch type when they are emptied.
        and not (difference.field == "launchType" and live.get("capacityProviderStrategy"))
    ]
    if not refused:
        return
    changes = "; ".join(str(difference) for difference in refused)
    hint = (
        ", or change the infrastructure with capacityProviderStrategy in place of launchType"
        if any(difference.field == "launchType" for difference in refused)
        else ""
    )
    raise ReplacementNeededError(
        f"{target} cannot be changed in place ({changes}): ECS fixes these when the service is created. "
        f"Give the service another serviceName, or delete the live one first{hint}",
        differences=everything,
    )


def check_reference(target: EcsTarget, reference: str, found: EcsTaskDefinition | None) -> None:
    """Refuse a task definition of which ECS starts no tasks (API_CreateService, taskDefinition).

    ``found`` is what ``reference`` names.

    Raises:
        PlanningError: there is none, or it is not ACTIVE.
    """
    if found is not None and found.active:
        return
    if found is None:
        wrong = f"does not exist in {target.account}, {target.region}"
    else:
        wrong = f"is {found.document.get('status')}: ECS starts no tasks from it"
    raise PlanningError(
        f"{target} is to run the task definition {reference}, which {wrong}. Name another one in the svcdef, "
        "or add a _taskdef.json beside it"
    )


def check_tags(desired: DesiredEcs) -> None:
    """Refuse more tags than ECS takes, ours included.

    Raises:
        PlanningError: there are too many.
    """
    check_tag_count(ecs_tags(desired.service), added=2, what=str(desired.target))
    check_tag_count(
        ecs_tags(desired.task_definition), added=3, what=f"the task definition of {desired.target}"
    )
