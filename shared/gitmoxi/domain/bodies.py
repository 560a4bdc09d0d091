"""References to content-addressed bodies, which lie encrypted in the snapshot bucket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRef:
    """A body by the SHA-256 of its bytes; ``size`` is in bytes."""

    sha256: str
    size: int


def ref_of(content: bytes) -> BodyRef:
    """The reference that ``content`` has wherever it is stored."""
    return BodyRef(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
