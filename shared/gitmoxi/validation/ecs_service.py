"""Validates a rendered ECS service object."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import JsonValue, RenderedObject
from gitmoxi.domain.sensitive import presentable
from gitmoxi.domain.unknown import UnknownValueError
from gitmoxi.validation.depdef import EcsDepdef
from gitmoxi.validation.ecs_rules import ECS_RULES, EcsDocuments, SettingsFile
from gitmoxi.validation.native import ECS_SERVICE, ECS_TASK_DEFINITION, Checked, NativeDocument, check_native
from gitmoxi.validation.placeholders import placeholder_rule, without_echoes
from gitmoxi.validation.rule import Rule, run_rules
from gitmoxi.validation.service_rules import SERVICE_RULES
from gitmoxi.validation.service_rules.facts import on_fargate
from gitmoxi.validation.settings_base import read_settings
from gitmoxi.validation.sources import Source
from gitmoxi.validation.task_rules import TASK_RULES, TaskDefinition
from gitmoxi.validation.verdict import definition_missing, warnings_or_raise

_PLACEHOLDERS: Final[tuple[Rule[JsonValue], ...]] = (placeholder_rule(lambda document: document),)
"""For the service definition and the settings; the rules on task definitions have their own."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsCheck:
    """What was found in the files that there are of an ECS object; any of them may be missing.

    Attributes:
        service: the service definition; None without a file.
        task_definition: the task definition; None without a file.
        settings: our own settings, defaults without a file; None: what is in the file cannot be used.
        findings: all of them, in no order, sensitive values masked; those of rendering are not among them.
    """

    service: Checked | None = field(repr=False)
    task_definition: Checked | None = field(repr=False)
    settings: EcsDepdef | None
    findings: tuple[Finding, ...]


def validate_ecs(rendered: RenderedObject) -> ValidatedEcs:
    """The service that a rendered ECS object defines.

    Raises:
        ValidationFailed: with everything that was found, sensitive values masked.
    """
    check = _check(rendered, ())
    findings = check.findings
    if check.service is None:
        findings += (definition_missing(rendered),)
    warnings = warnings_or_raise(rendered, findings)
    assert check.service is not None
    assert check.settings is not None
    document = dict(check.service.document)
    if check.task_definition is not None:
        document.pop("taskDefinition", None)
    return ValidatedEcs(
        service=document,
        task_definition=check.task_definition.document if check.task_definition is not None else None,
        settings=check.settings,
        warnings=warnings,
    )


def check_ecs(rendered: RenderedObject, *, unreadable: Collection[FileKind] = ()) -> EcsCheck:
    """What is to be said about the files of an ECS object, each alone and together.

    A definition that is missing is not said: a task definition may stand alone in a tree.

    Args:
        rendered: the files that could be read; they may hold unknown values, which are not checked.
        unreadable: the kinds of files that are there, or may be, and could not be read.
    """
    check = _check(rendered, unreadable)
    shown = tuple(presentable(finding, rendered.sensitive_values) for finding in check.findings)
    return replace(check, findings=shown)


def _check(rendered: RenderedObject, unreadable: Collection[FileKind]) -> EcsCheck:
    service = _checked(rendered, FileKind.SVCDEF, ECS_SERVICE)
    task_definition = _checked(rendered, FileKind.TASKDEF, ECS_TASK_DEFINITION)
    settings_file = _settings_file(rendered)
    settings, findings = _settings(settings_file)
    for checked in (service, task_definition):
        findings += checked.findings if checked is not None else ()
    if task_definition is not None:
        findings += tuple(_task_findings(task_definition, service))
    if service is not None:
        findings += tuple(_service_findings(service))
        documents = EcsDocuments(
            service=service,
            task_definition=task_definition,
            settings=settings_file,
            unreadable=unreadable,
        )
        findings += tuple(run_rules(ECS_RULES, documents, service.source))
    return EcsCheck(
        service=service,
        task_definition=task_definition,
        settings=settings,
        findings=without_echoes(findings),
    )


def _checked(rendered: RenderedObject, kind: FileKind, native: NativeDocument) -> Checked | None:
    document = rendered.documents.get(kind)
    return check_native(native, document.document, Source.of(document)) if document is not None else None


def _settings_file(rendered: RenderedObject) -> SettingsFile | None:
    document = rendered.documents.get(FileKind.DEPDEF)
    return SettingsFile(document=document.document, source=Source.of(document)) if document else None


def _settings(file: SettingsFile | None) -> tuple[EcsDepdef | None, tuple[Finding, ...]]:
    if file is None:
        return EcsDepdef(), ()
    settings, findings = read_settings(EcsDepdef, file.document, file.source)
    return settings, (*findings, *run_rules(_PLACEHOLDERS, file.document, file.source))


def _service_findings(service: Checked) -> Iterator[Finding]:
    yield from run_rules(SERVICE_RULES, service.document, service.source)
    yield from run_rules(_PLACEHOLDERS, service.document, service.source)


def _task_findings(task_definition: Checked, service: Checked | None) -> Iterator[Finding]:
    subject = TaskDefinition(
        document=task_definition.document,
        started_on_fargate=service is not None and _starts_on_fargate(service),
    )
    return run_rules(TASK_RULES, subject, task_definition.source)


def _starts_on_fargate(service: Checked) -> bool:
    try:
        return on_fargate(service.document)
    except UnknownValueError:
        return False
