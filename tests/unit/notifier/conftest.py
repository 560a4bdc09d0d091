"""A stage whose repository wants feedback."""

from __future__ import annotations

import pytest

from tests.unit.notifier.stage import NotifierStage


@pytest.fixture
async def stage() -> NotifierStage:
    stage = NotifierStage()
    await stage.register()
    await stage.want()
    return stage
