"""What holds for every test: those that share a local cloud run in one process of a parallel run."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in a shell's background: processes that tests start and interrupt would inherit deaf ears.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each folder of contract tests in one worker of ``--dist loadgroup``.

    Their fixtures start a local cloud for a whole folder: spread out, each worker would start them all.
    """
    for item in items:
        match item.path.relative_to(TESTS).parts:
            case ("contract", folder, _, *_) if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group(f"contract-{folder}"))
            case _:
                continue
