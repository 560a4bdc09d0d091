"""The sentence that refuses to delete what others made."""

from __future__ import annotations

from gitmoxi.domain.targets import OWNER_TAG, Target


def not_ours(target: Target) -> str:
    """Why a target without this installation's tag stays."""
    return (
        f"{target} does not carry this installation's tag {OWNER_TAG}, so it was not made by Gitmoxi and is "
        "not deleted. Delete it by hand, or tag it first."
    )
