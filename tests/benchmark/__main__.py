"""``make bench``: measures what the project claims about its speed and writes build/bench.json."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from tests.benchmark import (
    fetching,
    fleet_reads,
    function_calls,
    planning,
    pooled_rendering,
    pushes,
    real_processes,
    rolling_calls,
    status_listing,
    throttled,
    ticking,
    validating,
    webhooks,
)
from tests.benchmark.measuring import Figure, Measured

_RESULT = Path("build/bench.json")


def main() -> int:
    """Measure everything; without GITMOXI_CORPUS the real files are left out, and that is said."""
    measured: list[Measured | Figure] = []
    for each in _all():
        print(each, flush=True)  # noqa: T201 - what it measured is what this program says
        measured.append(each)
    _RESULT.parent.mkdir(exist_ok=True)
    _RESULT.write_text(json.dumps(_report(measured), indent=2) + "\n")
    return 0


def _all() -> Iterator[Measured | Figure]:
    corpus = os.environ.get("GITMOXI_CORPUS")
    if corpus:
        yield validating.measure(Path(corpus))
    else:
        print("validate.corpus: left out, GITMOXI_CORPUS names no folder", file=sys.stderr)  # noqa: T201 - same
    yield from planning.measure()
    yield from pooled_rendering.measure()
    yield from rolling_calls.measure()
    yield from function_calls.measure()
    yield from fleet_reads.measure()
    yield from throttled.measure()
    yield from fetching.measure()
    yield ticking.measure()
    yield from webhooks.measure()
    yield pushes.measure()
    yield from status_listing.measure()
    yield from real_processes.measure()


def _report(measured: list[Measured | Figure]) -> dict[str, object]:
    return {
        "machine": {"python": platform.python_version(), "cores": os.cpu_count()},
        "botocore": version("botocore"),
        "measured": [each.as_json() for each in measured],
    }


if __name__ == "__main__":
    raise SystemExit(main())
