"""Which target a person means: by id, name, cluster and name, ARN, or the path-prefix of its files."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.targets import EcsTarget, Target, parse_service_arn, parse_target_id
from gitmoxi.errors import InvalidInputError
from gitmoxi.ports.ledger import DeploymentFilter, Ledger
from gitmoxi.workflow.owning import KnownTarget, owned_targets

_AT_MOST = 500
"""Deployments that are looked through for a target that no prefix owns any more."""

_ALIKE = 5
"""Names that are offered where there is none such."""


async def find_targets(text: str, ledger: Ledger) -> tuple[list[KnownTarget], list[str]]:
    """What ``text`` stands for, and where it stands for nothing what it looks like."""
    owned = await owned_targets(ledger)
    found = [known for known in owned if text in names_of(known)]
    if found:
        return found, []
    past = await _past(text, ledger)
    if past:
        return past, []
    names = sorted({name for known in owned for name in names_of(known)[:4]})
    return [], difflib.get_close_matches(text, names, n=_ALIKE)


async def _past(text: str, ledger: Ledger) -> list[KnownTarget]:
    """Targets that no prefix owns, found in the deployments that they had."""
    exact = _exact(text)
    if exact is not None:
        return _latest(await ledger.search(DeploymentFilter(target_id=exact.id), 1))
    cluster, _, name = text.rpartition("/")
    wanted = DeploymentFilter(name=name, cluster=cluster or None)
    named = _latest(await ledger.search(wanted, _AT_MOST))
    if named:
        return named
    heads = await ledger.search(DeploymentFilter(), _AT_MOST)
    return _latest(head for head in heads if head.origin.prefix == text)


def _latest(heads: Iterable[Deployment]) -> list[KnownTarget]:
    """Each target once, as its newest deployment knew it."""
    found: dict[str, KnownTarget] = {}
    for head in heads:
        if head.target is not None and head.target.id not in found:
            found[head.target.id] = KnownTarget(
                target=head.target,
                repository_url=head.origin.repository_url,
                branch=head.origin.branch,
                prefix=head.origin.prefix,
                owned=False,
            )
    return [found[target_id] for target_id in sorted(found)]


def _exact(text: str) -> Target | None:
    if (service := parse_service_arn(text)) is not None:
        return service
    try:
        return parse_target_id(text)
    except InvalidInputError:
        return None


def names_of(known: KnownTarget) -> Sequence[str]:
    """What people may call it; first what they are offered."""
    target = known.target
    if isinstance(target, EcsTarget):
        short = f"{target.cluster}/{target.name}"
        return (target.id, short, target.name, known.prefix, target.service_arn)
    return (target.id, target.name, known.prefix, target.function_arn)
