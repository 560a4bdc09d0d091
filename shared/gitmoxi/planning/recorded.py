"""Recorded revisions side by side, as people read them: what they run, and what parts them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitmoxi.domain.deployments import PlannedDifference
from gitmoxi.planning.desired import Desired, DesiredEcs, DesiredLambda
from gitmoxi.planning.differences import Difference, diff_documents
from gitmoxi.planning.documents import Document
from gitmoxi.planning.lambda_rules import LAMBDA_RULES
from gitmoxi.planning.masking import masking
from gitmoxi.planning.rules import Rules
from gitmoxi.planning.service_rules import SERVICE_RULES
from gitmoxi.planning.task_definition_rules import TASK_DEFINITION_RULES

_CODE_RULES: Final = Rules(document="code")
_NAMED_RULES: Final = Rules(document=SERVICE_RULES.document)


def artifacts_of(desired: Desired) -> tuple[str, ...]:
    """The images of a service's containers, or the code of a function; sensitive values are masked."""
    mask = masking(desired.sensitive_values)
    found = _images(desired) if isinstance(desired, DesiredEcs) else _code(desired.function.get("Code") or {})
    return tuple(str(mask(text)) for text in found)


def recorded_differences(wanted: Desired, now: Desired) -> tuple[PlannedDifference, ...]:
    """What was recorded of ``wanted`` against what was recorded of ``now``, both of the same target.

    AWS is not asked: what lives may differ from what was recorded, and only a plan says how.
    """
    mask = masking((*wanted.sensitive_values, *now.sensitive_values))
    return tuple(difference.planned(mask) for difference in _differences(wanted, now))


def _differences(wanted: Desired, now: Desired) -> tuple[Difference, ...]:
    match wanted, now:
        case DesiredEcs(), DesiredEcs():
            return (
                *diff_documents(
                    wanted.task_definition or {}, now.task_definition or {}, rules=TASK_DEFINITION_RULES
                ),
                *diff_documents(_named(wanted), _named(now), rules=_NAMED_RULES),
                *diff_documents(wanted.service, now.service, rules=SERVICE_RULES),
            )
        case DesiredLambda(), DesiredLambda():
            return (
                *diff_documents(_code_of(wanted), _code_of(now), rules=_CODE_RULES),
                *diff_documents(_without_code(wanted), _without_code(now), rules=LAMBDA_RULES),
            )
        case _:
            return ()


def _images(desired: DesiredEcs) -> Iterable[str]:
    if desired.task_definition is None:
        return (str(desired.service.get("taskDefinition", "")),)
    containers = desired.task_definition.get("containerDefinitions") or ()
    return tuple(str(container.get("image", "")) for container in containers)


def _code(code: Document) -> Iterable[str]:
    if code.get("ImageUri"):
        return (str(code["ImageUri"]),)
    place, version = f"s3://{code.get('S3Bucket', '')}/{code.get('S3Key', '')}", code.get("S3ObjectVersion")
    return (f"{place} (version {version})" if version else place,)


def _named(desired: DesiredEcs) -> Document:
    """The task definition of a service that names one, which the rules of services leave out."""
    return {name: value for name, value in desired.service.items() if name == "taskDefinition"}


def _code_of(desired: DesiredLambda) -> Document:
    return {"Code": desired.function.get("Code")}


def _without_code(desired: DesiredLambda) -> Document:
    return {name: value for name, value in desired.function.items() if name != "Code"}
