"""Whether a deployment is among those that a person asked for."""

from __future__ import annotations

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.targets import EcsTarget, Target
from gitmoxi.ports.ledger import DeploymentFilter


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
