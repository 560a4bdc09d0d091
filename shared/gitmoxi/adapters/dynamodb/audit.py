"""The audit trail: a chain of hashes that is only ever appended to, so that tampering shows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.adapters.codec import encode
from gitmoxi.adapters.dynamodb import keys
from gitmoxi.adapters.dynamodb.items import RECORD, record_of
from gitmoxi.adapters.dynamodb.reader import Range, Reader
from gitmoxi.adapters.dynamodb.wire import Item, key_of, text, text_of
from gitmoxi.domain.records import AuditEntry
from gitmoxi.errors import ContentionError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

_ATTEMPTS = 20
"""So many others may be faster than one entry, which waits for none of them."""

_START = ""
"""Stands for the hash before the first entry."""


class AuditTrail:
    """Entries numbered from 1; each carries the hash of the one before, and of itself with that.

    Nothing here updates or deletes, and the services' roles permit neither.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._reader = Reader(client)
        self._table = table

    async def append(self, entry: AuditEntry) -> None:
        """Add ``entry``; the newest entry again is not added twice.

        Raises:
            ContentionError: too many others append at the same time.
        """
        record = encode(entry)
        for _ in range(_ATTEMPTS):
            last = await self._last()
            if last is not None and text_of(last, RECORD) == record:
                return
            if await self._put(record, last):
                return
        raise ContentionError(f"audit entry {entry.id} found no place in {_ATTEMPTS} attempts")

    async def newest(self, limit: int) -> list[AuditEntry]:
        """The entries, newest first."""
        wanted = Range(table=self._table, pk=keys.AUDIT, newest_first=True)
        return [record_of(AuditEntry, item) async for item in self._reader.items(wanted, limit=limit)]

    async def broken_at(self) -> int | None:
        """The number of the first entry that does not fit its predecessor; None when the chain is whole.

        That the newest entries were cut off cannot be seen in a chain.
        """
        previous, number = _START, 0
        async for item in self._reader.items(Range(table=self._table, pk=keys.AUDIT)):
            number += 1
            expected = _link(number, previous, text_of(item, RECORD))
            if key_of(item) != keys.audit_entry(number) or text_of(item, "hash") != expected:
                return number
            previous = expected
        return None

    async def _last(self) -> Item | None:
        newest = Range(table=self._table, pk=keys.AUDIT, newest_first=True)
        found = [item async for item in self._reader.items(newest, limit=1)]
        return found[0] if found else None

    async def _put(self, record: str, last: Item | None) -> bool:
        """Whether the place after ``last`` was still free (API_PutItem)."""
        number = 1 if last is None else int(key_of(last).sk) + 1
        previous = _START if last is None else text_of(last, "hash")
        item = {
            **keys.audit_entry(number).attributes,
            RECORD: text(record),
            "hash": text(_link(number, previous, record)),
        }
        async with aws_errors("dynamodb:PutItem", mutation=True):
            try:
                await self._client.put_item(
                    TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True


def _link(number: int, previous: str, record: str) -> str:
    return hashlib.sha256(f"{number}\n{previous}\n{record}".encode()).hexdigest()
