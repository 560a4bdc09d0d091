"""Records as items: the record as one JSON attribute, and beside it only what keys and conditions need."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from gitmoxi.adapters.codec import decode, encode, instant
from gitmoxi.adapters.dynamodb import keys
from gitmoxi.adapters.dynamodb.wire import Item, Key, key_of, number, text, text_of
from gitmoxi.domain.deployments import Deployment, shard_of
from gitmoxi.domain.dryruns import DryRun
from gitmoxi.domain.records import Branch, Commit, PushRecord, Repository

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb.type_defs import UniversalAttributeValueTypeDef as Attribute

Record = TypeVar("Record")

RECORD = "record"
"""The attribute with the record's JSON."""

_KEEP_PUSHES = timedelta(days=30)
"""Nobody asks for the answer to an older delivery; senders choose the ids, so their number is not ours."""


def plain_item(key: Key, record: object) -> dict[str, Attribute]:
    """The item of a record that no index or condition looks into."""
    return {**key.attributes, RECORD: text(encode(record))}


def record_of(kind: type[Record], item: Item) -> Record:
    """The record of class ``kind`` in a stored item.

    Raises:
        InvariantError: the item holds no such record.
    """
    return decode(kind, text_of(item, RECORD), key=str(key_of(item)))


def head_item(deployment: Deployment) -> dict[str, Attribute]:
    """HEAD: DynamoDB bills by the kilobyte written, and every tick writes it."""
    created = keys.newest(deployment.created_at, deployment.id)
    month = instant(deployment.created_at)[: len("2026-11")]
    item = plain_item(keys.head(deployment.id), deployment) | {
        "version": number(deployment.version),
        "owner": text(deployment.owner),
        "gsi_commit_pk": text(keys.commit_partition(deployment.origin.commit_sha)),
        "gsi_commit_sk": text(created),
        "gsi_status_pk": text(keys.status_partition(deployment.state.status, month)),
        "gsi_status_sk": text(created),
    }
    if deployment.target is not None:
        item["gsi_target_pk"] = text(keys.target_partition(deployment.target.id))
        item["gsi_target_sk"] = text(created)
    if deployment.next_at is not None:
        item["due_pk"] = text(keys.due(deployment.owner, shard_of(deployment.id)))
        item["due_at"] = text(instant(deployment.next_at))
    return item


def commit_item(commit: Commit) -> dict[str, Attribute]:
    """A commit, to be found by its hash too."""
    key = keys.commit(commit.repository_id, commit.branch, commit.seq)
    return plain_item(key, commit) | {
        "sha_pk": text(keys.sha_partition(commit.sha)),
        "sha_sk": text(f"{commit.sha}#{key.pk}#{key.sk}"),
    }


def branch_item(branch: Branch) -> dict[str, Attribute]:
    """A branch, with the number that its next writer must know."""
    return plain_item(keys.branch(branch.repository_id, branch.name), branch) | {"seq": number(branch.seq)}


def repository_item(repository: Repository) -> dict[str, Attribute]:
    """A registration, with the revision that its next writer must know."""
    return plain_item(keys.repository(repository.id), repository) | {"revision": number(repository.revision)}


def push_item(push: PushRecord) -> dict[str, Attribute]:
    """The answer to a delivery; DynamoDB deletes it some time after ``expires_at``."""
    expires_at = int((push.at + _KEEP_PUSHES).timestamp())
    return plain_item(keys.push(push.delivery_id), push) | {"expires_at": number(expires_at)}


def dry_run_item(dry_run: DryRun) -> dict[str, Attribute]:
    """A dry run, with the state that its next writer must know; kept as long as it says itself."""
    return plain_item(keys.dry_run(dry_run.id), dry_run) | {
        "state": text(dry_run.state),
        "expires_at": number(int(dry_run.expires_at.timestamp())),
    }
