"""Reading what lies around a function: provisioned concurrency, and the versions nobody needs any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.errors import PermanentError
from gitmoxi.planning.aws_lambda import LambdaPlan
from gitmoxi.planning.lambda_versions import superfluous_versions
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaPort, ProvisionedConcurrency
from gitmoxi.strategies.lambda_steps import PROVISIONED, VERSION
from gitmoxi.validation.lambda_depdef import LambdaDepdef


class Surroundings:
    """Reads only where something depends on it; ``owner`` is the installation."""

    def __init__(self, *, functions: LambdaPort, owner: str) -> None:
        self._functions = functions
        self._owner = owner

    async def provisioned(
        self,
        values: Mapping[str, str],
        target: LambdaTarget,
        alias: LambdaAlias | None,
        settings: LambdaDepdef,
    ) -> ProvisionedConcurrency | None:
        """The alias's provisioned concurrency, where it is to be set, or may be why the alias has weights.

        ``values`` are those that a deployment under way carries along.
        """
        asked = settings.provisioned_concurrency is not None or PROVISIONED in values
        if alias is None or not (asked or alias.weights):
            return None
        return (await self._functions.provisioned_concurrency(target)).get(alias.name)

    async def superfluous(
        self,
        deployment: Deployment,
        target: LambdaTarget,
        settings: LambdaDepdef,
        plan: LambdaPlan,
        versions: Sequence[Mapping[str, Any]],
    ) -> tuple[str, ...]:
        """The versions that go away: before the alias has moved, those that will be too many then.

        None where we may not read what uses them: keeping too many harms nobody.
        """
        published = deployment.progress.values.get(VERSION)
        if published is None and not plan.publish:
            return ()
        keep = settings.versions_to_keep - (1 if published is None else 0)
        if not superfluous_versions(versions, owner=self._owner, used=frozenset(), keep=keep):
            return ()
        leaving = settings.alias if published is None else None
        try:
            used = await self._used(target, leaving) | {published or ""}
        except PermanentError:
            return ()
        return superfluous_versions(versions, owner=self._owner, used=used, keep=keep)

    async def _used(self, target: LambdaTarget, leaving: str | None) -> frozenset[str]:
        """Versions that aliases use, ``leaving`` excepted, or that have provisioned concurrency."""
        aliases = [alias for alias in await self._functions.aliases(target) if alias.name != leaving]
        served = {version for alias in aliases for version in (alias.version, *alias.weights)}
        return frozenset(served | set(await self._functions.provisioned_concurrency(target)))
