"""Renders a whole service object: input file, references, templates, documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gitmoxi.domain.files import FileKind, FileRole, classify
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import RenderedDocument, RenderedObject
from gitmoxi.domain.sensitive import presentable
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.errors import NeedsValuesError, RenderError, needs_values, render_error
from gitmoxi.rendering.inputs import Inputs, read_inputs
from gitmoxi.rendering.strict_json import parse_text
from gitmoxi.rendering.templates import UndecidedTag, render_template
from gitmoxi.rendering.text import decode
from gitmoxi.rendering.unknowns import unknown_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    path: str
    kind: FileKind
    data: bytes


def render_object(
    *,
    prefix: str,
    kind: TargetKind,
    files: Mapping[str, bytes],
    references: Mapping[str, bytes],
    partial: bool = False,
) -> RenderedObject:
    """All documents of one service object.

    Args:
        prefix: its path-prefix.
        kind: what it deploys to; all files must be of that kind.
        files: the content of its files by repository path.
        references: the content of the files that its input file refers to, by repository path.
        partial: the input file and referenced files may be missing; see ``RenderRequest``. A file that
            cannot be checked without them is left out, and a note among the warnings says so.

    Raises:
        RenderError: with every finding, sensitive values masked; one broken file hides no other.
    """
    sources = [_source(path, data, prefix, kind) for path, data in sorted(files.items())]
    inputs, input_documents = _read_input_file(sources, references, partial=partial)
    documents: dict[FileKind, RenderedDocument] = dict(input_documents)
    errors: list[Finding] = []
    warnings = list(inputs.warnings)
    sensitive = set(inputs.sensitive_values)
    for source in sources:
        if not source.kind.is_template:
            continue
        try:
            documents[source.kind], written = _render(source, inputs, partial=partial and not inputs.complete)
            sensitive |= written
        except NeedsValuesError as error:
            warnings.append(needs_values(error))
        except RenderError as error:
            errors += error.findings
    if errors:
        raise RenderError(presentable(finding, sensitive) for finding in errors)
    return RenderedObject(
        prefix=prefix,
        kind=kind,
        documents=documents,
        sensitive_values=frozenset(sensitive),
        warnings=tuple(presentable(finding, sensitive) for finding in warnings),
    )


def _source(path: str, data: bytes, prefix: str, kind: TargetKind) -> _Source:
    file = classify(path)
    if file is None or file.prefix != prefix or file.kind.target_kind is not kind:
        raise render_error(
            file=path,
            rule="file.foreign",
            message=f"the file does not belong to the {kind.upper()} object {prefix}",
        )
    return _Source(path=path, kind=file.kind, data=data)


def _read_input_file(
    sources: list[_Source], references: Mapping[str, bytes], *, partial: bool
) -> tuple[Inputs, dict[FileKind, RenderedDocument]]:
    for source in sources:
        if source.kind.role is FileRole.INPUT:
            text = decode(source.data, path=source.path)
            parsed = parse_text(text, path=source.path)
            rendered = RenderedDocument(
                path=source.path, document=parsed.value, text=text, positions=parsed.positions
            )
            return read_inputs(source.path, parsed, references, partial=partial), {source.kind: rendered}
    return Inputs(values={}, complete=False), {}


def _render(source: _Source, inputs: Inputs, *, partial: bool) -> tuple[RenderedDocument, frozenset[str]]:
    """The document, and the sensitive texts that its template made of sensitive values."""
    rendered = render_template(
        decode(source.data, path=source.path),
        path=source.path,
        values=inputs.values,
        sensitive_names=inputs.sensitive_names,
        partial=partial,
    )
    try:
        parsed = parse_text(rendered.text, path=source.path, origins=rendered.origins, partial=partial)
    except RenderError as error:
        if _decided_before(error.findings[0], rendered.undecided):
            raise
        raise NeedsValuesError(error.findings) from error
    document = RenderedDocument(
        path=source.path,
        document=parsed.value,
        text=rendered.text,
        positions=parsed.positions,
        unknowns=unknown_parts(parsed, rendered.undecided) if partial else (),
    )
    return document, parsed.sensitive_texts


def _decided_before(finding: Finding, undecided: Sequence[UndecidedTag]) -> bool:
    """Whether what the template wrote up to the finding's place stands fast."""
    return all((tag.position.line, tag.position.column) > (finding.line, finding.column) for tag in undecided)
