"""The benchmarks are run by hand, so their loops are kept alive here, in small."""

from __future__ import annotations

from tests.benchmark import planning, pooled_rendering
from tests.benchmark.measuring import compare


def test_both_loops_run_in_turns_and_the_ratio_is_ours_to_the_bare_one():
    calls = []

    measured = compare(
        "x",
        lambda: calls.append("ours"),
        lambda: calls.append("bare"),
        compared_with="y",
        unit="z",
        count=4,
        rounds=2,
    )

    assert calls == ["ours", "bare"] * 3
    assert measured.as_json()["count"] == 4
    assert measured.ratio == measured.ours_seconds / measured.bare_seconds


def test_a_tree_is_planned_whole_and_in_part():
    counts = [measured.count for measured in planning.measure(objects=3, changed=1)]

    assert counts == [3, 3, 1]


def test_objects_are_rendered_in_process_and_through_the_pool():
    names = [measured.name for measured in pooled_rendering.measure(objects=2)]

    assert names == ["render.in-process", "render.through-the-pool"]
