"""An AWS account in memory."""

from __future__ import annotations

from gitmoxi.ports.aws_account import Caller


class MemoryAwsAccount:
    """Answers with ``told``, or raises ``fault``, if there is one."""

    def __init__(self, told: Caller) -> None:
        self.told = told
        self.fault: Exception | None = None

    async def caller(self) -> Caller:
        if self.fault is not None:
            raise self.fault
        return self.told
