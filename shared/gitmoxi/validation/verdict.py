"""From findings to a verdict on a whole service object."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitmoxi.domain.files import FileKind, definition_kind
from gitmoxi.domain.findings import Finding, RuleInfo, Severity
from gitmoxi.domain.rendered import RenderedObject
from gitmoxi.domain.sensitive import presentable
from gitmoxi.validation.errors import ValidationFailed

DEFINITION_MISSING: Final = RuleInfo(
    id="definition.missing",
    severity=Severity.ERROR,
    summary="What is deployed has a definition file: _svcdef.json for ECS, _lambdadef.json for Lambda.",
    advice="add the definition file",
)
SETTINGS_MISSING: Final = RuleInfo(
    id="settings.missing-file",
    severity=Severity.ERROR,
    summary="A Lambda function has deployment settings, since they name the alias whose weights shift.",
    advice='add the settings file with {"alias": "..."}',
)
VERDICT_RULE_INFOS: Final = (DEFINITION_MISSING, SETTINGS_MISSING)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether one of them stops the deployment."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def definition_missing(rendered: RenderedObject) -> Finding:
    """The finding on an object that has no definition file."""
    expected = f"{rendered.prefix}{definition_kind(rendered.kind).suffix}"
    return Finding(
        file=rendered.prefix,
        rule=DEFINITION_MISSING.id,
        severity=DEFINITION_MISSING.severity,
        message="there is no definition file, so there is nothing to deploy",
        expected=expected,
        advice=f"add {expected}",
    )


def settings_missing(rendered: RenderedObject) -> Finding:
    """The finding on a Lambda function without deployment settings."""
    expected = f"{rendered.prefix}{FileKind.LAMBDA_DEPDEF.suffix}"
    return Finding(
        file=rendered.prefix,
        rule=SETTINGS_MISSING.id,
        severity=SETTINGS_MISSING.severity,
        message="there are no deployment settings, and alias has no default",
        expected=expected,
        advice=f'add {expected} with {{"alias": "..."}}, the alias whose weights shift',
    )


def warnings_or_raise(rendered: RenderedObject, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """All warnings, those of rendering first; sensitive values are masked.

    Raises:
        ValidationFailed: there are errors among the findings.
    """
    shown = tuple(presentable(finding, rendered.sensitive_values) for finding in findings)
    if has_errors(shown):
        raise ValidationFailed((*rendered.warnings, *shown))
    return (*rendered.warnings, *shown)
