"""The adapters against the local cloud: a process of its own, shared by the tests of this folder."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.adapters.aws.sessions import AwsClients, AwsClientSettings
from gitmoxi.adapters.aws.system_clock import SystemClock
from gitmoxi.domain.targets import EcsTarget, LambdaTarget
from gitmoxi_local.process import LocalCloudProcess

REGION = "us-west-2"
_NUMBERS = itertools.count(1)
_PATIENCE_SECONDS = 20.0
_POLL_SECONDS = 0.05


@pytest.fixture(scope="session")
def cloud(tmp_path_factory) -> Iterator[LocalCloudProcess]:
    with LocalCloudProcess(state_dir=tmp_path_factory.mktemp("local-cloud"), region=REGION) as process:
        yield process


@pytest.fixture
async def clients(cloud, monkeypatch, tmp_path) -> AsyncIterator[AwsClients]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", secrets.token_hex(8))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secrets.token_hex(8))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    async with AwsClients(AwsClientSettings(region=REGION, local=True)) as clients:
        yield clients
    cloud.client.clear_faults()


@pytest.fixture
def limits() -> RateLimits:
    return RateLimits(SystemClock(), share=10)


@pytest.fixture
def ecs(clients, limits) -> AwsEcs:
    return AwsEcs(clients, limits)


@pytest.fixture
def functions(clients, limits) -> AwsLambda:
    return AwsLambda(clients, limits)


@pytest.fixture
async def service(clients, cloud) -> EcsTarget:
    """A service that does not exist yet, in a cluster that does."""
    await (await clients.client("ecs")).create_cluster(clusterName="prod")
    name = f"web-{next(_NUMBERS)}"
    return EcsTarget(account=cloud.account, region=REGION, cluster="prod", service_name=name)


@pytest.fixture
def function(cloud) -> LambdaTarget:
    """A function that does not exist yet."""
    return LambdaTarget(account=cloud.account, region=REGION, function_name=f"api-{next(_NUMBERS)}")


@pytest.fixture
def eventually() -> Callable[..., Awaitable[object]]:
    """Ask again until the answer will do: the local cloud is another process and works in real time."""

    async def wait(ask, good):
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not good(answer := await ask()):
            assert time.monotonic() < deadline, f"still {answer}"
            await asyncio.sleep(_POLL_SECONDS)
        return answer

    return wait
