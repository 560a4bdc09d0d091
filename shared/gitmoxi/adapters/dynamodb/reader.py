"""Reading items: one, many, or a range, with all pages followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.dynamodb.wire import Item, Key, key_of, text
from gitmoxi.errors import ThrottledError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

_BATCH = 100
"""The most keys that one ``BatchGetItem`` takes."""

_BATCHES_AT_ONCE = 8
"""Calls of one read that are under way at the same time: a list of 800 records takes as long as one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A global secondary index: its name and the attributes that are its keys."""

    name: str
    pk: str
    sk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The items of one partition whose sort key lies between ``first`` and ``last``, both included.

    A range of the table itself is read consistently; an index cannot be.
    """

    table: str
    pk: str
    first: str | None = None
    last: str | None = None
    index: Index | None = None
    newest_first: bool = False
    page_size: int | None = None
    """Items a page, when a reader may stop early; otherwise DynamoDB's 1 MB decides."""

    def parameters(self) -> dict[str, Any]:
        """The parameters of API_Query."""
        pk, sk = (self.index.pk, self.index.sk) if self.index else ("pk", "sk")
        names, values, conditions = {"#pk": pk}, {":pk": text(self.pk)}, ["#pk = :pk"]
        bounds = {":first": self.first, ":last": self.last}
        values |= {name: text(bound) for name, bound in bounds.items() if bound is not None}
        match self.first, self.last:
            case None, None:
                pass
            case str(), str():
                conditions.append("#sk BETWEEN :first AND :last")
            case str(), None:
                conditions.append("#sk >= :first")
            case _:
                conditions.append("#sk <= :last")
        if len(conditions) > 1:
            names["#sk"] = sk
        place = {"IndexName": self.index.name} if self.index else {"ConsistentRead": True}
        return {
            "TableName": self.table,
            "KeyConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": not self.newest_first,
            **place,
        }


class Reader:
    """Reads through an aiobotocore client of DynamoDB."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._client = client

    async def get(self, table: str, key: Key) -> Item | None:
        """One item, consistently (API_GetItem)."""
        async with aws_errors("dynamodb:GetItem", mutation=False):
            answer = await self._client.get_item(TableName=table, Key=key.attributes, ConsistentRead=True)
        return answer.get("Item")

    async def batch(self, table: str, keys: Iterable[Key]) -> dict[Key, Item]:
        """Those of the items that exist, consistently (API_BatchGetItem); some calls travel at once."""
        wanted = list(dict.fromkeys(keys))
        chunks = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
        gate = asyncio.Semaphore(_BATCHES_AT_ONCE)

        async def read(chunk: list[Key]) -> list[Item]:
            async with gate:
                return await self._chunk(table, chunk)

        found = await asyncio.gather(*map(read, chunks))
        return {key_of(item): item for items in found for item in items}

    async def _chunk(self, table: str, keys: list[Key]) -> list[Item]:
        """DynamoDB leaves keys over when an answer would exceed 16 MB, or when it throttles."""
        found: list[Item] = []
        asked: list[Any] = [key.attributes for key in keys]
        while asked:
            async with aws_errors("dynamodb:BatchGetItem", mutation=False):
                answer = await self._client.batch_get_item(
                    RequestItems={table: {"Keys": asked, "ConsistentRead": True}}
                )
            found += answer["Responses"].get(table, [])
            left = list(answer["UnprocessedKeys"].get(table, {"Keys": []})["Keys"])
            if len(left) == len(asked):
                raise ThrottledError(f"dynamodb:BatchGetItem read none of {len(asked)} items of {table}")
            asked = left
        return found

    async def items(self, wanted: Range, *, limit: int | None = None) -> AsyncGenerator[Item, None]:
        """The items of a range in its order, at most ``limit``, page after page (API_Query)."""
        parameters = wanted.parameters()
        left = limit
        while left is None or left > 0:
            sizes = [size for size in (left, wanted.page_size) if size is not None]
            if sizes:
                parameters["Limit"] = min(sizes)
            async with aws_errors("dynamodb:Query", mutation=False):
                page = await self._client.query(**parameters)
            for item in page["Items"]:
                yield item
            if "LastEvaluatedKey" not in page:
                return
            parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]
            left = None if left is None else left - len(page["Items"])
