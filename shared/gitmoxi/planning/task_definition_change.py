"""Whether a service gets another task definition, and where that comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.differences import Difference, diff_documents
from gitmoxi.planning.documents import MISSING, Document
from gitmoxi.planning.errors import PlanningError
from gitmoxi.planning.service_rules import SERVICE_RULES
from gitmoxi.planning.tags import ecs_tags, tag_changes
from gitmoxi.planning.task_definition_rules import TASK_DEFINITION_RULES
from gitmoxi.ports.ecs import EcsTaskDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinitionChange:
    """``register`` a new revision, or use the one that ``reference`` names; neither: the live one stays."""

    register: bool = False
    reference: str | None = None
    from_file: bool = False
    differences: tuple[Difference, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return self.register or self.reference is not None

    def with_active_revision(self, live: EcsTaskDefinition | None) -> TaskDefinitionChange:
        """For a new deployment: ECS refuses to start one from a revision that is not ACTIVE."""
        if self.changes or not self.from_file or live is None or live.active:
            return self
        warning = f"{live.arn} is not ACTIVE any more: its equal is registered again"
        return replace(self, register=True, warnings=(*self.warnings, warning))


def task_definition_change(
    desired: DesiredEcs,
    *,
    live: EcsTaskDefinition | None,
    live_arn: str,
    previous: DesiredEcs | None = None,
) -> TaskDefinitionChange:
    """Compare what is wanted with what the live service runs (``live_arn`` empty: there is none).

    Raises:
        PlanningError: no task definition is wanted at all.
    """
    if desired.task_definition is None:
        return _by_reference(desired, live_arn)
    if live is None:
        return TaskDefinitionChange(register=True, from_file=True)
    differences = diff_task_definitions(
        desired.task_definition, live, previous=previous.task_definition if previous else None
    )
    return TaskDefinitionChange(register=bool(differences), from_file=True, differences=differences)


def diff_task_definitions(
    desired: Document, live: EcsTaskDefinition, *, previous: Document | None = None
) -> tuple[Difference, ...]:
    """What differs between a native ``RegisterTaskDefinition`` document and a registered revision.

    A member that is left out stands for AWS's default. Tags that others put on the revision do not count.
    """
    tags = tag_changes(
        ecs_tags(desired), live.tags, ecs_tags(previous), document=TASK_DEFINITION_RULES.document
    )
    return (*diff_documents(desired, live.document, rules=TASK_DEFINITION_RULES), *tags.differences)


def _by_reference(desired: DesiredEcs, live_arn: str) -> TaskDefinitionChange:
    reference = desired.service.get("taskDefinition")
    if not isinstance(reference, str) or not reference:
        raise PlanningError(
            f"{desired.target} has no task definition: add a _taskdef.json beside the _svcdef.json, or name "
            "one in the svcdef's taskDefinition"
        )
    warnings: tuple[str, ...] = ()
    if ":" not in reference:
        warnings = (f"taskDefinition {reference!r} names no revision: a newer one is not noticed by itself",)
    if _names(reference, live_arn):
        return TaskDefinitionChange(warnings=warnings)
    return TaskDefinitionChange(
        reference=reference,
        differences=(
            Difference(
                document=SERVICE_RULES.document,
                path="taskDefinition",
                before=live_arn or MISSING,
                after=reference,
            ),
        ),
        warnings=warnings,
    )


def _names(reference: str, arn: str) -> bool:
    """Whether ``reference`` (ARN, family:revision or family) stands for the revision with this ARN."""
    revision = arn.rpartition("/")[2]
    return bool(arn) and reference in {arn, revision, revision.partition(":")[0]}
