"""Validates a rendered ECS service object."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import JsonValue, RenderedObject
from gitmoxi.validation.depdef import EcsDepdef
from gitmoxi.validation.ecs_rules import ECS_RULES, EcsDocuments
from gitmoxi.validation.native import ECS_SERVICE, ECS_TASK_DEFINITION, Checked, NativeDocument, check_native
from gitmoxi.validation.settings_base import read_settings
from gitmoxi.validation.sources import Source
from gitmoxi.validation.verdict import definition_missing, has_errors, warnings_or_raise


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedEcs:
    """An ECS service that AWS should take.

    Attributes:
        service: the ``CreateService`` request; without ``taskDefinition`` when there is a file for it.
        task_definition: the ``RegisterTaskDefinition`` request, if there is a file for it.
        settings: our own settings, defaults filled in.
        warnings: what is odd, or was taken out, sensitive values masked.
    """

    service: dict[str, JsonValue] = field(repr=False)
    task_definition: dict[str, JsonValue] | None = field(repr=False)
    settings: EcsDepdef
    warnings: tuple[Finding, ...]


def validate_ecs(rendered: RenderedObject) -> ValidatedEcs:
    """The service that a rendered ECS object defines.

    Raises:
        ValidationFailed: with everything that was found, sensitive values masked.
    """
    service = _checked(rendered, FileKind.SVCDEF, ECS_SERVICE)
    task_definition = _checked(rendered, FileKind.TASKDEF, ECS_TASK_DEFINITION)
    settings, findings = _settings(rendered)
    for checked in (service, task_definition):
        findings += checked.findings if checked is not None else ()
    if service is None:
        findings += (definition_missing(rendered),)
    elif not has_errors(service.findings):
        documents = EcsDocuments(service=service, task_definition=task_definition)
        findings += tuple(finding for rule in ECS_RULES for finding in rule(documents))
    warnings = warnings_or_raise(rendered, findings)
    assert service is not None
    assert settings is not None
    document = dict(service.document)
    if task_definition is not None:
        document.pop("taskDefinition", None)
    return ValidatedEcs(
        service=document,
        task_definition=task_definition.document if task_definition is not None else None,
        settings=settings,
        warnings=warnings,
    )


def _checked(rendered: RenderedObject, kind: FileKind, native: NativeDocument) -> Checked | None:
    document = rendered.documents.get(kind)
    return check_native(native, document.document, Source.of(document)) if document is not None else None


def _settings(rendered: RenderedObject) -> tuple[EcsDepdef | None, tuple[Finding, ...]]:
    document = rendered.documents.get(FileKind.DEPDEF)
    if document is None:
        return EcsDepdef(), ()
    return read_settings(EcsDepdef, document.document, Source.of(document))
