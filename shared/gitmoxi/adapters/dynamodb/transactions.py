"""Our writes as the parts of API_TransactWriteItems, and its refusals as our errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, assert_never

from gitmoxi.adapters.codec import encode
from gitmoxi.adapters.dynamodb import keys
from gitmoxi.adapters.dynamodb.items import (
    RECORD,
    branch_item,
    commit_item,
    dry_run_item,
    head_item,
    plain_item,
)
from gitmoxi.adapters.dynamodb.wire import Item, Key, Tables, number, text
from gitmoxi.domain.deployments import shard_of
from gitmoxi.domain.records import Ownership
from gitmoxi.errors import AwsRejectedError, ContentionError, GitmoxiError, ThrottledError
from gitmoxi.ports.ledger import (
    CheckLease,
    CreateDeployment,
    DeleteOrphan,
    DeleteOwnership,
    OutboxEvent,
    PutBranch,
    PutCommand,
    PutCommit,
    PutDryRun,
    PutOrphan,
    PutOutbox,
    PutOwnership,
    PutPlan,
    PutStep,
    PutTarget,
    UpdateDeployment,
    Write,
)
from gitmoxi.ports.watches import DeleteWatch, PutWatch

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb.type_defs import UniversalAttributeValueTypeDef as Attribute

Part = Mapping[str, Any]
"""One member of ``TransactItems``."""

_ALWAYS: Part = {}
_ABSENT: Part = {"ConditionExpression": "attribute_not_exists(pk)"}

_CONTENDED = {
    "ConditionalCheckFailed": "somebody else wrote it first",
    "TransactionConflict": "somebody else is writing it",
    "DuplicateItem": "it exists",
}
_THROTTLED = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "RequestLimitExceeded"})


def part_of(write: Write, tables: Tables) -> Part:  # noqa: C901, PLR0912 - one line for each kind of write
    """The part of a transaction that carries out ``write``."""
    match write:
        case CreateDeployment():
            return _put(tables.deployments, head_item(write.deployment), _ABSENT)
        case UpdateDeployment():
            condition = _equals("version", number(write.expected_version))
            return _put(tables.deployments, head_item(write.deployment), condition)
        case PutStep(step=step):
            return _put(
                tables.deployments, plain_item(keys.step(step.deployment_id, step.version), step), _ALWAYS
            )
        case PutPlan(plan=plan):
            return _put(tables.deployments, plain_item(keys.plan(plan.deployment_id), plan), _ALWAYS)
        case PutCommand(command=command):
            key = keys.command(command.deployment_id, command.id)
            return _put(tables.deployments, plain_item(key, command), _ALWAYS)
        case PutTarget():
            return _update_target(tables.targets, write)
        case CheckLease():
            return _check(
                tables.targets,
                keys.target(write.target_id),
                _equals("lease_epoch", number(write.lease_epoch)),
            )
        case PutOwnership(ownership=ownership):
            return _put(tables.targets, plain_item(ownership_key(ownership), ownership), _ALWAYS)
        case DeleteOwnership(ownership=ownership):
            return _delete(tables.targets, ownership_key(ownership))
        case PutOrphan(orphan=orphan):
            return _put(tables.targets, plain_item(keys.orphan(orphan.target.id), orphan), _ALWAYS)
        case DeleteOrphan(target=target):
            return _delete(tables.targets, keys.orphan(target.id))
        case PutWatch(watch=watch):
            return _put(tables.deployments, keys.watch(watch).attributes, _ALWAYS)
        case DeleteWatch(watch=watch):
            return _delete(tables.deployments, keys.watch(watch))
        case PutBranch():
            return _put(tables.repositories, branch_item(write.branch), _seq(write.expected_seq))
        case PutCommit():
            return _put(tables.commits, commit_item(write.commit), _ABSENT if write.create else _ALWAYS)
        case PutDryRun(dry_run=dry_run, expected_state=state):
            condition = _ABSENT if state is None else _equals("state", text(state))
            return _put(tables.deployments, dry_run_item(dry_run), condition)
        case PutOutbox(event=event):
            return _put(tables.outbox, plain_item(outbox_key(event), event), _ALWAYS)
    assert_never(write)


def ownership_key(ownership: Ownership) -> Key:
    """Where an ownership lies."""
    return keys.ownership(ownership.repository_id, ownership.branch, ownership.prefix)


def outbox_key(event: OutboxEvent) -> Key:
    """Where an event waits until it is published."""
    return Key(keys.outbox(event.owner, shard_of(event.id)), event.id)


def cancellation(reasons: Sequence[Mapping[str, Any]], names: Sequence[str]) -> GitmoxiError:
    """The error for a cancelled transaction; ``reasons`` stand in the order of the writes.

    Throttling comes first: it says nothing about the records, so the same writes may be tried again.
    """
    failed = [
        (str(reason.get("Code")), str(reason.get("Message", "")), name)
        for reason, name in zip(reasons, names, strict=False)  # an answer cut short has none
        if reason.get("Code", "None") != "None"
    ]
    throttled = [name for code, _, name in failed if code in _THROTTLED]
    if throttled:
        return ThrottledError(f"dynamodb:TransactWriteItems was throttled at {', '.join(throttled)}")
    for code, message, name in failed:
        if code not in _CONTENDED:
            return AwsRejectedError(
                operation="dynamodb:TransactWriteItems", code=code, reason=f"{name}: {message}"
            )
    lost = "; ".join(f"{name}: {_CONTENDED[code]}" for code, _, name in failed)
    return ContentionError(f"the transaction was not carried out: {lost or 'DynamoDB gave no reason'}")


def _put(table: str, item: Item, condition: Part) -> Part:
    return {"Put": {"TableName": table, "Item": item, **condition}}


def _check(table: str, key: Key, condition: Part) -> Part:
    return {"ConditionCheck": {"TableName": table, "Key": key.attributes, **condition}}


def _delete(table: str, key: Key) -> Part:
    return {"Delete": {"TableName": table, "Key": key.attributes}}


def _update_target(table: str, write: PutTarget) -> Part:
    """Only our own attributes are set: the lease lies on the same item."""
    conditions = [
        "attribute_not_exists(#revision)" if write.expected_revision == 0 else "#revision = :expected"
    ]
    names = {"#revision": "revision", "#record": RECORD}
    values = {":revision": number(write.record.revision), ":record": text(encode(write.record))}
    if write.expected_revision != 0:
        values[":expected"] = number(write.expected_revision)
    if write.lease_epoch is not None:
        conditions.append("#epoch = :epoch")
        names["#epoch"] = "lease_epoch"
        values[":epoch"] = number(write.lease_epoch)
    return {
        "Update": {
            "TableName": table,
            "Key": keys.target(write.record.target.id).attributes,
            "UpdateExpression": "SET #revision = :revision, #record = :record",
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
    }


def _equals(attribute: str, expected: Attribute) -> Part:
    """A condition that fails too when the attribute, or the whole item, is absent."""
    return {
        "ConditionExpression": "#expected = :expected",
        "ExpressionAttributeNames": {"#expected": attribute},
        "ExpressionAttributeValues": {":expected": expected},
    }


def revision_condition(expected: int) -> Part:
    """That a registration has this revision; 0: that there is none.

    The first revisions of all were stored without the attribute.
    """
    if expected == 0:
        return _ABSENT
    condition = dict(_equals("revision", number(expected)))
    if expected == 1:
        absent = "(attribute_exists(pk) AND attribute_not_exists(#expected))"
        condition["ConditionExpression"] = f"#expected = :expected OR {absent}"
    return condition


def _seq(expected: int) -> Part:
    """A branch that is not stored yet has the number 0."""
    condition = dict(_equals("seq", number(expected)))
    if expected == 0:
        condition["ConditionExpression"] = "attribute_not_exists(#expected) OR #expected = :expected"
    return condition
