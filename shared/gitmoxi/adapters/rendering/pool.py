"""A pool of rendering children: a hostile template costs one child and one error, and nobody else notices."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

from gitmoxi.adapters.rendering.child_process import ChildDiedError, ChildProcess
from gitmoxi.adapters.rendering.limits import RenderLimits
from gitmoxi.adapters.rendering.wire import frame, read_findings, read_rendered, request_message
from gitmoxi.domain.rendered import RenderedObject, RenderRequest
from gitmoxi.rendering.errors import RenderError, render_error
from gitmoxi.rendering.text import MAX_FILE_BYTES

_MAX_REQUEST_FILES = 64
"""Four files of the object itself, and far more references than anybody has."""

_ATTEMPTS = 2
"""A child may die through no fault of the template (a host short of memory); dying twice is its doing."""


class RenderPool:
    """Implements ``gitmoxi.ports.renderer.Renderer`` with up to ``size`` children, started when first needed.

    Use it as an asynchronous context manager, or call ``close`` at the end.
    """

    def __init__(self, *, size: int = 2, limits: RenderLimits | None = None) -> None:
        self._limits = limits or RenderLimits()
        self._slots = asyncio.Semaphore(size)
        self._idle: list[ChildProcess] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends all children that are not rendering; those that are end with their render."""
        idle, self._idle = self._idle, []
        for child in idle:
            await child.kill()

    async def render(self, request: RenderRequest) -> RenderedObject:
        """See ``gitmoxi.ports.renderer.Renderer.render``; every render is watched for ``wall_seconds``."""
        _refuse_oversized(request)
        message = frame(request_message(request))
        async with self._slots:
            answer = await self._answer(request, message)
        if "findings" in answer:
            raise RenderError(read_findings(answer["findings"]))
        return read_rendered(answer["rendered"])

    async def _answer(self, request: RenderRequest, message: bytes) -> Mapping[str, Any]:
        for _ in range(_ATTEMPTS):
            try:
                async with self._child() as child, asyncio.timeout(self._limits.wall_seconds):
                    return await child.ask(message)
            except TimeoutError as error:
                raise _limit_error(request, f"more than {self._limits.wall_seconds:g} s") from error
            except ChildDiedError as error:
                if error.returncode == -signal.SIGXCPU:
                    raise _limit_error(
                        request, f"more than {self._limits.cpu_seconds} s of processor time"
                    ) from error
        raise _limit_error(request, "more memory or stack than it may have")

    @contextlib.asynccontextmanager
    async def _child(self) -> AsyncIterator[ChildProcess]:
        """A child for one render; it survives only a render that ended as it should."""
        child = await self._idle_or_new()
        try:
            yield child
        except BaseException:
            await child.kill()
            raise
        if child.renders >= self._limits.renders_per_child:
            await child.kill()
        else:
            self._idle.append(child)

    async def _idle_or_new(self) -> ChildProcess:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await child.kill()
        return await ChildProcess.start(self._limits)


def _refuse_oversized(request: RenderRequest) -> None:
    """Before anything is copied into a pipe."""
    files = {**request.references, **request.files}
    if len(files) > _MAX_REQUEST_FILES:
        raise render_error(
            file=request.prefix,
            rule="file.count",
            message=f"{len(files)} files are to be read and at most {_MAX_REQUEST_FILES} may be",
        )
    for path, data in files.items():
        if len(data) > MAX_FILE_BYTES:
            raise render_error(
                file=path,
                rule="file.size",
                message=f"the file has more than {MAX_FILE_BYTES} bytes, and at most that many are read",
            )


def _limit_error(request: RenderRequest, what: str) -> RenderError:
    return render_error(
        file=request.prefix,
        rule="template.limit",
        message=f"rendering needs {what}",
        found=", ".join(sorted(request.files)),
        advice="look for loops and repetitions that run away in the files of this path-prefix",
    )
