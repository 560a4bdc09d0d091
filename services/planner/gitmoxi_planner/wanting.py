"""From an object's snapshot to what it wants: rendered, then validated, with its target."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.records import Snapshot
from gitmoxi.domain.rendered import JsonValue, RenderedObject, RenderRequest
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, TargetKind, cluster_name
from gitmoxi.planning.desired import Desired, DesiredEcs, DesiredLambda
from gitmoxi.ports.renderer import Renderer
from gitmoxi.validation.depdef import EnvironmentSettings
from gitmoxi.validation.ecs_service import validate_ecs
from gitmoxi.validation.lambda_function import validate_lambda

_NAMES: Final[Mapping[TargetKind, tuple[FileKind, str]]] = {
    TargetKind.ECS: (FileKind.SVCDEF, "serviceName"),
    TargetKind.LAMBDA: (FileKind.LAMBDADEF, "FunctionName"),
}
"""The file and its member that name the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The installation's own account and region: where targets are that name none."""

    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an object wants, and what is odd about how it says so."""

    desired: Desired
    oddities: tuple[Finding, ...]


async def render(snapshot: Snapshot, renderer: Renderer) -> RenderedObject:
    """Render the files of one service object.

    Raises:
        FindingsError: the files cannot be rendered; the message names file, line and what to do.
        UnavailableError: the renderer could not be started.
    """
    request = RenderRequest(
        prefix=snapshot.prefix,
        kind=snapshot.kind,
        files=_decoded(snapshot.files),
        references=_decoded(snapshot.references),
    )
    return await renderer.render(request)


def want(rendered: RenderedObject, home: Home) -> Wanted:
    """Validate the files of one service object.

    Raises:
        FindingsError: the files cannot be used; the message names file, line and what to do.
    """
    return _ecs(rendered, home) if rendered.kind is TargetKind.ECS else _function(rendered, home)


def written_name(rendered: RenderedObject) -> str | None:
    """What the definition file calls its target, whether or not the rest of it is valid."""
    kind, member = _NAMES[rendered.kind]
    definition = rendered.documents.get(kind)
    document = definition.document if definition is not None else None
    name = document.get(member) if isinstance(document, dict) else None
    return name if isinstance(name, str) and name else None


def _ecs(rendered: RenderedObject, home: Home) -> Wanted:
    validated = validate_ecs(rendered)
    where = _place(validated.settings.environment, home)
    cluster = validated.service.get("cluster")
    target = EcsTarget(
        account=where.account,
        region=where.region,
        cluster=cluster_name(cluster if isinstance(cluster, str) else None),
        service_name=str(validated.service["serviceName"]),
    )
    desired = DesiredEcs(
        target=target,
        service=validated.service,
        task_definition=validated.task_definition,
        settings=validated.settings.model_dump(mode="json", by_alias=True),
        sensitive_values=tuple(sorted(rendered.sensitive_values)),
    )
    return Wanted(desired=desired, oddities=validated.warnings)


def _function(rendered: RenderedObject, home: Home) -> Wanted:
    validated = validate_lambda(rendered)
    where = _place(validated.settings.environment, home)
    target = LambdaTarget(
        account=where.account,
        region=where.region,
        function_name=str(validated.function["FunctionName"]),
    )
    desired = DesiredLambda(
        target=target,
        function=validated.function,
        settings=validated.settings.model_dump(mode="json", by_alias=True),
        event_sources=_event_sources(rendered),
        sensitive_values=tuple(sorted(rendered.sensitive_values)),
    )
    return Wanted(desired=desired, oddities=validated.warnings)


def _event_sources(rendered: RenderedObject) -> dict[str, JsonValue] | None:
    listed = rendered.documents.get(FileKind.LAMBDA_EVENT_SOURCE_DEF)
    return dict(listed.document) if listed is not None and isinstance(listed.document, dict) else None


def _place(environment: EnvironmentSettings, home: Home) -> Home:
    return Home(account=environment.account or home.account, region=environment.region or home.region)


def _decoded(files: dict[str, str]) -> dict[str, bytes]:
    return {path: base64.b64decode(content) for path, content in files.items()}
