"""AWS clients of the person who types: botocore's default chain, a profile, a region."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi_gmctl.exits import ExitCode, GmctlError

_CONFIG = AioConfig(
    connect_timeout=5,
    read_timeout=60,  # a function's package takes its time
    retries={"total_max_attempts": 4, "mode": "standard"},
    user_agent_extra="gmctl",
)


class UserClients:
    """A ``ClientSource`` of one account and region; ``AWS_ENDPOINT_URL`` counts as everywhere.

    Raises:
        GmctlError: the profile does not exist, or there is no region.
    """

    def __init__(self, *, profile: str | None, region: str | None) -> None:
        self._session = AioSession(profile=profile)
        self._clients: dict[str, Any] = {}
        self._stack = AsyncExitStack()
        try:
            # Botocore knows AWS_DEFAULT_REGION only; AWS's other tools take AWS_REGION first.
            found = region or os.environ.get("AWS_REGION") or self._session.get_config_variable("region")
        except BotoCoreError as error:
            raise GmctlError(f"AWS's configuration cannot be used: {error}", ExitCode.USAGE) from error
        if not found:
            raise GmctlError(
                "No region is set: give --region, or set AWS_REGION or the profile's region.", ExitCode.USAGE
            )
        self.region: str = found

    async def __aenter__(self) -> Self:
        try:
            credentials = await self._session.get_credentials()
        except BotoCoreError as error:
            raise GmctlError(f"The AWS credentials cannot be used: {error}") from error
        if credentials is None:
            raise GmctlError("There are no AWS credentials: log in with the AWS CLI, or give --profile.")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._clients.clear()
        await self._stack.aclose()

    async def client(
        self,
        service: str,
        *,
        account: str | None = None,  # noqa: ARG002 - a ClientSource takes it; ours has but one
        region: str | None = None,  # noqa: ARG002 - the same
    ) -> Any:
        """An open client; whatever account and region a target has, they are the ones we read with."""
        if service not in self._clients:
            async with aws_errors(f"{service}: opening a client in {self.region}", mutation=False):
                context = self._session.create_client(
                    service,  # type: ignore[call-overload]  # the stubs want a literal name per service
                    region_name=self.region,
                    config=_CONFIG,
                )
                self._clients[service] = await self._stack.enter_async_context(context)
        return self._clients[service]
