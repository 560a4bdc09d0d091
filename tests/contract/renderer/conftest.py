"""The renderers that must behave alike."""

from __future__ import annotations

import pytest_asyncio

from gitmoxi.adapters.memory.renderer import InProcessRenderer
from gitmoxi.adapters.rendering.pool import RenderPool


@pytest_asyncio.fixture(params=["in process", "pool"], scope="module", loop_scope="module")
async def renderer(request):
    if request.param == "in process":
        yield InProcessRenderer()
        return
    async with RenderPool(size=1) as pool:
        yield pool
