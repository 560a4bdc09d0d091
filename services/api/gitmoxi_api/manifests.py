"""What a commit changed, read from the body that the ingestor stored."""

from __future__ import annotations

from gitmoxi.adapters.codec import decode
from gitmoxi.domain.records import Commit, Manifest
from gitmoxi.ports.bodies import BodyStore


async def manifest_of(commit: Commit, bodies: BodyStore) -> Manifest:
    """The manifest; an empty one while the commit is being taken in.

    Raises:
        NotFoundError: the body is gone.
        InvariantError: the body is no manifest.
    """
    if commit.manifest is None:
        return Manifest(objects=())
    content = await bodies.get(commit.manifest)
    return decode(Manifest, content, key=f"body {commit.manifest.sha256}")
