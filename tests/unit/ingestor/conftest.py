"""A stage with its repository registered."""

from __future__ import annotations

import pytest

from tests.unit.ingestor.stage import Stage


@pytest.fixture
async def stage() -> Stage:
    stage = Stage()
    await stage.register()
    return stage
