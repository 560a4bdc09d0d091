"""Rendering of service objects, where hostile templates can do no harm."""

from __future__ import annotations

from typing import Protocol

from gitmoxi.domain.rendered import RenderedObject, RenderRequest


class Renderer(Protocol):
    """Turns committed files into JSON documents; may be called many times at once."""

    async def render(self, request: RenderRequest) -> RenderedObject:
        """All documents of one service object.

        Raises:
            RenderError: the files cannot be rendered, or doing so takes too much time or memory.
            UnavailableError: no renderer could be started; nothing is known about the files.
        """
        ...
