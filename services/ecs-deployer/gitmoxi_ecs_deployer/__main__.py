"""Runs the ECS deployer: ``python -m gitmoxi_ecs_deployer``."""

from __future__ import annotations

from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import main
from gitmoxi_ecs_deployer.bootstrap import bootstrap

if __name__ == "__main__":
    main(Worker.ECS_DEPLOYER, bootstrap)
