"""Checks one deployment file by itself, without the others of its path-prefix."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from gitmoxi.domain.files import FileKind, FileRole, ServiceObject, definition_kind
from gitmoxi.domain.findings import Finding, RuleInfo, Severity
from gitmoxi.domain.references import read_reference
from gitmoxi.domain.rendered import JsonValue, RenderedDocument, RenderedObject, UnknownPart, UnknownRole
from gitmoxi.domain.sensitive import presentable
from gitmoxi.domain.targets import TargetKind
from gitmoxi.validation.ecs_service import check_ecs
from gitmoxi.validation.lambda_function import (
    check_event_sources,
    check_function,
    check_lambda_settings,
    region_of,
)
from gitmoxi.validation.sources import Source
from gitmoxi.validation.verdict import settings_missing

PREFIX_CONFLICT = RuleInfo(
    id="document.prefix-conflict",
    severity=Severity.ERROR,
    summary="The files of one path-prefix define an ECS service or a Lambda function, never both.",
    advice="rename the files of one of the two",
)

NOT_DEPLOYED = RuleInfo(
    id="document.not-deployed",
    severity=Severity.NOTE,
    summary="What is deployed has a definition file: _svcdef.json for ECS, _lambdadef.json for Lambda.",
    advice="add the definition file if these files are to be deployed",
)

CHECKED_IN_PART = RuleInfo(
    id="document.checked-in-part",
    severity=Severity.NOTE,
    summary="A template is checked in full only where the values that it uses are known.",
    advice="define the values in the input file of the path-prefix",
)

ODD_NAME = RuleInfo(
    id="document.odd-name",
    severity=Severity.NOTE,
    summary="A deployment file is one by the suffix of its name; other names are passed over.",
    advice="rename the file if it is to be deployed",
)

_DASHED = re.compile(r"\{\{-?\s*([A-Za-z_]\w*(?:-[A-Za-z_]\w*)+)\s*-?\}\}")

_SHOWN_PARTS = 5
_SHOWN_CHARACTERS = 60
"""Of what is not known: enough to see what is meant."""

FILE_RULES = (PREFIX_CONFLICT, NOT_DEPLOYED, CHECKED_IN_PART, ODD_NAME)
"""What is said about files as such, where they are checked outside a commit."""


def check_document(kind: FileKind, document: RenderedDocument) -> tuple[Finding, ...]:
    """What is wrong or odd about one rendered file, as far as that can be seen in it alone.

    Args:
        kind: what the file is meant to be, whatever its name.
        document: the rendered file; it may hold values that are not known here. Its findings quote values:
            mask the sensitive ones before showing them.
    """
    return _CHECKS[kind](kind, document)


def _ecs(kind: FileKind, document: RenderedDocument) -> tuple[Finding, ...]:
    alone = RenderedObject(
        prefix=document.path,
        kind=TargetKind.ECS,
        documents={kind: document},
        sensitive_values=frozenset(),
        warnings=(),
    )
    others = {FileKind.SVCDEF, FileKind.TASKDEF, FileKind.DEPDEF} - {kind}
    return check_ecs(alone, unreadable=others).findings


def _function(_kind: FileKind, document: RenderedDocument) -> tuple[Finding, ...]:
    return check_function(document.document, Source.of(document)).findings


def _event_sources(_kind: FileKind, document: RenderedDocument) -> tuple[Finding, ...]:
    return check_event_sources(document.document, Source.of(document))[1]


def _lambda_settings(_kind: FileKind, document: RenderedDocument) -> tuple[Finding, ...]:
    return check_lambda_settings(document.document, Source.of(document))[1]


def _input(_kind: FileKind, document: RenderedDocument) -> tuple[Finding, ...]:
    if isinstance(document.document, dict):
        return read_reference(document.document, file=document.path, positions=document.positions)[1]
    message = "the file holds no JSON object of names and values"
    return (Source.of(document).finding((), rule="input.shape", message=message),)


_CHECKS: Mapping[FileKind, Callable[[FileKind, RenderedDocument], tuple[Finding, ...]]] = {
    FileKind.SVCDEF: _ecs,
    FileKind.TASKDEF: _ecs,
    FileKind.DEPDEF: _ecs,
    FileKind.INPUT: _input,
    FileKind.LAMBDADEF: _function,
    FileKind.LAMBDA_EVENT_SOURCE_DEF: _event_sources,
    FileKind.LAMBDA_DEPDEF: _lambda_settings,
    FileKind.LAMBDA_INPUT: _input,
}


def check_object(rendered: RenderedObject, *, unreadable: Collection[FileKind]) -> tuple[Finding, ...]:
    """What is wrong or odd about the rendered files of one path-prefix, sensitive values masked.

    Args:
        rendered: any of its files, with values that are not known here or without.
        unreadable: kinds of files that are there, or may be, but are not among the rendered ones: nothing
            is said about their absence.
    """
    found: list[Finding] = []
    for kind, document in rendered.documents.items():
        if kind.role is FileRole.INPUT:
            found += check_document(kind, document)
    if rendered.kind is TargetKind.ECS:
        found += check_ecs(rendered, unreadable=unreadable).findings
    else:
        found += _check_lambda(rendered, unreadable)
    return tuple(presentable(finding, rendered.sensitive_values) for finding in found)


def _check_lambda(rendered: RenderedObject, unreadable: Collection[FileKind]) -> Iterator[Finding]:
    function_name: JsonValue = None
    definition = rendered.documents.get(FileKind.LAMBDADEF)
    if definition is not None:
        function = check_function(definition.document, Source.of(definition))
        function_name = function.document.get("FunctionName")
        yield from function.findings
        if FileKind.LAMBDA_DEPDEF not in {*rendered.documents, *unreadable}:
            yield settings_missing(rendered)
    settings = rendered.documents.get(FileKind.LAMBDA_DEPDEF)
    if settings is not None:
        yield from check_document(FileKind.LAMBDA_DEPDEF, settings)
    listed = rendered.documents.get(FileKind.LAMBDA_EVENT_SOURCE_DEF)
    if listed is not None:
        yield from check_event_sources(
            listed.document, Source.of(listed), function_name=function_name, region=region_of(rendered)
        )[1]


def not_deployed(item: ServiceObject) -> Finding:
    """The note on files without a definition file, each of which is checked for itself."""
    wanted = f"{item.prefix}{definition_kind(item.kind).suffix}"
    return finding_on_file(
        NOT_DEPLOYED,
        item.paths[0],
        f"nothing is deployed from this file: there is no {wanted}",
        advice=f"add {wanted} if it is to be deployed",
    )


def finding_on_file(info: RuleInfo, path: str, message: str, *, advice: str = "") -> Finding:
    """A finding of a rule of this module, on a file as a whole."""
    return Finding(
        file=path, rule=info.id, severity=info.severity, message=message, advice=advice or info.advice
    )


def checked_in_part(document: RenderedDocument, advice: str) -> Finding:
    """The note on a document that was rendered without all its values: what is not known in it, and where.

    Args:
        document: one with ``unknowns``.
        advice: where the values could come from.
    """
    lines: dict[str, list[int]] = {}
    for part in document.unknowns:
        lines.setdefault(_shown(part), []).append(part.position.line)
    shown = [f"{expression} ({_lines(numbers)})" for expression, numbers in lines.items()]
    more = f" and {len(shown) - _SHOWN_PARTS} more" if len(shown) > _SHOWN_PARTS else ""
    things = "1 value is" if len(shown) == 1 else f"{len(shown)} values are"
    first = document.unknowns[0].position
    return Finding(
        file=document.path,
        rule=CHECKED_IN_PART.id,
        severity=CHECKED_IN_PART.severity,
        message=f"checked in part: {things} not known here: {', '.join(shown[:_SHOWN_PARTS])}{more}",
        line=first.line,
        column=first.column,
        advice=f"{_advice_on_dashes(document)}{advice}",
    )


def _advice_on_dashes(document: RenderedDocument) -> str:
    """What to say first where a name such as ``task-role`` is not known, which no input file can give."""
    dashed = next(filter(None, (_DASHED.search(part.expression) for part in document.unknowns)), None)
    if dashed is None:
        return ""
    return f"Jinja takes the - in {dashed[1]} for a subtraction: call it {dashed[1].replace('-', '_')}; "


def _lines(numbers: list[int]) -> str:
    listed = ", ".join(str(number) for number in dict.fromkeys(numbers))
    return f"lines {listed}" if "," in listed else f"line {listed}"


def _shown(part: UnknownPart) -> str:
    text = " ".join(part.expression.split())
    text = text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
    return f"{{% {text} %}}" if part.role is UnknownRole.TAG else text
