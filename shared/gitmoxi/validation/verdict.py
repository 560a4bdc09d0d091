"""From findings to a verdict on a whole service object."""

from __future__ import annotations

from collections.abc import Iterable

from gitmoxi.domain.files import definition_kind
from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import RenderedObject
from gitmoxi.domain.sensitive import presentable
from gitmoxi.validation.errors import ValidationFailed


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether one of them stops the deployment."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def definition_missing(rendered: RenderedObject) -> Finding:
    """The finding on an object that has no definition file."""
    expected = f"{rendered.prefix}{definition_kind(rendered.kind).suffix}"
    return Finding(
        file=rendered.prefix,
        rule="definition.missing",
        severity=Severity.ERROR,
        message="there is no definition file, so there is nothing to deploy",
        expected=expected,
        advice=f"add {expected}",
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
