"""What the guarded child processes cost for each object, beside Jinja and json.loads in the same process."""

from __future__ import annotations

import asyncio
import json

from jinja2.sandbox import ImmutableSandboxedEnvironment

from gitmoxi.adapters.memory.renderer import InProcessRenderer
from gitmoxi.adapters.rendering.pool import RenderPool
from gitmoxi.domain.files import group_files
from gitmoxi.domain.rendered import RenderRequest
from gitmoxi.ports.renderer import Renderer
from tests.benchmark.measuring import Measured, compare
from tests.benchmark.trees import SHARED, tree_of


def measure(objects: int = 200) -> list[Measured]:
    """One object after the other, as latency counts; the pool's children are started before."""
    tree = tree_of(objects)
    requests = [
        RenderRequest(
            prefix=item.prefix,
            kind=item.kind,
            files={path: tree[path] for path in item.paths},
            references={SHARED: tree[SHARED]},
        )
        for item in group_files(tree).objects.values()
    ]
    with asyncio.Runner() as runner:
        pool = RenderPool(size=1)
        try:
            return [
                _measured("render.in-process", InProcessRenderer(), requests, runner),
                _measured("render.through-the-pool", pool, requests, runner),
            ]
        finally:
            runner.run(pool.close())


def _measured(
    name: str, renderer: Renderer, requests: list[RenderRequest], runner: asyncio.Runner
) -> Measured:
    async def render_all() -> None:
        for request in requests:
            await renderer.render(request)

    def ours() -> None:
        runner.run(render_all())

    def bare() -> None:
        for request in requests:
            _bare(request)

    return compare(
        name,
        ours,
        bare,
        compared_with="Jinja and json.loads without guard, positions or strictness",
        unit="objects",
        count=len(requests),
    )


def _bare(request: RenderRequest) -> None:
    environment = ImmutableSandboxedEnvironment()
    environment.filters["tojson"] = json.dumps
    values = {name: item["value"] for name, item in json.loads(request.references[SHARED]).items()}
    values |= json.loads(request.files[f"{request.prefix}_input.json"])
    for path, data in request.files.items():
        if not path.endswith("_input.json"):
            json.loads(environment.from_string(data.decode()).render(values))
