"""What an ECS service was when a deployment took its slot, and what of it can be brought back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import UnreadableBodyError
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.documents import Document
from gitmoxi.planning.service_rules import ON_THE_DEPLOYMENT, comparable_service
from gitmoxi.planning.tags import FOREIGN, OURS
from gitmoxi.planning.task_definition_rules import FIELDS
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition

RESTORABLE = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "serviceRegistries",
    *ON_THE_DEPLOYMENT,
)
"""Members of a described service that UpdateService takes back (Amazon ECS API reference, UpdateService).

``desiredCount`` is missing: ``with_kept_count`` decides about it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsSnapshot:
    """A service of ``DescribeServices`` in the terms of ``CreateService``, and the revision that it ran.

    ``service`` is None where there was none; ``task_definition`` where ECS did not tell it any more.
    """

    service: Document | None = None
    task_definition: Document | None = None

    @classmethod
    def of(cls, service: EcsService | None, task_definition: EcsTaskDefinition | None) -> EcsSnapshot:
        """What is kept of an ACTIVE service; one that is being deleted is as good as none."""
        if service is None or service.status != "ACTIVE":
            return cls()
        tags = [{"key": key, "value": value} for key, value in sorted(service.tags.items())]
        document = {**comparable_service(service), "tags": tags}
        if task_definition is None:
            return cls(service=document)
        tags = [{"key": key, "value": value} for key, value in sorted(task_definition.tags.items())]
        return cls(service=document, task_definition={**task_definition.document, "tags": tags})

    @classmethod
    def from_bytes(cls, content: bytes) -> EcsSnapshot:
        """The inverse of ``to_bytes``.

        A member that is missing is no default: it would say that nothing was there, to be removed.

        Raises:
            UnreadableBodyError: the body was not written by the ``to_bytes`` of this release.
        """
        try:
            stored = json.loads(content)
            return cls(**{name: stored.pop(name) for name in cls.__slots__}, **stored)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableBodyError("how the service was before the deployment", error) from error

    def to_bytes(self) -> bytes:
        """As JSON for the encrypted body store: documents may hold sensitive values."""
        stored = {"service": self.service, "task_definition": self.task_definition}
        return json.dumps(stored, sort_keys=True, default=str).encode()

    @property
    def task_definition_arn(self) -> str | None:
        """The revision that the service ran."""
        return None if self.service is None else self.service.get("taskDefinition")

    @property
    def desired_count(self) -> int | None:
        """How many tasks were wanted."""
        return None if self.service is None else self.service.get("desiredCount")

    def wanted(self, target: EcsTarget) -> DesiredEcs | None:
        """The service as something to go back to; None where there was none.

        The revision is wanted by its body, so that it can be registered again once it is INACTIVE or deleted.
        """
        if self.service is None:
            return None
        service = {name: self.service[name] for name in RESTORABLE if self.service.get(name) is not None}
        if self.task_definition is None:
            service["taskDefinition"] = self.task_definition_arn
        return DesiredEcs(
            target=target, service=_with_own_tags(service, self.service), task_definition=self.registrable
        )

    @property
    def registrable(self) -> Document | None:
        """The revision as a ``RegisterTaskDefinition`` document."""
        described = self.task_definition
        if described is None:
            return None
        return _with_own_tags({name: described[name] for name in FIELDS if name in described}, described)


def _with_own_tags(document: dict[str, Any], described: Mapping[str, Any]) -> dict[str, Any]:
    """Our tags and AWS's own are not brought back: they stay as they are, or are set anew."""
    tags = [tag for tag in described.get("tags") or () if not tag["key"].startswith((OURS, FOREIGN))]
    return document | ({"tags": tags} if tags else {})


def with_kept_count(
    good: DesiredEcs, *, over: DesiredEcs | None, before: EcsSnapshot | None, live: EcsService | None
) -> DesiredEcs:
    """``good`` with the number of tasks that a rollback leaves.

    A file that names the count owns it. Where it is left out it belongs to autoscaling, or to whoever scales
    by hand: the live one stays, unless what is rolled back set it, which is undone.
    """
    if good.service.get("desiredCount") is not None or over is None or before is None or live is None:
        return good
    set_to = over.service.get("desiredCount")
    if set_to is None or before.desired_count is None or live.document.get("desiredCount") != set_to:
        return good
    return replace(good, service={**good.service, "desiredCount": before.desired_count})


def with_revision_of(snapshot: EcsSnapshot, good: DesiredEcs, ran: str | None) -> DesiredEcs:
    """``good`` with the body of the revision that its file only names, where that is what was live.

    ``ran`` is its ARN, or ``family:revision`` as the file has it.
    """
    revision, live = snapshot.registrable, snapshot.task_definition_arn or ""
    same = ran is not None and ran.rpartition("/")[2] == live.rpartition("/")[2]
    if good.task_definition is not None or revision is None or not same:
        return good
    service = {name: value for name, value in good.service.items() if name != "taskDefinition"}
    return replace(good, service=service, task_definition=revision)


def with_first_count(desired: DesiredEcs, *, live: EcsService | None) -> DesiredEcs:
    """``desired`` with the one task that a creation starts with, for a service that was never good.

    A failed creation may have been kept without tasks for a look; a file that names no count would leave it
    so for ever, and its next deployment would succeed with nothing running.
    """
    without_tasks = live is not None and live.status == "ACTIVE" and live.document.get("desiredCount") == 0
    if not without_tasks or desired.service.get("desiredCount") is not None:
        return desired
    return replace(desired, service={**desired.service, "desiredCount": 1})
