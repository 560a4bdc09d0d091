"""What the pool adds: limits, and children that are replaced."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from gitmoxi.adapters.rendering.limits import RenderLimits
from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.domain.files import FileKind
from gitmoxi.errors import UnavailableError
from gitmoxi.rendering.errors import RenderError
from tests.contract.renderer.requests import GOOD, request_for

ENDLESS = request_for("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}")
SHORT = RenderLimits(wall_seconds=0.5)


def children():
    """Process ids of this process's rendering children."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and is_child(entry)]


def is_child(process):
    try:
        parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        return (
            parent == os.getpid() and "gitmoxi.adapters.rendering.child" in (process / "cmdline").read_text()
        )
    except OSError:
        return False  # it ended while it was looked at


@pytest.fixture
async def pool():
    async with RenderPool(size=1, limits=SHORT) as running:
        yield running


async def test_a_child_serves_many_renders(pool):
    await pool.render(GOOD)
    first = children()
    await pool.render(GOOD)

    assert children() == first
    assert len(first) == 1


async def test_a_child_is_replaced_after_its_number_of_renders():
    async with RenderPool(size=1, limits=RenderLimits(renders_per_child=2)) as pool:
        await pool.render(GOOD)
        (first,) = children()
        await pool.render(GOOD)
        assert children() == []
        await pool.render(GOOD)
        assert children() != [first]


async def test_a_child_serves_a_thousand_renders_unless_told_otherwise():
    async with RenderPool(size=1) as pool:
        await pool.render(GOOD)
        (first,) = children()
        for _ in range(998):
            await pool.render(GOOD)
        assert children() == [first]
        await pool.render(GOOD)
        assert children() == []


async def test_a_render_that_takes_too_long_is_one_error_and_the_next_one_goes_on(pool):
    with pytest.raises(RenderError) as caught:
        await pool.render(ENDLESS)

    (finding,) = caught.value.findings
    assert finding.rule == "template.limit"
    assert "0.5 s" in finding.message
    assert "a/n_svcdef.json" in finding.found
    assert children() == []
    assert await pool.render(GOOD)


async def test_processor_time_is_limited_by_the_kernel():
    limits = RenderLimits(wall_seconds=30, cpu_seconds=1)
    async with RenderPool(size=1, limits=limits) as pool:
        with pytest.raises(RenderError, match="1 s of processor time"):
            await pool.render(request_for("{{ 9 ** (9 ** 9) }}"))
        assert await pool.render(GOOD)


async def test_processor_time_counts_anew_for_every_render():
    busy = request_for("{% for i in range(500) %}{% for j in range(999) %}{% endfor %}{% endfor %}1")
    async with RenderPool(size=1, limits=RenderLimits(wall_seconds=30, cpu_seconds=1)) as pool:
        for _ in range(40):
            await pool.render(busy)


async def test_others_render_while_one_runs_wild():
    async with RenderPool(size=2, limits=RenderLimits(wall_seconds=1)) as pool:
        wild = asyncio.create_task(pool.render(ENDLESS))
        results = [await pool.render(GOOD) for _ in range(5)]
        assert not wild.done()
        with pytest.raises(RenderError):
            await wild

    assert len(results) == 5


async def test_a_child_that_was_killed_idle_is_replaced(pool):
    await pool.render(GOOD)
    os.kill(children()[0], signal.SIGKILL)

    assert await pool.render(GOOD)


async def test_a_child_that_is_killed_in_mid_render_costs_a_second_attempt_only():
    async with RenderPool(size=1, limits=RenderLimits(wall_seconds=30)) as pool:
        await pool.render(GOOD)
        (victim,) = children()
        os.kill(victim, signal.SIGSTOP)
        rendering = asyncio.create_task(pool.render(GOOD))
        await asyncio.sleep(0)
        os.kill(victim, signal.SIGKILL)

        assert (await rendering).documents[FileKind.SVCDEF].document == {"serviceName": "web"}


async def test_a_cancelled_render_leaves_no_child_behind(pool):
    await pool.render(GOOD)
    rendering = asyncio.create_task(pool.render(ENDLESS))
    await asyncio.sleep(0.05)
    rendering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rendering

    assert children() == []
    assert await pool.render(GOOD)


async def test_closing_ends_the_children():
    pool = RenderPool(size=2)
    await asyncio.gather(pool.render(GOOD), pool.render(GOOD))
    assert children()

    await pool.close()

    assert children() == []


async def test_a_child_that_cannot_start_is_no_fault_of_the_files(pool, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(UnavailableError, match="no rendering process can be started"):
        await pool.render(GOOD)

    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UnavailableError, match="became ready"):
        await pool.render(GOOD)


async def test_a_child_has_no_environment_and_can_open_nothing(pool, monkeypatch):
    monkeypatch.setenv("CANARY", "sings")
    await pool.render(GOOD)
    (child,) = children()

    process = Path(f"/proc/{child}")

    assert "CANARY" not in (process / "environ").read_text()
    limits = (process / "limits").read_text().splitlines()
    granted = {line[:26].strip(): line[26:].split() for line in limits}
    assert granted["Max open files"][:2] == ["3", "3"]
    assert granted["Max file size"][:2] == ["0", "0"]
    assert granted["Max core file size"][:2] == ["0", "0"]
    assert granted["Max address space"][0] == str(RenderLimits().memory_bytes)


async def test_too_many_files_are_refused_before_anything_is_copied(pool):
    references = {f"r{n}": "{}" for n in range(100)}
    with pytest.raises(RenderError, match="102 files"):
        await pool.render(request_for("{}", references=references))
