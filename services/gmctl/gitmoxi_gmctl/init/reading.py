"""From a name to what lives under it, and from that to its files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, cluster_name
from gitmoxi.errors import AwsRejectedError, GitmoxiError, ThrottledError
from gitmoxi.planning.export.ecs import ecs_files, task_definition_of
from gitmoxi.planning.export.files import ExportedFiles
from gitmoxi.planning.export.functions import DEFAULT_ALIAS, LiveLambda, image_code, lambda_files
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.ports.clock import Clock
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.init.looking import AwsLooks
from gitmoxi_gmctl.init.packages import Package, Packages, S3Place

_LATEST = "$LATEST"
_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is to be written: ``name`` as a file's prefix, ``subject`` for people."""

    name: str
    subject: str
    exported: ExportedFiles


class BeingDeletedError(GmctlError):
    """It is still told of, and is going."""


class Exporter:
    """Reads one account and region, as whoever the clients' credentials are."""

    def __init__(self, clients: ClientSource, *, region: str, clock: Clock) -> None:
        limits = RateLimits(clock)
        self._region = region
        self._ecs = AwsEcs(clients, limits)
        self._functions = AwsLambda(clients, limits)
        self._looks = AwsLooks(clients)
        self._packages = Packages(clients)

    async def service(self, cluster: str, name: str) -> Export:
        """The files of an ECS service.

        Raises:
            GmctlError: there is no such cluster or service, or it is being deleted.
            GitmoxiError: AWS's errors.
        """
        target = EcsTarget(
            account=await self._looks.account(),
            region=self._region,
            cluster=cluster_name(cluster),
            service_name=name.rpartition("/")[2],
        )
        service = await self._live_service(target)
        arn = task_definition_of(service)
        task_definition = await self._ecs.task_definition(target, arn) if arn else None
        exported = ecs_files(target, service, task_definition, scaled=await self._is_scaled(target))
        return Export(name=target.service_name, subject=str(target), exported=exported)

    async def function(self, name: str, *, alias: str | None, place: S3Place | None) -> Export:
        """The files of a Lambda function; ``place`` is where the package of a .zip is to lie.

        Raises:
            GmctlError: there is no such function or alias, several aliases to choose from, or a package
                without a place.
            GitmoxiError: AWS's errors.
        """
        target = LambdaTarget(account=await self._looks.account(), region=self._region, function_name=name)
        latest = await self._functions.function(target)
        if latest is None:
            raise await _missing(f"There is no {target}", name, self._looks.function_names)
        alias_name, live_alias = await self._alias(target, alias)
        live = await self._surroundings(target, latest, live_alias)
        package = await self._package(live, place)
        exported = lambda_files(live, alias_name=alias_name, code=package.code, code_sha256=package.sha256)
        return Export(name=name, subject=str(target), exported=exported)

    async def _live_service(self, target: EcsTarget) -> Any:
        try:
            service = await self._ecs.service(target)
        except AwsRejectedError as error:
            if error.code != "ClusterNotFoundException":
                raise
            what = f"There is no cluster {target.cluster} in {target.account}, {target.region}"
            raise await _missing(what, target.cluster, self._looks.cluster_names) from error
        if service is None:
            names = await _names(lambda: self._looks.service_names(target.cluster))
            raise _unknown(f"There is no {target}", target.service_name, names)
        if service.status != "ACTIVE":
            raise BeingDeletedError(
                f"The {target} is {service.status}: it was deleted, and there is nothing to write files of."
            )
        return service

    async def _is_scaled(self, target: EcsTarget) -> bool | None:
        """None where that cannot be read: many people may not ask Application Auto Scaling."""
        try:
            return await self._looks.is_scaled(target.cluster, target.service_name)
        except ThrottledError:
            raise
        except GitmoxiError:
            return None

    async def _alias(self, target: LambdaTarget, wanted: str | None) -> tuple[str, LambdaAlias | None]:
        names = await self._looks.alias_names(target.function_name)
        if wanted is None and len(names) > 1:
            raise GmctlError(
                f"{target.function_name} has several aliases: choose with --alias the one that serves "
                f"({', '.join(names)}).",
                ExitCode.USAGE,
            )
        name = wanted or (names[0] if names else DEFAULT_ALIAS)
        return name, await self._functions.alias(target, name) if name in names else None

    async def _surroundings(
        self, target: LambdaTarget, latest: LambdaFunction, alias: LambdaAlias | None
    ) -> LiveLambda:
        name = target.function_name
        served = None
        if alias is not None and alias.version != _LATEST:
            served = await self._functions.function(target, alias.version)
        mappings = await self._looks.event_source_mappings(f"{name}:{alias.name}") if alias else []
        ours = {mapping["UUID"] for mapping in mappings}
        others = await self._looks.event_source_mappings(name)
        return LiveLambda(
            target=target,
            latest=latest,
            alias=alias,
            served=served,
            mappings=mappings,
            unaliased_mappings=sum(
                mapping["UUID"] not in ours and _is_unqualified(mapping["FunctionArn"]) for mapping in others
            ),
        )

    async def _package(self, live: LiveLambda, place: S3Place | None) -> Package:
        name, image = live.target.function_name, image_code(live.running)
        if image is not None and place is not None:
            raise GmctlError(
                f"{name} is a container image: leave --code out, its ImageUri is written.", ExitCode.USAGE
            )
        if image is not None:
            return Package(code=image)
        if place is None:
            raise GmctlError(
                f"{name} is a .zip, and Lambda does not tell where it came from: give --code "
                "s3://BUCKET/KEY, an object that holds it, or where it is to be uploaded (in its region).",
                ExitCode.USAGE,
            )
        return await self._packages.keep(live, place)


def _is_unqualified(function_arn: str) -> bool:
    """Whether the ARN names no version and no alias: ``arn:aws:lambda:REGION:ACCOUNT:function:NAME``."""
    return function_arn.count(":") == "arn:aws:lambda:r:a:function:n".count(":")


async def _missing(what: str, name: str, ask: Callable[[], Awaitable[list[str]]]) -> GmctlError:
    return _unknown(what, name, await _names(ask))


async def _names(ask: Callable[[], Awaitable[list[str]]]) -> list[str] | None:
    """What there is instead; None where that may not be asked, for it is only advice."""
    try:
        return await ask()
    except GitmoxiError:
        return None


def _unknown(what: str, name: str, names: list[str] | None) -> GmctlError:
    if names is None:
        return GmctlError(f"{what}.")
    if not names:
        return GmctlError(f"{what}, and there is no other.")
    close = get_close_matches(name, names, n=_SUGGESTIONS, cutoff=0.5)
    if close:
        return GmctlError(f"{what}: did you mean {' or '.join(close)}?")
    shown = ", ".join(sorted(names)[: _SUGGESTIONS * 3])
    return GmctlError(f"{what}: there {'is' if len(names) == 1 else 'are'} {shown}.")
