"""The errors of rendering."""

from __future__ import annotations

from dataclasses import replace

from gitmoxi.domain.findings import Finding, FindingsError, Severity


class RenderError(FindingsError):
    """The files of a service object could not be rendered; nothing of it may be deployed."""


class NeedsValuesError(RenderError):
    """A file could not be rendered, and values that are not known here may be the reason."""


def needs_values(error: RenderError) -> Finding:
    """What is said about a file that could not be checked because values are not known here."""
    finding = error.findings[0]
    return replace(
        finding,
        rule="template.needs-values",
        severity=Severity.NOTE,
        message=f"the file could not be checked without values: {finding.message}",
        advice="check it together with its input file and the files that its ref.file names",
    )


def render_error(
    *,
    file: str,
    rule: str,
    message: str,
    line: int | None = None,
    column: int | None = None,
    json_path: str = "",
    found: str = "",
    expected: str = "",
    advice: str = "",
) -> RenderError:
    """A ``RenderError`` with one finding."""
    finding = Finding(
        file=file,
        rule=rule,
        severity=Severity.ERROR,
        message=message,
        line=line,
        column=column,
        json_path=json_path,
        found=found,
        expected=expected,
        advice=advice,
    )
    return RenderError([finding])
