"""How much a commit may delete before a person has to approve it, and how that is asked for."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from gitmoxi.domain.records import Repository

SHORT_SHA = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteLimits:
    """So many targets, or so many percent of those that the branch owns: the larger limit counts."""

    at_most: int = 3
    percent: int = 20

    def allowed(self, owned: int) -> int:
        """How many of ``owned`` targets a commit may delete without approval."""
        return max(self.at_most, owned * self.percent // 100)


def limits_of(repository: Repository | None, installation: DeleteLimits) -> DeleteLimits:
    """A repository's own number stands alone; without one the installation's limits count."""
    if repository is None or repository.max_deletes is None:
        return installation
    return DeleteLimits(at_most=repository.max_deletes, percent=0)


def approval_command(*, sha: str, repository_url: str, branch: str) -> str:
    """What a person types to approve the held deletions of a commit."""
    words = ("gmctl", "commit", "approve-deletes", "-c", sha[:SHORT_SHA], "-r", repository_url, "-b", branch)
    return shlex.join(words)
