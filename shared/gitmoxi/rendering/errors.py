"""The one error of rendering."""

from __future__ import annotations

from gitmoxi.domain.findings import Finding, FindingsError, Severity


class RenderError(FindingsError):
    """The files of a service object could not be rendered; nothing of it may be deployed."""


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
