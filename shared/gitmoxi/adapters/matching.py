"""What a person may ask the ledger for, and whether a record is it."""

from __future__ import annotations

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.targets import EcsTarget, Target
from gitmoxi.errors import InvalidInputError
from gitmoxi.ports.ledger import DeploymentFilter

SHA_PREFIX = 7
"""So many characters of a commit's hash are needed at least to look for it."""


def matches(deployment: Deployment, wanted: DeploymentFilter) -> bool:
    """All conditions that are set hold; one about the target fails while no target is known."""
    origin, target = deployment.origin, deployment.target
    pairs = (
        (wanted.repository_id, origin.repository_id),
        (wanted.branch, origin.branch),
        (wanted.commit_sha, origin.commit_sha),
        (wanted.status, deployment.state.status),
        (wanted.kind, deployment.kind),
        (wanted.target_id, target and target.id),
        (wanted.account, target and target.account),
        (wanted.region, target and target.region),
        (wanted.cluster, _cluster(target)),
        (wanted.name, target and target.name),
    )
    return all(value is None or value == actual for value, actual in pairs)


def _cluster(target: Target | None) -> str | None:
    return target.cluster if isinstance(target, EcsTarget) else None


def check_sha_prefix(sha: str) -> None:
    """Refuse a prefix of a commit hash that names too many commits.

    Raises:
        InvalidInputError: it has fewer than ``SHA_PREFIX`` characters.
    """
    if len(sha) < SHA_PREFIX:
        raise InvalidInputError(
            f"{sha!r} is too short for a commit: give at least {SHA_PREFIX} characters of its hash"
        )
