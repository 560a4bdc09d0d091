"""The values that templates are rendered with: an input file's own, and those of the files it refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.references import REFERENCE_KEY, Reference, ReferenceType, read_reference
from gitmoxi.domain.rendered import JsonPath, JsonValue, Positions, locate, show_path
from gitmoxi.rendering.errors import RenderError, render_error
from gitmoxi.rendering.strict_json import ParsedJson, parse_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Values by name; ``sensitive_values`` are the texts among them that references mark as sensitive."""

    values: Mapping[str, JsonValue]
    sensitive_values: frozenset[str] = frozenset()
    warnings: tuple[Finding, ...] = ()


def referenced_paths(path: str, data: bytes) -> tuple[str, ...]:
    """The repository paths that the input file at ``path`` takes values from.

    Raises:
        RenderError: the file is no JSON object, or its ``ref`` cannot be used.
    """
    reference = _reference(parse_bytes(data, path=path), path)
    return reference.paths if reference is not None else ()


def read_inputs(path: str, document: ParsedJson, references: Mapping[str, bytes]) -> Inputs:
    """Own values, which win, over those of the referenced files, of which the later wins.

    Args:
        path: the input file's path.
        document: its content.
        references: the content of the referenced files by path.

    Raises:
        RenderError: the input file or a referenced file is missing or cannot be used.
    """
    reference = _reference(document, path)
    own = {name: value for name, value in _object(document, path).items() if name != REFERENCE_KEY}
    if reference is None:
        return Inputs(values=own)
    values: dict[str, JsonValue] = {}
    sensitive: set[str] = set()
    warnings: list[Finding] = []
    for index, referenced in enumerate(reference.paths):
        if referenced not in references:
            _refuse_missing(path, document.positions, index, referenced)
        source = _read(reference.type, referenced, parse_bytes(references[referenced], path=referenced))
        values |= source.values
        sensitive |= source.sensitive_values
        warnings += source.warnings
    return Inputs(values=values | own, sensitive_values=frozenset(sensitive), warnings=tuple(warnings))


def _reference(document: ParsedJson, path: str) -> Reference | None:
    reference, findings = read_reference(_object(document, path), file=path, positions=document.positions)
    if findings:
        raise RenderError(findings)
    return reference


def _object(document: ParsedJson, path: str) -> dict[str, JsonValue]:
    if not isinstance(document.value, dict):
        raise render_error(
            file=path,
            rule="input.shape",
            message="the file holds no JSON object of names and values",
            line=document.positions[()].line,
            column=document.positions[()].column,
            json_path="$",
        )
    return document.value


def _refuse_missing(path: str, positions: Positions, index: int, referenced: str) -> None:
    where: JsonPath = (REFERENCE_KEY, "file", index)
    place = locate(positions, where)
    raise render_error(
        file=path,
        rule="ref.missing",
        message=f"{referenced} is not in this commit",
        line=place.line if place else None,
        column=place.column if place else None,
        json_path=show_path(where),
        found=referenced,
        advice="commit the file, or correct the path, which counts from the repository's root",
    )


def _read(kind: ReferenceType, path: str, document: ParsedJson) -> Inputs:
    members = _object(document, path)
    match kind:
        case ReferenceType.TERRAFORM:
            return _terraform(path, members, document.positions)
        case ReferenceType.CDK:
            return _cdk(path, members, document.positions)
        case ReferenceType.JSON:
            return Inputs(values=members)


def _terraform(path: str, members: Mapping[str, JsonValue], positions: Positions) -> Inputs:
    """``terraform output -json``: https://developer.hashicorp.com/terraform/cli/commands/output."""
    values: dict[str, JsonValue] = {}
    sensitive: set[str] = set()
    for name, output in members.items():
        if not isinstance(output, dict) or "value" not in output:
            raise _wrong_shape(
                path,
                positions,
                name,
                expected='{"value": ..., "sensitive": ...}',
                advice='write the file with "terraform output -json", or set "type" to JSON',
            )
        values[name] = output["value"]
        if output.get("sensitive"):
            sensitive |= _texts(output["value"])
    return Inputs(values=values, sensitive_values=frozenset(sensitive))


def _cdk(path: str, members: Mapping[str, JsonValue], positions: Positions) -> Inputs:
    """``cdk deploy --outputs-file``; a stack's name wins over an output of that name."""
    stacks: dict[str, JsonValue] = {}
    outputs: dict[str, JsonValue] = {}
    stack_of: dict[str, str] = {}
    warnings: list[Finding] = []
    for stack, content in members.items():
        if not isinstance(content, dict):
            raise _wrong_shape(
                path,
                positions,
                stack,
                expected="an object of output names and values",
                advice='write the file with "cdk deploy --outputs-file", or set "type" to JSON',
            )
        for name, value in content.items():
            if name in stack_of and outputs[name] != value:
                warnings.append(_ambiguous(path, positions, (stack, name), stack_of[name]))
            stack_of[name] = stack
            outputs[name] = value
        stacks[stack] = content
    return Inputs(values=outputs | stacks, warnings=tuple(warnings))


def _ambiguous(path: str, positions: Positions, where: tuple[str, str], earlier: str) -> Finding:
    stack, name = where
    place = locate(positions, where)
    return Finding(
        file=path,
        rule="ref.ambiguous-output",
        severity=Severity.WARNING,
        message=f"{name} is an output of {earlier} and of {stack}; {name} alone means the latter",
        line=place.line if place else None,
        column=place.column if place else None,
        json_path=show_path(where),
        advice=f"write {earlier}.{name} or {stack}.{name}",
    )


def _wrong_shape(path: str, positions: Positions, name: str, *, expected: str, advice: str) -> RenderError:
    place = locate(positions, (name,))
    return render_error(
        file=path,
        rule="ref.shape",
        message=f"{name} is not what this type of reference holds: expected {expected}",
        line=place.line if place else None,
        column=place.column if place else None,
        json_path=show_path((name,)),
        expected=expected,
        advice=advice,
    )


def _texts(value: JsonValue) -> set[str]:
    """Every text and number in ``value``; ``true``, ``false`` and ``null`` give nothing away."""
    match value:
        case str():
            return {value} if value else set()
        case dict():
            return set().union(*(_texts(item) for item in value.values()))
        case list():
            return set().union(*(_texts(item) for item in value))
        case bool() | None:
            return set()
        case _:
            return {str(value)}
