"""A rendering pool under attack: limits that make bombs cheap, and a measured parent."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from gitmoxi.adapters.rendering.limits import RenderLimits
from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.domain.findings import Finding
from gitmoxi.domain.rendered import RenderRequest
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.errors import RenderError

LONGEST_ANSWER_SECONDS = 5.0
LIMITS = RenderLimits(wall_seconds=2.0, cpu_seconds=1)

PARENT_MAY_GROW_BYTES = 48 * 1024 * 1024
"""Requests and answers of a mebibyte pass through the parent; what a bomb allocates is hundreds."""


def resident_bytes():
    """Memory of this process that is in use now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


@dataclass(frozen=True)
class Attack:
    """What became of a hostile request."""

    findings: tuple[Finding, ...]
    seconds: float


class Target:
    """The pool, as an attacker reaches it."""

    def __init__(self, pool):
        self._pool = pool

    async def render(self, *, template=b"{}", inputs=b'{"name": []}', references=None, partial=False):
        files = {"a/n_svcdef.json": template}
        if not partial:
            files["a/n_input.json"] = inputs
        return await self._pool.render(
            RenderRequest(
                prefix="a/n", kind=TargetKind.ECS, files=files, references=references or {}, partial=partial
            )
        )

    async def attack(self, **hostile):
        """The errors of a hostile request, beside which a harmless one is served."""
        start = time.monotonic()
        harmless = asyncio.create_task(self.render())
        with pytest.raises(RenderError) as caught:
            await self.render(**hostile)
        seconds = time.monotonic() - start
        assert (await harmless).documents
        return Attack(caught.value.findings, seconds)

    async def refuses(self, **hostile):
        """One clear error, soon, that tells nothing about the host; returned."""
        attack = await self.attack(**hostile)
        (finding,) = attack.findings
        assert attack.seconds < LONGEST_ANSWER_SECONDS
        assert finding.message
        assert len(str(finding)) < 2000
        assert "root:" not in str(finding)
        return finding


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target():
    """The parent's memory must stay flat over all attacks of a module."""
    async with RenderPool(size=2, limits=LIMITS) as pool:
        target = Target(pool)
        await target.render()
        before = resident_bytes()
        yield target
        grown = resident_bytes() - before
    assert grown < PARENT_MAY_GROW_BYTES
