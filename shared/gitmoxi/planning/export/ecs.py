"""The files of a live ECS service.

Sources: API_Service, API_TaskSet, API_CreateService, API_TaskDefinition and API_RegisterTaskDefinition of the
Amazon ECS API Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.planning.documents import Document, Json
from gitmoxi.planning.ecs_checks import controller_of
from gitmoxi.planning.export.files import ExportedFile, ExportedFiles, document_text
from gitmoxi.planning.export.first_run import ecs_first_run
from gitmoxi.planning.export.reduction import reduced
from gitmoxi.planning.export.remarks import container_secrets, listed_tags, template_remarks
from gitmoxi.planning.rules import Rules
from gitmoxi.planning.service_rules import SERVICE_RULES, comparable_service
from gitmoxi.planning.task_definition_rules import TASK_DEFINITION_RULES
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition
from gitmoxi.validation.aws_model import input_shape

_OF_A_TASK_SET: Final = (
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
)
"""What lives on the task set where the deployment controller is EXTERNAL or CODE_DEPLOY (API_TaskSet)."""

_SERVICE_LINKED: Final = ":role/aws-service-role/"
"""ECS takes its own role by itself, and refuses it from us (API_CreateService, role)."""

_WRITTEN_TASK_DEFINITION: Final = frozenset({"networkMode"})
"""The default depends on the operating system."""

_ON_CREATION: Final = {"availabilityZoneRebalancing": "ENABLED", "platformVersion": "LATEST"}
"""What CreateService takes for granted, though UpdateService and DescribeServices do not."""

_CREATION_RULES: Final[Rules] = replace(
    SERVICE_RULES,
    defaults={**SERVICE_RULES.defaults, "": {**SERVICE_RULES.defaults[""], **_ON_CREATION}},
)

_FIRST: Final = (
    "family",
    "requiresCompatibilities",
    "networkMode",
    "cpu",
    "memory",
    "runtimePlatform",
    "executionRoleArn",
    "taskRoleArn",
    "containerDefinitions",
)

_ADVICE: Final[Mapping[str, str]] = {
    "CODE_DEPLOY": (
        "CodeDeploy deploys this service, and Gitmoxi refuses to deploy beside it: take deploymentController "
        "out of the svcdef to hand the service over to ECS's own deployments"
    ),
    "EXTERNAL": (
        "the deployment controller is EXTERNAL: the svcdef holds what lives on the PRIMARY task set, and "
        "other task sets are not written"
    ),
}


def ecs_files(
    target: EcsTarget,
    service: EcsService,
    task_definition: EcsTaskDefinition | None,
    *,
    scaled: bool | None,
) -> ExportedFiles:
    """The files that describe a live service as it is.

    Args:
        target: where the service lives.
        service: it, ACTIVE.
        task_definition: the one that it runs; None where it runs none, or that one is deleted.
        scaled: Application Auto Scaling sets its desiredCount; None: that could not be read.
    """
    svcdef = _service_document(target, service, scaled=scaled)
    documents = {FileKind.SVCDEF: svcdef}
    if task_definition is not None:
        documents[FileKind.TASKDEF] = _task_definition_document(task_definition)
    elif task_definition_of(service):
        svcdef["taskDefinition"] = task_definition_of(service)
    documents[FileKind.DEPDEF] = {"environment": {"account": target.account, "region": target.region}}
    files = tuple(ExportedFile(kind=kind, text=document_text(it)) for kind, it in documents.items())
    return ExportedFiles(
        files=files,
        notes=(
            *_service_notes(service, task_definition, scaled=scaled),
            *container_secrets(documents.get(FileKind.TASKDEF, {})),
            *template_remarks(documents.values()),
        ),
        first_run=ecs_first_run(target, files, service, task_definition),
    )


def task_definition_of(service: EcsService) -> str:
    """The ARN of the task definition that the service, or else its PRIMARY task set, runs; "" for none."""
    return service.task_definition_arn or str(_task_set(service).get("taskDefinition", ""))


def _service_document(target: EcsTarget, service: EcsService, *, scaled: bool | None) -> dict[str, Json]:
    live: dict[str, Any] = dict(comparable_service(service))
    live |= {n: v for n, v in _task_set(service).items() if n in _OF_A_TASK_SET and not live.get(n)}
    live["cluster"] = target.cluster
    if _SERVICE_LINKED in str(live.get("role", "")):
        live.pop("role")
    if live.get("capacityProviderStrategy"):
        live.pop("launchType", None)
    if scaled or _is_daemon(live):
        live.pop("desiredCount", None)
    for not_ours in ("tags", "taskDefinition", "clientToken"):
        live.pop(not_ours, None)
    document = reduced(live, input_shape("ecs", "CreateService"), _CREATION_RULES)
    return _with_tags(document, service.tags)


def _task_definition_document(task_definition: EcsTaskDefinition) -> dict[str, Json]:
    live = _without_filled_ports({n: v for n, v in task_definition.document.items() if n != "tags"})
    document = reduced(
        live,
        input_shape("ecs", "RegisterTaskDefinition"),
        TASK_DEFINITION_RULES,
        kept=_WRITTEN_TASK_DEFINITION,
    )
    ordered = {name: document[name] for name in (*_FIRST, *document) if name in document}
    return _with_tags(ordered, task_definition.tags)


def _with_tags(document: dict[str, Json], tags: Mapping[str, str]) -> dict[str, Json]:
    listed = listed_tags(tags)
    return {**document, "tags": listed} if listed else document


def _without_filled_ports(document: Document) -> dict[str, Any]:
    """Without the host ports that ECS fills in: the container's own, or 0 for any free one."""
    fixed = document.get("networkMode") in {"awsvpc", "host"}
    containers = [
        {**container, "portMappings": [_port(mapping, fixed=fixed) for mapping in container["portMappings"]]}
        if container.get("portMappings")
        else container
        for container in document.get("containerDefinitions") or ()
    ]
    return {**document, "containerDefinitions": containers}


def _port(mapping: Document, *, fixed: bool) -> Document:
    filled = mapping.get("containerPort") if fixed else 0
    if "containerPort" not in mapping or mapping.get("hostPort") != filled:
        return mapping
    return {name: value for name, value in mapping.items() if name != "hostPort"}


def _task_set(service: EcsService) -> Document:
    task_sets = service.document.get("taskSets") or ()
    return next((one for one in task_sets if one.get("status") == "PRIMARY"), {})


def _service_notes(
    service: EcsService, task_definition: EcsTaskDefinition | None, *, scaled: bool | None
) -> Iterator[str]:
    if not _is_daemon(service.document):
        yield from _count_notes(service.document.get("desiredCount"), scaled=scaled)
    advice = _ADVICE.get(controller_of(service.document))
    if advice is not None:
        yield advice
    if task_definition is None:
        yield "no _taskdef.json is written: the task definition that the service runs could not be read"
    elif not task_definition.active:
        yield (
            f"{task_definition.arn.rpartition('/')[2]} is {task_definition.document.get('status')}: its "
            "equal is registered again with the next deployment"
        )


def _is_daemon(service: Document) -> bool:
    """Whether ECS counts the instances itself, and nobody sets a desiredCount (API_CreateService)."""
    return bool(service.get("schedulingStrategy") == "DAEMON")


def _count_notes(count: Json, *, scaled: bool | None) -> Iterator[str]:
    if scaled:
        yield f"desiredCount is left out: Application Auto Scaling sets it ({count} at the moment)"
    elif scaled is None:
        yield (
            f"desiredCount is written as {count}: whether Application Auto Scaling sets it could not be "
            "read; if it does, take it out"
        )
