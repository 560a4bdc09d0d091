"""One child as its parent sees it: started, asked, and killed when it takes too long."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from typing import Any

from gitmoxi.adapters.rendering.limits import RenderLimits
from gitmoxi.adapters.rendering.wire import LENGTH_BYTES, MAX_MESSAGE_BYTES
from gitmoxi.errors import UnavailableError

_START_SECONDS = 30.0
"""A child is ready within half a second on an idle machine; a busy one may be much slower."""


class ChildDiedError(Exception):
    """The child ended in mid-answer; ``returncode`` is negative for a signal."""

    def __init__(self, returncode: int) -> None:
        self.returncode = returncode
        super().__init__(f"the rendering process ended with {returncode}")


class ChildProcess:
    """A running child; ``renders`` counts its answers."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.renders = 0

    @classmethod
    async def start(cls, limits: RenderLimits) -> ChildProcess:
        """A child that is ready to be asked.

        It gets no environment, so no credentials, and Python's isolated mode, so nothing from the working
        directory.

        Raises:
            UnavailableError: it could not be started.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-m", "gitmoxi.adapters.rendering.child"),
                *(str(limits.memory_bytes), str(limits.cpu_seconds)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={},
            )
        except OSError as error:
            raise UnavailableError(f"no rendering process can be started: {error}") from error
        child = cls(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child.read()
        except (ChildDiedError, TimeoutError) as error:
            await child.kill()
            raise UnavailableError(f"no rendering process became ready: {error}") from error
        except BaseException:
            await child.kill()
            raise
        return child

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, message: bytes) -> Mapping[str, Any]:
        """The child's answer to one framed message.

        Raises:
            ChildDiedError: it ended instead of answering.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(message)
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ChildDiedError(await self._process.wait()) from error
        answer = await self.read()
        self.renders += 1
        return answer

    async def read(self) -> Mapping[str, Any]:
        """The next message from the child.

        Raises:
            ChildDiedError: it ended instead, or sent more than any answer can have.
        """
        assert self._process.stdout is not None
        try:
            length = int.from_bytes(await self._process.stdout.readexactly(LENGTH_BYTES), "big")
            if length > MAX_MESSAGE_BYTES:
                await self.kill()
                raise ChildDiedError(await self._process.wait())
            answer: Mapping[str, Any] = json.loads(await self._process.stdout.readexactly(length))
        except asyncio.IncompleteReadError as error:
            raise ChildDiedError(await self._process.wait()) from error
        return answer

    async def kill(self) -> None:
        """Ends the child at once and waits until it is gone."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
