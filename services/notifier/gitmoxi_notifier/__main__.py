"""Runs the notifier: ``python -m gitmoxi_notifier``."""

from __future__ import annotations

from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import main
from gitmoxi_notifier.bootstrap import bootstrap

if __name__ == "__main__":
    main(Worker.NOTIFIER, bootstrap)
