"""A credential source whose secret tests rotate, and that remembers how it was read."""

from __future__ import annotations

import secrets

from gitmoxi.ports.git import GitCredentials


def new_token():
    """Made at run time: with characters that a URL encodes."""
    return f"canary-{secrets.token_hex(12)}/+%~ü"


class Tokens:
    """``remembered`` is read until a fresh read is asked for, as a source with a memory does."""

    def __init__(self, password, *, fresh=None):
        self.remembered = password
        self.fresh = fresh if fresh is not None else password
        self.reads = []

    async def identity(self, _repository_id):
        return "arn:the-token"

    async def read(self, _repository_id, *, fresh=False):
        self.reads.append(fresh)
        if fresh:
            self.remembered = self.fresh
        return GitCredentials(username="x-access-token", password=self.remembered)
