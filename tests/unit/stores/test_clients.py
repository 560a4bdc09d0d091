"""Answers of AWS that the local cloud never gives."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from gitmoxi.adapters.dynamodb.leases import DynamoLeaseStore
from gitmoxi.adapters.dynamodb.wire import Tables
from gitmoxi.adapters.s3.bodies import S3BodyStore
from gitmoxi.errors import AccessDeniedError, ContentionError, InvariantError
from tests.contract.stores.records import ECS

_TABLES = Tables(repositories="r", commits="c", deployments="d", targets="t", outbox="o", audit="a")


class _Refusing:
    """A client that refuses every call with ``code``."""

    def __init__(self, code: str, status: int) -> None:
        self._answer: Any = {
            "Error": {"Code": code, "Message": "refused"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }

    async def _refuse(self, **_parameters: Any) -> None:
        raise ClientError(self._answer, "Operation")

    put_object = get_object = update_item = _refuse


class _Timeless:
    """A DynamoDB that does not tell the time."""

    async def update_item(self, **_parameters: Any) -> dict[str, Any]:
        return {
            "Attributes": {"lease_epoch": {"N": "1"}},
            "ResponseMetadata": {"HTTPHeaders": {}},
        }


def _leases(client: Any) -> DynamoLeaseStore:
    return DynamoLeaseStore(client, _TABLES)


def _bodies(client: Any) -> S3BodyStore:
    return S3BodyStore(client, "snapshots")


async def test_a_lease_without_the_database_s_time_is_not_used() -> None:
    with pytest.raises(InvariantError, match="no Date header"):
        await _leases(_Timeless()).take(ECS, owner="w", nonce="n1", seen=None)


async def test_a_lease_is_contended_while_a_transaction_writes_the_target() -> None:
    leases = _leases(_Refusing("TransactionConflictException", 400))
    with pytest.raises(ContentionError):
        await leases.take(ECS, owner="w", nonce="n1", seen=None)
    with pytest.raises(ContentionError):
        await leases.release(ECS, nonce="n1")


async def test_a_body_that_another_is_storing_is_contended() -> None:
    with pytest.raises(ContentionError, match="being stored by another"):
        await _bodies(_Refusing("ConditionalRequestConflict", 409)).put(b"x")


async def test_a_bucket_that_is_closed_to_us_is_told_as_such() -> None:
    with pytest.raises(AccessDeniedError, match="s3:PutObject"):
        await _bodies(_Refusing("AccessDenied", 403)).put(b"x")
