"""Deletions that wait for a person's approval, as lists show them."""

from __future__ import annotations

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import DeploymentFilter, Ledger

_AT_MOST = 1000
"""Deployments that are looked through: a list is for people, and approving looks at each by its id."""


async def held_deployments(ledger: Ledger, wanted: DeploymentFilter) -> list[Deployment]:
    """Those of the newest that match; a hint, as every list is."""
    return [head for head in await ledger.search(wanted, _AT_MOST) if head.state is State.HELD]
