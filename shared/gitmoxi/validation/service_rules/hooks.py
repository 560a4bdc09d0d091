"""Rules on the hooks of a deployment's life cycle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.reading import list_at, objects_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument, has
from gitmoxi.validation.service_rules.pages import DEPLOYMENT_LIFECYCLE_HOOK

_HOOKS: Final = ("deploymentConfiguration", "lifecycleHooks")
_NO_PAUSE: Final = frozenset({"TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"})


@rule(
    "service.hook-members",
    summary="A hook names its life cycle stages, and a Lambda hook names its function.",
    source=DEPLOYMENT_LIFECYCLE_HOOK,
)
def _members(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, *_HOOKS):
        if not has(service, *path, "lifecycleStages"):
            yield Problem(
                at=(*path, "lifecycleStages"),
                message="the hook does not say at which stages it runs",
                advice="add lifecycleStages",
            )
        pauses = text_at(service, *path, "targetType") == "PAUSE"
        if not pauses and not has(service, *path, "hookTargetArn"):
            yield Problem(
                at=(*path, "hookTargetArn"),
                message="the hook does not say which Lambda function it calls",
                advice="add hookTargetArn, or write PAUSE as targetType",
            )


@rule(
    "service.hook-pause-stage",
    summary="A PAUSE hook stands at no stage in which traffic is shifting.",
    advice="use the stage before or after it",
    source=DEPLOYMENT_LIFECYCLE_HOOK,
)
def _pause_stage(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, *_HOOKS):
        if text_at(service, *path, "targetType") != "PAUSE":
            continue
        for index in range(len(list_at(service, *path, "lifecycleStages"))):
            stage = text_at(service, *path, "lifecycleStages", index)
            if stage in _NO_PAUSE:
                yield Problem(
                    at=(*path, "lifecycleStages", index),
                    message=f"a deployment cannot pause at {stage}",
                    found=stage,
                )


HOOK_RULES = (_members, _pause_stage)
