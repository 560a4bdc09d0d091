"""Leases as conditional writes on the items of targets."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.adapters.dynamodb import keys
from gitmoxi.adapters.dynamodb.wire import Item, Tables, number, number_of, text, text_of
from gitmoxi.domain.targets import Target
from gitmoxi.errors import InvariantError
from gitmoxi.ports.leases import LeaseGrant, LeaseRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_aiobotocore_dynamodb import DynamoDBClient

_NAMES = {"#owner": "lease_owner", "#epoch": "lease_epoch", "#nonce": "lease_nonce"}

_TAKE = "SET #owner = :owner, #nonce = :nonce, #epoch = if_not_exists(#epoch, :zero) + :one"
_FREE = "attribute_not_exists(#owner)"
_AS_SEEN = "(#owner = :seen_owner AND #nonce = :seen_nonce AND #epoch = :seen_epoch)"


class DynamoLeaseStore:
    """The lease attributes ``lease_owner``, ``lease_epoch`` and ``lease_nonce``; no owner means free.

    A take that is repeated with its nonce, by the SDK or after an answer was lost, gets its grant: the
    nonce tells that the lease that stands is its own.
    """

    def __init__(self, client: DynamoDBClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.targets

    async def take(
        self, target: Target, *, owner: str, nonce: str, seen: LeaseRow | None
    ) -> LeaseGrant | LeaseRow:
        """Take the lease (API_UpdateItem).

        Raises:
            ContentionError: a transaction is writing the target at this moment.
        """
        async with aws_errors("dynamodb:UpdateItem", mutation=True):
            try:
                answer: Mapping[str, Any] = await self._client.update_item(
                    TableName=self._table,
                    Key=keys.target(target.id).attributes,
                    UpdateExpression=_TAKE,
                    ReturnValues="UPDATED_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **_condition(owner, nonce, seen),
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return _standing(error.response, nonce)
        return _grant(answer, number_of(answer["Attributes"], "lease_epoch"), nonce)

    async def release(self, target: Target, *, nonce: str) -> None:
        """Free the lease (API_UpdateItem)."""
        async with aws_errors("dynamodb:UpdateItem", mutation=True):
            try:
                await self._client.update_item(
                    TableName=self._table,
                    Key=keys.target(target.id).attributes,
                    UpdateExpression="REMOVE #owner",
                    ConditionExpression="#nonce = :nonce",
                    ExpressionAttributeNames={"#owner": "lease_owner", "#nonce": "lease_nonce"},
                    ExpressionAttributeValues={":nonce": text(nonce)},
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise


def _condition(owner: str, nonce: str, seen: LeaseRow | None) -> dict[str, Any]:
    values = {":owner": text(owner), ":nonce": text(nonce), ":zero": number(0), ":one": number(1)}
    condition = _FREE
    if seen is not None and seen.owner is not None:
        condition = f"{_FREE} OR {_AS_SEEN}"
        values[":seen_owner"] = text(seen.owner)
        values[":seen_nonce"] = text(seen.nonce)
        values[":seen_epoch"] = number(seen.epoch)
    return {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": _NAMES,
        "ExpressionAttributeValues": values,
    }


def _standing(refusal: Mapping[str, Any], nonce: str) -> LeaseGrant | LeaseRow:
    """What stands instead, from a refusal with the old item; our own nonce means that we hold it."""
    item: Item = refusal["Item"]
    row = LeaseRow(
        owner=text_of(item, "lease_owner"),
        epoch=number_of(item, "lease_epoch"),
        nonce=text_of(item, "lease_nonce"),
    )
    return _grant(refusal, row.epoch, nonce) if row.nonce == nonce else row


def _grant(answer: Mapping[str, Any], epoch: int, nonce: str) -> LeaseGrant:
    return LeaseGrant(epoch=epoch, nonce=nonce, server_time=_date_of(answer))


def _date_of(answer: Mapping[str, Any]) -> datetime:
    """The ``Date`` header: DynamoDB's clock in whole seconds."""
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if date is None:
        raise InvariantError("DynamoDB's answer has no Date header, so there is no time to decide by")
    return parsedate_to_datetime(date)
