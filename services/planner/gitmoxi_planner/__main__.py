"""Runs the planner: ``python -m gitmoxi_planner``."""

from __future__ import annotations

from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import main
from gitmoxi_planner.bootstrap import bootstrap

if __name__ == "__main__":
    main(Worker.PLANNER, bootstrap)
