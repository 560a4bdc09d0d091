"""Validates a rendered Lambda function object."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonValue, RenderedObject
from gitmoxi.validation.depdef import LambdaDepdef
from gitmoxi.validation.event_sources import EventSources, read_event_sources
from gitmoxi.validation.native import LAMBDA_FUNCTION, check_native
from gitmoxi.validation.settings_base import read_settings
from gitmoxi.validation.sources import Source
from gitmoxi.validation.verdict import definition_missing, warnings_or_raise


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
        checked = check_native(LAMBDA_FUNCTION, definition.document, Source.of(definition))
        function = checked.document
        findings += checked.findings
    event_sources = None
    listed = rendered.documents.get(FileKind.LAMBDA_EVENT_SOURCE_DEF)
    if listed is not None:
        event_sources, complaints = read_event_sources(listed.document, Source.of(listed))
        findings += complaints
    warnings = warnings_or_raise(rendered, findings)
    assert settings is not None
    return ValidatedLambda(
        function=function, event_sources=event_sources, settings=settings, warnings=warnings
    )


def _settings(rendered: RenderedObject) -> tuple[LambdaDepdef | None, tuple[Finding, ...]]:
    document = rendered.documents.get(FileKind.LAMBDA_DEPDEF)
    if document is not None:
        return read_settings(LambdaDepdef, document.document, Source.of(document))
    expected = f"{rendered.prefix}{FileKind.LAMBDA_DEPDEF.suffix}"
    missing = Finding(
        file=rendered.prefix,
        rule="settings.missing-file",
        severity=Severity.ERROR,
        message="there are no deployment settings, and alias has no default",
        expected=expected,
        advice=f'add {expected} with {{"alias": "..."}}, the alias whose weights shift',
    )
    return None, (missing,)
