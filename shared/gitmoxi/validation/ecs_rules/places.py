"""The rule that all that one object names lies in the region and account that it is deployed to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gitmoxi.domain.rendered import JsonPath
from gitmoxi.validation.ecs_rules.subject import EcsDocuments
from gitmoxi.validation.reading import list_at, objects_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.pages import CREATE_SERVICE
from gitmoxi.validation.sources import Source

_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:(?:ecs|elasticloadbalancing):(?P<region>[a-z0-9-]+):(?P<account>\d{12}):"
    r"(?P<kind>cluster|task-definition|targetgroup)/.+"
)
_KINDS: Final = {
    "cluster": "cluster",
    "task-definition": "task definition",
    "targetgroup": "target group",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """An ARN in the files: where it stands (None: the service definition), and what it names."""

    at: JsonPath
    kind: str
    region: str
    account: str
    source: Source | None = None


@rule(
    "ecs.elsewhere",
    summary="Cluster, task definition and target groups are in the region and account that is deployed to.",
    advice="name one there, or change environment in the deployment settings",
    source=CREATE_SERVICE,
)
def _elsewhere(documents: EcsDocuments) -> Iterator[Problem]:
    named = list(_named(documents))
    for part in ("region", "account"):
        wanted = text_at(documents.settings_document, "environment", part)
        why = f"environment.{part} of the deployment settings says {wanted}"
        for each in named:
            value = each.region if part == "region" else each.account
            if wanted is None:
                wanted, why = value, f"the {each.kind} is in {value}"
            if value != wanted:
                yield Problem(
                    at=each.at,
                    message=f"the {each.kind} is in the {part} {value}, and {why}",
                    found=value,
                    expected=wanted,
                    source=each.source,
                )


def _named(documents: EcsDocuments) -> Iterator[_Named]:
    service, settings = documents.service.document, documents.settings_document
    paths: list[JsonPath] = [("cluster",)]
    if not documents.brings_task_definition:
        paths.append(("taskDefinition",))
    for path, _ in objects_at(service, "loadBalancers"):
        paths += [(*path, "targetGroupArn"), (*path, "advancedConfiguration", "alternateTargetGroupArn")]
    for path in paths:
        yield from _read(text_at(service, *path), path, None)
    for pair in range(len(list_at(settings, "targetGroupArnPairs"))):
        for half in range(len(list_at(settings, "targetGroupArnPairs", pair))):
            path = ("targetGroupArnPairs", pair, half)
            yield from _read(text_at(settings, *path), path, documents.settings_source)


def _read(text: str | None, at: JsonPath, source: Source | None) -> Iterator[_Named]:
    match = _ARN.fullmatch(text) if text is not None else None
    if match is not None:
        yield _Named(
            at=at,
            kind=_KINDS[match["kind"]],
            region=match["region"],
            account=match["account"],
            source=source,
        )


PLACE_RULES = (_elsewhere,)
