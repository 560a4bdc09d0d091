"""Reading secrets: tokens of Git servers, keys of webhooks, addresses that are secrets themselves."""

from __future__ import annotations

from typing import Protocol

from gitmoxi.domain.secret_refs import SecretRef
from gitmoxi.errors import NotFoundError, PermanentError


class SecretNotFoundError(NotFoundError):
    """There is no such secret, parameter or JSON key; the message names which, never a value."""


class SecretAccessError(PermanentError):
    """We may not read it; the message says which permission or tag is missing."""


class Secrets(Protocol):
    """Reads secrets at use; what is read is kept in memory for some minutes, and nowhere else."""

    async def read(self, ref: SecretRef, *, fresh: bool = False) -> str:
        """The secret's text, not empty; ``fresh`` passes over what is remembered, after a refusal.

        Secrets Manager's GetSecretValue, or GetParameter with decryption.

        Raises:
            SecretNotFoundError: there is none, or it is empty, or not the JSON object that its key needs.
            SecretAccessError: AWS denied it.
            ThrottledError, UnavailableError: AWS cannot answer now.
        """
        ...
