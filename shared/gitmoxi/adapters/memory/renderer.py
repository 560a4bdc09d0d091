"""A renderer in this process: for tests and trusted files, since nothing stops a template that runs wild."""

from __future__ import annotations

from gitmoxi.domain.rendered import RenderedObject, RenderRequest
from gitmoxi.rendering.objects import render_object


class InProcessRenderer:
    """Implements ``gitmoxi.ports.renderer.Renderer`` without limits on time and memory."""

    async def render(self, request: RenderRequest) -> RenderedObject:
        return render_object(
            prefix=request.prefix,
            kind=request.kind,
            files=request.files,
            references=request.references,
            partial=request.partial,
        )
