"""Whether a repository and branch are ours to read."""

from __future__ import annotations

from gitmoxi.domain.records import Repository
from gitmoxi.domain.repositories import check_branch, repository_id
from gitmoxi.errors import NotFoundError
from gitmoxi.ports.ledger import Ledger


async def registered(ledger: Ledger, url: str, branch: str) -> Repository:
    """The repository's registration.

    Raises:
        InvalidInputError: the URL, or the branch's name, is none.
        NotFoundError: repository or branch is not registered; the message says what to do.
    """
    repository = await ledger.repository(repository_id(url))
    if repository is None:
        raise NotFoundError(f"Repository {url} is not registered: gmctl repo add -r {url} -b {branch}")
    if check_branch(branch) not in repository.branches:
        raise NotFoundError(
            f"Branch {branch} of {repository.url} is not registered; registered are: "
            f"{', '.join(repository.branches)}"
        )
    return repository
