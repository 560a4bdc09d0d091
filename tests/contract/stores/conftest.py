"""The stores to be compared: the fakes in memory, and the real adapters on the local cloud."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from gitmoxi.adapters.dynamodb.leases import DynamoLeaseStore
from gitmoxi.adapters.dynamodb.ledger import DynamoLedger
from gitmoxi.adapters.dynamodb.wire import Tables
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.adapters.memory.leases import MemoryLeaseStore
from gitmoxi.adapters.memory.ledger import MemoryLedger
from gitmoxi.ports.leases import LeaseStore
from gitmoxi.ports.ledger import Ledger
from gitmoxi_local.process import LocalCloudProcess

TEMPLATE = Path(__file__).parents[3] / "deploy" / "cloudformation" / "gitmoxi.yaml"


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloudProcess]:
    """A local cloud with the control plane installed."""
    with LocalCloudProcess(state_dir=tmp_path_factory.mktemp("cloud"), templates=[TEMPLATE]) as process:
        yield process


@pytest.fixture(scope="session")
def aws_session() -> AioSession:
    """Shared, for it keeps the services' models that take long to read."""
    return AioSession()


ClientFactory = Callable[[str], Any]


@pytest.fixture
async def client_for(cloud: LocalCloudProcess, aws_session: AioSession) -> AsyncIterator[ClientFactory]:
    """Makes clients (to be awaited) that are closed after the test; faults of the test end with it too."""
    async with AsyncExitStack() as stack:

        async def make(service: str) -> Any:
            client = aws_session.create_client(
                service,  # type: ignore[call-overload]  # the stubs want a literal name per service
                region_name=cloud.region,
                endpoint_url=cloud.endpoint,
                aws_access_key_id="contract-tests",
                aws_secret_access_key=secrets.token_hex(16),
                config=AioConfig(
                    retries={"total_max_attempts": 3, "mode": "standard"},
                    max_pool_connections=50,
                    s3={"addressing_style": "path"},
                ),
            )
            return await stack.enter_async_context(client)

        yield make
        cloud.client.clear_faults()


@pytest.fixture
async def dynamodb(client_for: ClientFactory) -> Any:
    """A client of DynamoDB."""
    return await client_for("dynamodb")


@pytest.fixture(scope="session")
def schemas(cloud: LocalCloudProcess) -> dict[str, dict[str, Any]]:
    """The keys and indexes of the template's tables, as parameters of ``CreateTable``."""
    client = boto3.session.Session(
        region_name=cloud.region,
        aws_access_key_id="contract-tests",
        aws_secret_access_key=secrets.token_hex(16),
    ).client("dynamodb", endpoint_url=cloud.endpoint)
    return {
        table.name: _schema(client, cloud.outputs[f"{table.name.title()}Table"]) for table in fields(Tables)
    }


def _schema(client: Any, installed: str) -> dict[str, Any]:
    table = client.describe_table(TableName=installed)["Table"]
    schema = {name: table[name] for name in ("KeySchema", "AttributeDefinitions")}
    indexes = [
        {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
        for index in table.get("GlobalSecondaryIndexes", [])
    ]
    return schema | ({"GlobalSecondaryIndexes": indexes} if indexes else {})


@pytest.fixture
async def tables(schemas: dict[str, dict[str, Any]], dynamodb: Any) -> Tables:
    """Empty tables like the template's."""
    names = {name: f"{name}-{secrets.token_hex(6)}" for name in schemas}
    for name, schema in schemas.items():
        await dynamodb.create_table(TableName=names[name], BillingMode="PAY_PER_REQUEST", **schema)
    return Tables(**names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """A ledger and its leases; ``clock`` is the ledger's."""

    ledger: Ledger
    leases: LeaseStore
    clock: FakeClock


@pytest.fixture
async def dynamo_stores(dynamodb: Any, tables: Tables) -> Stores:
    clock = FakeClock()
    return Stores(
        ledger=DynamoLedger(dynamodb, tables, clock),
        leases=DynamoLeaseStore(dynamodb, tables),
        clock=clock,
    )


@pytest.fixture
def memory_stores() -> Stores:
    ledger, clock = MemoryLedger(), FakeClock()
    return Stores(ledger=ledger, leases=MemoryLeaseStore(ledger, clock), clock=clock)


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """Each store in turn: what a test says holds for both."""
    name = {"memory": "memory_stores", "dynamodb": "dynamo_stores"}[request.param]
    chosen: Stores = request.getfixturevalue(name)
    return chosen


@pytest.fixture
def ledger(stores: Stores) -> Ledger:
    return stores.ledger


@pytest.fixture
def leases(stores: Stores) -> LeaseStore:
    return stores.leases
