"""Renders a whole service object: input file, references, templates, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gitmoxi.domain.files import FileKind, FileRole, classify
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import RenderedDocument, RenderedObject
from gitmoxi.domain.sensitive import presentable
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.errors import RenderError, render_error
from gitmoxi.rendering.inputs import Inputs, read_inputs
from gitmoxi.rendering.strict_json import parse_text
from gitmoxi.rendering.templates import render_template
from gitmoxi.rendering.text import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    path: str
    kind: FileKind
    data: bytes


def render_object(
    *, prefix: str, kind: TargetKind, files: Mapping[str, bytes], references: Mapping[str, bytes]
) -> RenderedObject:
    """All documents of one service object.

    Args:
        prefix: its path-prefix.
        kind: what it deploys to; all files must be of that kind.
        files: the content of its files by repository path.
        references: the content of the files that its input file refers to, by repository path.

    Raises:
        RenderError: with every finding, sensitive values masked; one broken file hides no other.
    """
    sources = [_source(path, data, prefix, kind) for path, data in sorted(files.items())]
    inputs, input_documents = _read_input_file(sources, references)
    documents: dict[FileKind, RenderedDocument] = dict(input_documents)
    findings: list[Finding] = []
    for source in sources:
        if not source.kind.is_template:
            continue
        try:
            documents[source.kind] = _render(source, inputs)
        except RenderError as error:
            findings += error.findings
    if findings:
        raise RenderError(presentable(finding, inputs.sensitive_values) for finding in findings)
    return RenderedObject(
        prefix=prefix,
        kind=kind,
        documents=documents,
        sensitive_values=inputs.sensitive_values,
        warnings=tuple(presentable(finding, inputs.sensitive_values) for finding in inputs.warnings),
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
    sources: list[_Source], references: Mapping[str, bytes]
) -> tuple[Inputs, dict[FileKind, RenderedDocument]]:
    for source in sources:
        if source.kind.role is FileRole.INPUT:
            text = decode(source.data, path=source.path)
            parsed = parse_text(text, path=source.path)
            rendered = RenderedDocument(
                path=source.path, document=parsed.value, text=text, positions=parsed.positions
            )
            return read_inputs(source.path, parsed, references), {source.kind: rendered}
    return Inputs(values={}), {}


def _render(source: _Source, inputs: Inputs) -> RenderedDocument:
    template = decode(source.data, path=source.path)
    rendered = render_template(template, path=source.path, values=inputs.values)
    parsed = parse_text(rendered.text, path=source.path, origins=rendered.origins)
    return RenderedDocument(
        path=source.path, document=parsed.value, text=rendered.text, positions=parsed.positions
    )
