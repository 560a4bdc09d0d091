"""Runs the Lambda deployer: ``python -m gitmoxi_lambda_deployer``."""

from __future__ import annotations

from gitmoxi.domain.states import Worker
from gitmoxi.runtime.service import main
from gitmoxi_lambda_deployer.bootstrap import bootstrap

if __name__ == "__main__":
    main(Worker.LAMBDA_DEPLOYER, bootstrap)
