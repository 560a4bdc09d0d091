"""A creation that finds its name taken when it is tried again, after a crash or a throttle."""

from __future__ import annotations

from gitmoxi.domain.targets import Target
from gitmoxi.errors import PermanentError


def taken_meanwhile(target: Target) -> PermanentError:
    """Why ``target`` is not created: what is there carries no mark of this creation."""
    return PermanentError(
        f"{target} exists already: somebody made it while this deployment was about to. Nothing of it was "
        "changed. Deploy again to update it, or choose another name"
    )
