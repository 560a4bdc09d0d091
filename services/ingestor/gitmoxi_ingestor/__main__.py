"""Runs the ingestor: ``python -m gitmoxi_ingestor``."""

from __future__ import annotations

from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import main
from gitmoxi_ingestor.bootstrap import bootstrap

if __name__ == "__main__":
    main(Worker.INGESTOR, bootstrap)
