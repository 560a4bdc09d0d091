"""The health of repositories, and the claims of pollers, beside the registrations in DynamoDB."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.adapters.codec import instant
from gitmoxi.adapters.dynamodb import keys
from gitmoxi.adapters.dynamodb.items import plain_item, record_of
from gitmoxi.adapters.dynamodb.reader import Range, Reader
from gitmoxi.adapters.dynamodb.wire import Tables, number, text, text_of
from gitmoxi.domain.reachability import RepositoryHealth
from gitmoxi.errors import ContentionError, CorruptRecordError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

_LOST = "ConditionalCheckFailedException"


class DynamoReachability:
    """``ReachabilityStore`` through an aiobotocore client of DynamoDB."""

    def __init__(self, client: DynamoDBClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.repositories
        self._reader = Reader(client)

    async def health(self, repository_id: str) -> RepositoryHealth | None:
        item = await self._reader.get(self._table, keys.health(repository_id))
        return None if item is None else record_of(RepositoryHealth, item)

    async def healths(self) -> list[RepositoryHealth]:
        found: list[RepositoryHealth] = []
        async for item in self._reader.items(Range(table=self._table, pk=keys.HEALTHS)):
            with suppress(CorruptRecordError):
                found.append(record_of(RepositoryHealth, item))
        return found

    async def put_health(self, health: RepositoryHealth) -> None:
        """Put it if the revision stored is the one before (API_PutItem)."""
        before = health.revision - 1
        condition = "revision = :before" if before else "attribute_not_exists(pk) OR revision = :before"
        item = plain_item(keys.health(health.repository_id), health)
        async with aws_errors("dynamodb:PutItem", mutation=True):
            try:
                await self._client.put_item(
                    TableName=self._table,
                    Item={**item, "revision": number(health.revision)},
                    ConditionExpression=condition,
                    ExpressionAttributeValues={":before": number(before)},
                )
            except ClientError as error:
                if error_code(error) != _LOST:
                    raise
                raise ContentionError(f"another look at {health.repository_id} was faster") from error

    async def forget(self, repository_id: str) -> None:
        """Delete it, if it is there (API_DeleteItem)."""
        async with aws_errors("dynamodb:DeleteItem", mutation=True):
            await self._client.delete_item(TableName=self._table, Key=keys.health(repository_id).attributes)

    async def claim(self, part: int, *, now: datetime, until: datetime) -> datetime | None:
        """Set the claim's end on condition that the one stored is past (API_UpdateItem)."""
        async with aws_errors("dynamodb:UpdateItem", mutation=True):
            try:
                await self._client.update_item(
                    TableName=self._table,
                    Key=keys.poll(part).attributes,
                    UpdateExpression="SET claimed_until = :until",
                    ConditionExpression=(
                        "attribute_not_exists(claimed_until) "
                        "OR claimed_until <= :now OR claimed_until > :latest"
                    ),
                    ExpressionAttributeValues={
                        ":until": text(instant(until)),
                        ":now": text(instant(now)),
                        ":latest": text(instant(now + 2 * (until - now))),
                    },
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if error_code(error) != _LOST:
                    raise
                held: Any = error.response.get("Item")
                return until if held is None else datetime.fromisoformat(text_of(held, "claimed_until"))
        return None
