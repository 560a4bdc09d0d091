"""What was told, on DynamoDB."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.adapters.dynamodb.items import plain_item, record_of
from gitmoxi.adapters.dynamodb.reader import Reader
from gitmoxi.adapters.dynamodb.wire import Key, number
from gitmoxi.domain.telling import Told
from gitmoxi.errors import ContentionError
from gitmoxi.ports.clock import Clock

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

PARTITION = "TOLD#"
"""Begins the partition keys of these items; the notifier's role may write no others."""

_KEPT = timedelta(days=180)
"""Longer than a pull request stays open as a rule: its comment is found by its marker even then."""


class DynamoToldStore:
    """``ToldStore`` in ``table``, which also holds the commits."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._reader = Reader(client)

    async def told(self, repository_id: str, about: str) -> Told:
        item = await self._reader.get(self._table, _key(repository_id, about))
        return record_of(Told, item) if item is not None else Told(repository_id=repository_id, about=about)

    async def put(self, told: Told) -> None:
        """Put the item if the revision is as expected (API_PutItem)."""
        expected: dict[str, Any] = (
            {"ConditionExpression": "attribute_not_exists(pk)"}
            if told.revision == 1
            else {
                "ConditionExpression": "revision = :expected",
                "ExpressionAttributeValues": {":expected": number(told.revision - 1)},
            }
        )
        async with aws_errors("dynamodb:PutItem", mutation=True):
            try:
                await self._client.put_item(
                    TableName=self._table, Item=_item(told, self._clock.now()), **expected
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                raise ContentionError(
                    f"somebody else wrote first what was told about {told.about}"
                ) from error


def _key(repository_id: str, about: str) -> Key:
    return Key(f"{PARTITION}{repository_id}", about)


def _item(told: Told, now: datetime) -> dict[str, Any]:
    return plain_item(_key(told.repository_id, told.about), told) | {
        "revision": number(told.revision),
        "expires_at": number(int((now + _KEPT).timestamp())),
    }
