"""The values that templates are rendered with: an input file's own, and those of the files it refers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.references import REFERENCE_KEY, Reference, ReferenceType, read_reference
from gitmoxi.domain.rendered import JsonPath, JsonValue, Positions, locate, show_path
from gitmoxi.rendering.errors import RenderError, render_error
from gitmoxi.rendering.strict_json import ParsedJson, parse_bytes

_LARGEST_REMEMBERED: Final = 8192
"""Bytes: with 4,096 files remembered this bounds the memory to some 32 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Values by name.

    Attributes:
        values: the values.
        sensitive_values: the texts among them that references mark as sensitive.
        sensitive_names: the names whose values have such texts in them.
        warnings: what is odd about them, and which references could not be read.
        complete: whether there are no others: what is missing here is given nowhere.
    """

    values: Mapping[str, JsonValue]
    sensitive_values: frozenset[str] = frozenset()
    sensitive_names: frozenset[str] = frozenset()
    warnings: tuple[Finding, ...] = ()
    complete: bool = True


def referenced_paths(path: str, data: bytes) -> tuple[str, ...]:
    """The repository paths that the input file at ``path`` takes values from.

    Every push asks this of every input file of a branch, of which few changed: small ones are remembered.

    Raises:
        RenderError: the file is no JSON object, or its ``ref`` cannot be used.
    """
    if len(data) <= _LARGEST_REMEMBERED:
        return _remembered_paths(path, data)
    return _paths(path, data)


def _paths(path: str, data: bytes) -> tuple[str, ...]:
    reference = _reference(parse_bytes(data, path=path), path)
    return reference.paths if reference is not None else ()


_remembered_paths = lru_cache(maxsize=4096)(_paths)


def read_inputs(
    path: str, document: ParsedJson, references: Mapping[str, bytes], *, partial: bool = False
) -> Inputs:
    """Own values, which win, over those of the referenced files, of which the later wins.

    Args:
        path: the input file's path.
        document: its content.
        references: the content of the referenced files by path.
        partial: a referenced file may be missing.

    Raises:
        RenderError: the input file or a referenced file is missing or cannot be used.
    """
    reference = _reference(document, path)
    own = {name: value for name, value in _object(document, path).items() if name != REFERENCE_KEY}
    if reference is None:
        return Inputs(values=own)
    values: dict[str, JsonValue] = {}
    sensitive: set[str] = set()
    names: set[str] = set()
    warnings: list[Finding] = []
    for index, referenced in enumerate(reference.paths):
        if referenced not in references:
            missing = _missing(path, document.positions, index, referenced, partial=partial)
            if not partial:
                raise RenderError([missing])
            warnings.append(missing)
            continue
        source = _read(reference.type, referenced, parse_bytes(references[referenced], path=referenced))
        values |= source.values
        sensitive |= source.sensitive_values
        names = names - source.values.keys() | source.sensitive_names
        warnings += source.warnings
    return Inputs(
        values=values | own,
        sensitive_values=frozenset(sensitive),
        sensitive_names=frozenset(names - own.keys()),
        warnings=tuple(warnings),
        complete=all(referenced in references for referenced in reference.paths),
    )


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


def _missing(path: str, positions: Positions, index: int, referenced: str, *, partial: bool) -> Finding:
    where: JsonPath = (REFERENCE_KEY, "file", index)
    place = locate(positions, where)
    return Finding(
        file=path,
        rule="input.reference-unread" if partial else "ref.missing",
        severity=Severity.NOTE if partial else Severity.ERROR,
        message=f"{referenced} is not here, so its values are not known"
        if partial
        else f"there is no {referenced} in the repository",
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
    names: set[str] = set()
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
            names.add(name)
            sensitive |= _texts(output["value"])
    return Inputs(values=values, sensitive_values=frozenset(sensitive), sensitive_names=frozenset(names))


def _cdk(path: str, members: Mapping[str, JsonValue], positions: Positions) -> Inputs:
    """``cdk deploy --outputs-file``; a stack's name wins over an output of that name."""
    stacks: dict[str, JsonValue] = {}
    outputs: dict[str, JsonValue] = {}
    stacks_of: dict[str, list[str]] = {}
    ambiguous: set[str] = set()
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
            if name in outputs and outputs[name] != value:
                ambiguous.add(name)
            stacks_of.setdefault(name, []).append(stack)
            outputs[name] = value
        stacks[stack] = content
    warnings = [_ambiguous(path, positions, name, stacks_of[name]) for name in outputs if name in ambiguous]
    return Inputs(values=outputs | stacks, warnings=tuple(warnings))


def _ambiguous(path: str, positions: Positions, name: str, having: Sequence[str]) -> Finding:
    """The warning on an output that several stacks have, at the last of them, which wins."""
    where = (having[-1], name)
    place = locate(positions, where)
    return Finding(
        file=path,
        rule="ref.ambiguous-output",
        severity=Severity.WARNING,
        message=f"{name} is an output of {len(having)} stacks; {name} alone means that of {having[-1]}",
        line=place.line if place else None,
        column=place.column if place else None,
        json_path=show_path(where),
        advice=_by_stack(having, name),
    )


def _by_stack(having: Sequence[str], name: str) -> str:
    """How to say which stack is meant; a template can name only those whose names are identifiers."""
    ways = [f"{stack}.{name}" for stack in (having[0], having[-1]) if stack.isidentifier()]
    return f"write {' or '.join(ways)}" if ways else f"give the stacks' outputs names other than {name}"


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
