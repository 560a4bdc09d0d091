"""A stage with its repository registered."""

from __future__ import annotations

import pytest

from tests.unit.planner.stage import PlannerStage


@pytest.fixture
async def stage() -> PlannerStage:
    stage = PlannerStage()
    await stage.register()
    return stage
