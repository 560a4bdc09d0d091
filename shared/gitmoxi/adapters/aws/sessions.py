"""AWS clients for the accounts and regions that are deployed to."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioDeferredRefreshableCredentials
from aiobotocore.session import AioSession
from botocore.exceptions import NoCredentialsError

from gitmoxi.adapters.aws.api_models import api_models
from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.aws.transport import SingleAttemptSession
from gitmoxi.errors import PermanentError

if TYPE_CHECKING:
    from types_aiobotocore_sts import STSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsClientSettings:
    """How clients are made.

    Attributes:
        region: the installation's, used where a caller names none.
        local: everything lies in the local cloud's one account.
        account: the installation's; None asks ``sts:GetCallerIdentity`` at the first need.
        deploy_role_name: the role taken in every account that is deployed to; None: our own credentials,
            and only our own account.
        connect_timeout_seconds, read_timeout_seconds: of every call. The lease's margins count on them.
        max_connections: per client.
    """

    region: str
    local: bool = False
    account: str | None = None
    deploy_role_name: str | None = None
    connect_timeout_seconds: float = 2.0
    read_timeout_seconds: float = 10.0
    max_connections: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsCredentials:
    """Credentials of AWS's; ``token`` only of temporary ones. Nothing of them shows in a ``repr``."""

    access_key: str
    secret_key: str
    token: str | None = None

    def __repr__(self) -> str:
        return "AwsCredentials(***)"


class ClientSource(Protocol):
    """Where adapters get their clients from."""

    async def client(self, service: str, *, account: str | None = None, region: str | None = None) -> Any:
        """An open client, shared: callers never close it. No account, no region: the installation's."""
        ...


class AwsClients:
    """All AWS clients of a process, one per service, account and region; closed together.

    Endpoints follow ``AWS_ENDPOINT_URL``, credentials botocore's default chain. Where a caller names an
    account we act as ``deploy_role_name`` there, whose session is renewed before it ends.
    """

    def __init__(self, settings: AwsClientSettings) -> None:
        self._settings = settings
        self._own = lean_session()
        self._assumed: dict[str, AioSession] = {}
        self._clients: dict[tuple[str, str | None, str], Any] = {}
        self._account = settings.account
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._clients.clear()
        await self._stack.aclose()

    async def client(self, service: str, *, account: str | None = None, region: str | None = None) -> Any:
        """An open client, for example of type ``ECSClient`` for ``ecs``.

        Raises:
            PermanentError: the account is not ours, and no way into it is set up.
        """
        region = region or self._settings.region
        if account is not None and await self._as_ourselves(account):
            account = None
        key = (service, account, region)
        if key not in self._clients:
            async with self._lock:
                if key not in self._clients:
                    self._clients[key] = await self._open(service, account, region)
        return self._clients[key]

    async def _as_ourselves(self, account: str) -> bool:
        """Whether we act with our own credentials: where a role is set, it is taken in every account."""
        role = None if self._settings.local else self._settings.deploy_role_name
        return role is None and account == await self.own_account()

    async def own_account(self) -> str:
        """The account of our own credentials: 12 digits (``sts:GetCallerIdentity``)."""
        if self._account is None:
            sts: STSClient = await self.client("sts")
            async with aws_errors("sts:GetCallerIdentity", mutation=False):
                self._account = (await sts.get_caller_identity())["Account"]
        return self._account

    async def own_credentials(self) -> AwsCredentials:
        """Our own credentials, renewed by botocore when they are near their end.

        Raises:
            UnavailableError: there are none now.
        """
        async with aws_errors("reading our own AWS credentials", mutation=False):
            credentials = await self._own.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            frozen = await credentials.get_frozen_credentials()
            if not (frozen.access_key and frozen.secret_key):
                raise NoCredentialsError
        return AwsCredentials(
            access_key=frozen.access_key, secret_key=frozen.secret_key, token=frozen.token or None
        )

    async def _open(self, service: str, account: str | None, region: str) -> Any:
        session = self._own if account is None else self._session_in(account, region)
        async with aws_errors(f"{service}: opening a client in {region}", mutation=False):
            context = session.create_client(
                service,  # type: ignore[call-overload]  # the stubs want a literal name per service
                region_name=region,
                config=self._config(),
            )
            return await self._stack.enter_async_context(context)

    def _config(self) -> AioConfig:
        return AioConfig(
            connect_timeout=self._settings.connect_timeout_seconds,
            read_timeout=self._settings.read_timeout_seconds,
            max_pool_connections=self._settings.max_connections,
            retries={"total_max_attempts": 1, "mode": "standard"},
            http_session_cls=SingleAttemptSession,
            user_agent_extra="gitmoxi",
        )

    def _session_in(self, account: str, region: str) -> AioSession:
        if account not in self._assumed:
            role_arn = self._role_arn(account, region)
            session = lean_session()
            session.register_component("credential_provider", _AssumedRole(clients=self, role_arn=role_arn))
            self._assumed[account] = session
        return self._assumed[account]

    def _role_arn(self, account: str, region: str) -> str:
        if self._settings.local:
            raise PermanentError(
                f"the target is in account {account}, but the local cloud has only {self._account}: "
                "leave environment.account out of the definition file, or set it to that account"
            )
        if self._settings.deploy_role_name is None:
            raise PermanentError(
                f"the target is in account {account}, but Gitmoxi runs in {self._account} and knows no role "
                "for other accounts: create one there that trusts our workers' role, and set "
                "GITMOXI_DEPLOY_ROLE_NAME to its name"
            )
        partition = self._own.get_partition_for_region(region)
        return f"arn:{partition}:iam::{account}:role/{self._settings.deploy_role_name}"


def lean_session() -> AioSession:
    """A session of botocore's default credential chain, with the API models that all sessions share."""
    session = AioSession()
    session.register_component("data_loader", api_models())
    return session


class _AssumedRole:
    """A credential provider in botocore's sense: ``sts:AssumeRole``, called again before each expiry."""

    def __init__(self, *, clients: AwsClients, role_arn: str) -> None:
        self._clients = clients
        self._role_arn = role_arn

    async def load_credentials(self) -> AioDeferredRefreshableCredentials:
        return AioDeferredRefreshableCredentials(refresh_using=self._assume, method="assume-role")

    async def _assume(self) -> dict[str, str]:
        sts: STSClient = await self._clients.client("sts")
        async with aws_errors(f"sts:AssumeRole of {self._role_arn}", mutation=False):
            answer = await sts.assume_role(RoleArn=self._role_arn, RoleSessionName="gitmoxi")
        credentials = answer["Credentials"]
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretAccessKey"],
            "token": credentials["SessionToken"],
            "expiry_time": credentials["Expiration"].isoformat(),
        }
