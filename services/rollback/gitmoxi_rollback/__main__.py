"""Runs the rollback worker: ``python -m gitmoxi_rollback``."""

from __future__ import annotations

from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import main
from gitmoxi_rollback.bootstrap import bootstrap

if __name__ == "__main__":
    main(Worker.ROLLBACK, bootstrap)
