"""Whether a repository's registration wants what its webhook tells."""

from __future__ import annotations

from gitmoxi.domain.records import Repository
from gitmoxi_api.webhooks.told import BranchMoved, Ignored, PullRequest

_SHOWN = 100
"""Characters that are shown of a branch that is not registered: it need not even be a branch's name."""


def unwanted(repository: Repository, told: BranchMoved | PullRequest) -> Ignored | None:
    """Why nothing is done about it: its branch is not registered, or nobody wants plans; None: wanted."""
    if told.branch not in repository.branches:
        return Ignored(
            because=f"Branch {told.branch[:_SHOWN]!r} is not registered; registered are: "
            f"{', '.join(repository.branches)}."
        )
    if isinstance(told, PullRequest) and not repository.feedback:
        return Ignored(
            because="This repository is registered without feedback, so nobody would read the plan: "
            f"gmctl repo update -r {repository.url} --feedback"
        )
    return None
