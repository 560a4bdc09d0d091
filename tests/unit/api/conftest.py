"""A client that speaks to the application without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import httpx
import pytest
import structlog

from tests.unit.api.stage import Stage


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged, kept instead of printed."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
async def api(stage) -> AsyncIterator[httpx.AsyncClient]:
    async with stage.client() as client:
        yield client
