"""What holds for every test: those that share a local cloud run in one process of a parallel run."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each folder of contract tests, and each e2e file, in one worker of ``--dist loadgroup``.

    Their fixtures start a local cloud for a whole folder or file: spread out, each worker would do so.
    """
    for item in items:
        group = _group(item.path.relative_to(TESTS).parts)
        if group is not None and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group))


def _group(parts: tuple[str, ...]) -> str | None:
    match parts:
        case ("contract", folder, _, *_):
            return f"contract-{folder}"
        case ("e2e" | "chaos", *rest):
            return "-".join((parts[0], *rest))
        case _:
            return None
