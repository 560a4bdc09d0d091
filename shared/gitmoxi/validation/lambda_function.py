"""Validates a rendered Lambda function object."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import JsonValue, RenderedObject
from gitmoxi.domain.unknown import UnknownValueError
from gitmoxi.validation.event_sources import EventSources, read_event_sources
from gitmoxi.validation.function_rules import FUNCTION_RULES
from gitmoxi.validation.lambda_depdef import LambdaDepdef
from gitmoxi.validation.native import LAMBDA_FUNCTION, Checked, check_native
from gitmoxi.validation.placeholders import placeholder_rule, without_echoes
from gitmoxi.validation.reading import text_at
from gitmoxi.validation.rule import Rule, run_rules
from gitmoxi.validation.settings_base import read_settings
from gitmoxi.validation.sources import Source
from gitmoxi.validation.verdict import definition_missing, settings_missing, warnings_or_raise


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedLambda:
    """A Lambda function that AWS should take.

    Attributes:
        function: the ``CreateFunction`` request.
        event_sources: what is to invoke the alias; None without such a file.
        settings: our own settings, defaults filled in.
        warnings: what is odd, or was taken out, sensitive values masked.
    """

    function: dict[str, JsonValue] = field(repr=False)
    event_sources: EventSources | None
    settings: LambdaDepdef
    warnings: tuple[Finding, ...]


_PLACEHOLDERS: Final[tuple[Rule[JsonValue], ...]] = (placeholder_rule(lambda document: document),)


def validate_lambda(rendered: RenderedObject) -> ValidatedLambda:
    """The function that a rendered Lambda object defines.

    Raises:
        ValidationFailed: with everything that was found, sensitive values masked.
    """
    settings, findings = _settings(rendered)
    function: dict[str, JsonValue] = {}
    definition = rendered.documents.get(FileKind.LAMBDADEF)
    if definition is None:
        findings += (definition_missing(rendered),)
    else:
        checked = check_function(definition.document, Source.of(definition))
        function = checked.document
        findings += checked.findings
    event_sources = None
    listed = rendered.documents.get(FileKind.LAMBDA_EVENT_SOURCE_DEF)
    if listed is not None:
        event_sources, complaints = check_event_sources(
            listed.document,
            Source.of(listed),
            function_name=function.get("FunctionName"),
            region=region_of(rendered),
        )
        findings += complaints
    warnings = warnings_or_raise(rendered, findings)
    assert settings is not None
    return ValidatedLambda(
        function=function, event_sources=event_sources, settings=settings, warnings=warnings
    )


def check_function(document: JsonValue, source: Source) -> Checked:
    """One ``_lambdadef.json``: what is meant by it, and what is wrong or odd about it.

    What is not known of the document is not checked.
    """
    checked = check_native(LAMBDA_FUNCTION, document, source)
    if not checked.document:
        return checked
    found = (*checked.findings, *run_rules(FUNCTION_RULES, checked.document, checked.source))
    return replace(checked, findings=without_echoes(found))


def check_event_sources(
    document: JsonValue, source: Source, *, function_name: JsonValue = None, region: JsonValue = None
) -> tuple[EventSources, tuple[Finding, ...]]:
    """One ``_lambdaeventsourcedef.json``: see ``gitmoxi.validation.event_sources.read_event_sources``."""
    sources, findings = read_event_sources(document, source, function_name=function_name, region=region)
    return sources, without_echoes(findings)


def region_of(rendered: RenderedObject) -> JsonValue:
    """The region that the deployment settings name; None where they name none, or it is not known here."""
    settings = rendered.documents.get(FileKind.LAMBDA_DEPDEF)
    try:
        return text_at(settings.document, "environment", "region") if settings is not None else None
    except UnknownValueError:
        return None


def check_lambda_settings(
    document: JsonValue, source: Source
) -> tuple[LambdaDepdef | None, tuple[Finding, ...]]:
    """One ``_lambdadepdef.json``: the settings, None if they cannot be used, and what was found."""
    settings, findings = read_settings(LambdaDepdef, document, source)
    return settings, without_echoes((*findings, *run_rules(_PLACEHOLDERS, document, source)))


def _settings(rendered: RenderedObject) -> tuple[LambdaDepdef | None, tuple[Finding, ...]]:
    document = rendered.documents.get(FileKind.LAMBDA_DEPDEF)
    if document is None:
        return None, (settings_missing(rendered),)
    return check_lambda_settings(document.document, Source.of(document))
