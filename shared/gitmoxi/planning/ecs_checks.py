"""What Gitmoxi or ECS cannot do to a service, said before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import Document
from gitmoxi.planning.errors import PlanningError
from gitmoxi.planning.service_rules import STAYING, UNCHANGEABLE
from gitmoxi.planning.tags import check_tag_count, ecs_tags


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
        PlanningError: its deployment controller is EXTERNAL.
    """
    if controller_of(live) == "EXTERNAL":
        raise PlanningError(
            f"{target} lives with the deployment controller EXTERNAL, and its tasks belong to task sets that "
            "this version cannot take over: give it another serviceName, or delete the live service first"
        )


def check_changeable(target: EcsTarget, differences: Iterable[Difference], live: Document) -> None:
    """Refuse changes that ``UpdateService`` has no parameter for.

    Raises:
        PlanningError: there are such changes; it names each.
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
    raise PlanningError(
        f"{target} cannot be changed in place ({changes}): ECS fixes these when the service is created. "
        f"Give the service another serviceName, or delete the live one first{hint}"
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


def removal_warnings(desired: DesiredEcs, previous: DesiredEcs | None) -> list[str]:
    """What left the file and stays in ECS all the same."""
    if previous is None:
        return []
    return [
        f"{name} was taken out of the service definition; ECS keeps it as it is, "
        "because UpdateService has no value for none"
        for name in STAYING
        if previous.service.get(name) is not None and desired.service.get(name) is None
    ]
