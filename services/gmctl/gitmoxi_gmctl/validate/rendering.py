"""Renders what can be rendered: one broken file, or a missing value, hides nothing of the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gitmoxi.domain.files import FileRole, classify
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import RenderedObject, RenderRequest
from gitmoxi.ports.renderer import Renderer
from gitmoxi.rendering.errors import RenderError

_UNDEFINED = "template.undefined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """The documents that could be rendered, None if none could, and why others could not."""

    rendered: RenderedObject | None
    findings: tuple[Finding, ...]


async def render_as_far_as_possible(request: RenderRequest, renderer: Renderer) -> Rendering:
    """What is broken is told and left out, until the rest can be rendered.

    A template that only lacks a value is rendered once more, with all its values unknown, so that its other
    mistakes are found too.

    Raises:
        UnavailableError: no renderer could be started.
    """
    rendered, findings = await _render_the_sound(request, renderer)
    for path in _only_lacking_values(request.files, findings):
        bare = replace(request, files={path: request.files[path]}, references={}, partial=True)
        once_more, _ = await _render_the_sound(bare, renderer)
        if once_more is not None:
            documents = {**(rendered.documents if rendered is not None else {}), **once_more.documents}
            rendered = replace(rendered or once_more, documents=documents)
    return Rendering(rendered=rendered, findings=tuple(findings))


async def _render_the_sound(
    request: RenderRequest, renderer: Renderer
) -> tuple[RenderedObject | None, list[Finding]]:
    findings: list[Finding] = []
    while request.files:
        try:
            return await renderer.render(request), findings
        except RenderError as error:
            findings += error.findings
            smaller = _without(request, error.findings)
            if smaller is None:
                break  # it is not told which file is to blame
            request = smaller
    return None, findings


def _without(request: RenderRequest, findings: Iterable[Finding]) -> RenderRequest | None:
    """What is left to be rendered; a missing reference is first tried to be done without."""
    broken = {finding.file for finding in findings}
    inputs = {path for path in request.files if _is_input(path)}
    if not request.partial and broken <= inputs:
        return replace(request, partial=True)
    files = {path: data for path, data in request.files.items() if path not in broken}
    references = {path: data for path, data in request.references.items() if path not in broken}
    smaller = replace(request, files=files, references=references, partial=True)
    return smaller if smaller != request else None


def _only_lacking_values(paths: Iterable[str], findings: Sequence[Finding]) -> list[str]:
    rules = {path: {f.rule for f in findings if f.file == path} for path in paths}
    return [path for path, found in rules.items() if found == {_UNDEFINED}]


def _is_input(path: str) -> bool:
    file = classify(path)
    return file is not None and file.kind.role is FileRole.INPUT
