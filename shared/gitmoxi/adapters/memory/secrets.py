"""Secrets in memory."""

from __future__ import annotations

from gitmoxi.domain.secret_refs import SecretRef
from gitmoxi.ports.secrets import SecretNotFoundError


class MemorySecrets:
    """``Secrets`` whose values tests put in and rotate."""

    def __init__(self) -> None:
        self.values: dict[SecretRef, str] = {}
        self.reads = 0

    async def read(self, ref: SecretRef, *, fresh: bool = False) -> str:  # noqa: ARG002 - nothing is remembered
        self.reads += 1
        value = self.values.get(ref)
        if not value:
            raise SecretNotFoundError(f"there is no secret {ref.arn}")
        return value
