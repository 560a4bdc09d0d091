"""What the steps of a deployment tell together."""

from __future__ import annotations

from collections.abc import Iterable

from gitmoxi.domain.deployments import Step
from gitmoxi.domain.explanations import Explanation, kept
from gitmoxi.domain.states import Worker


def told_in(steps: Iterable[Step]) -> tuple[Explanation, ...]:
    """Why a deployment failed: each cause once, as it was told last; steps are given oldest first.

    A worker's later steps know more than its earlier ones, so what they tell comes first. What failed on the
    way forward comes before what failed on the way back.
    """
    by_worker: dict[Worker, dict[tuple[str, ...], Explanation]] = {}
    for step in steps:
        told = {one.key: one for one in step.explanations}
        by_worker[step.by] = told | {
            key: one for key, one in by_worker.get(step.by, {}).items() if key not in told
        }
    together: dict[tuple[str, ...], Explanation] = {}
    for found in by_worker.values():
        together = {**together, **{key: one for key, one in found.items() if key not in together}}
    return kept(together.values())
