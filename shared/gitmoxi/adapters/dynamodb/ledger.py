"""The ledger on DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.adapters.codec import instant
from gitmoxi.adapters.dynamodb import keys
from gitmoxi.adapters.dynamodb.audit import AuditTrail
from gitmoxi.adapters.dynamodb.items import push_item, record_of, repository_item
from gitmoxi.adapters.dynamodb.reader import Index, Range, Reader
from gitmoxi.adapters.dynamodb.search import CandidateSearch
from gitmoxi.adapters.dynamodb.transactions import cancellation, outbox_key, part_of, revision_condition
from gitmoxi.adapters.dynamodb.wire import Item, Key, Tables, key_of, number_of, text_of
from gitmoxi.adapters.matching import check_sha_prefix, matches
from gitmoxi.adapters.writes import check_repository, check_writes, name_of
from gitmoxi.domain.deployments import Command, Deployment, PlanRecord, Step
from gitmoxi.domain.dryruns import DryRun
from gitmoxi.domain.records import (
    AuditEntry,
    Branch,
    Commit,
    Orphan,
    Ownership,
    PushRecord,
    Repository,
    TargetRecord,
)
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import Target
from gitmoxi.errors import ContentionError, CorruptRecordError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.ledger import DeploymentFilter, DueDeployment, OutboxEvent, Write
from gitmoxi.ports.watches import AlarmName

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient
    from types_aiobotocore_dynamodb.type_defs import UniversalAttributeValueTypeDef as Attribute

Record = TypeVar("Record")

_BY_SHA = Index(name="by_sha", pk="sha_pk", sk="sha_sk")
_DUE = Index(name="due", pk="due_pk", sk="due_at")
_SEARCH_BATCH = 50


class DynamoLedger:
    """The ledger through an aiobotocore client of DynamoDB.

    ``clock`` only tells in which month a search begins.
    """

    def __init__(self, client: DynamoDBClient, tables: Tables, clock: Clock) -> None:
        self._client = client
        self._tables = tables
        self._clock = clock
        self._reader = Reader(client)
        self._candidates = CandidateSearch(self._reader, tables.deployments)
        self._audit = AuditTrail(client, tables.audit)

    async def transact(self, writes: Sequence[Write]) -> None:
        """Carry out all of ``writes`` or none (API_TransactWriteItems).

        The token makes the SDK's own repeats harmless: without it, a repeat after a lost answer would
        fail on what the first request wrote.
        """
        check_writes(writes)
        if not writes:
            return
        parts: list[Any] = [part_of(write, self._tables) for write in writes]
        async with aws_errors("dynamodb:TransactWriteItems", mutation=True):
            try:
                await self._client.transact_write_items(
                    TransactItems=parts,
                    ClientRequestToken=str(uuid4()),
                )
            except ClientError as error:
                if error_code(error) != "TransactionCanceledException":
                    raise
                reasons = error.response.get("CancellationReasons", [])
                raise cancellation(reasons, [name_of(write) for write in writes]) from error

    async def deployment(self, deployment_id: str) -> Deployment | None:
        return await self._get(Deployment, self._tables.deployments, keys.head(deployment_id))

    async def deployments(self, deployment_ids: Sequence[str]) -> list[Deployment]:
        wanted = [keys.head(deployment_id) for deployment_id in deployment_ids]
        found = await self._reader.batch(self._tables.deployments, wanted)
        return list(_readable(found[key] for key in wanted if key in found))

    async def plan(self, deployment_id: str) -> PlanRecord | None:
        return await self._get(PlanRecord, self._tables.deployments, keys.plan(deployment_id))

    async def steps(self, deployment_id: str) -> list[Step]:
        wanted = Range(
            table=self._tables.deployments,
            pk=keys.deployment(deployment_id),
            first=keys.STEP,
            last=keys.STEP + keys.HIGHEST,
        )
        return await self._list(Step, wanted)

    async def commands(self, deployment_id: str, after: str) -> list[Command]:
        wanted = Range(
            table=self._tables.deployments,
            pk=keys.deployment(deployment_id),
            first=keys.COMMAND + after,
            last=keys.COMMAND + keys.HIGHEST,
        )
        return [command for command in await self._list(Command, wanted) if command.id > after]

    async def target(self, target: Target) -> TargetRecord:
        item = await self._reader.get(self._tables.targets, keys.target(target.id))
        if item is None or "revision" not in item:  # a lease may have been taken before the first write
            return TargetRecord(target=target)
        return record_of(TargetRecord, item)

    async def ownership(self, repository_id: str, branch: str, prefix: str) -> Ownership | None:
        key = keys.ownership(repository_id, branch, prefix)
        return await self._get(Ownership, self._tables.targets, key)

    async def ownerships(self, repository_id: str, branch: str) -> list[Ownership]:
        wanted = Range(table=self._tables.targets, pk=keys.ownerships(repository_id, branch))
        return await self._list(Ownership, wanted)

    async def orphan(self, target: Target) -> Orphan | None:
        return await self._get(Orphan, self._tables.targets, keys.orphan(target.id))

    async def orphans(self) -> list[Orphan]:
        return await self._list(Orphan, Range(table=self._tables.targets, pk=keys.ORPHANS))

    async def watchers(self, alarm: AlarmName) -> list[str]:
        wanted = Range(table=self._tables.deployments, pk=keys.watches(alarm))
        return [key_of(item).sk async for item in self._reader.items(wanted)]

    async def branch(self, repository_id: str, name: str) -> Branch:
        stored = await self._get(Branch, self._tables.repositories, keys.branch(repository_id, name))
        return stored or Branch(repository_id=repository_id, name=name)

    async def commit(self, repository_id: str, branch: str, seq: int) -> Commit | None:
        return await self._get(Commit, self._tables.commits, keys.commit(repository_id, branch, seq))

    async def commits(self, repository_id: str, branch: str, limit: int) -> list[Commit]:
        pk = keys.commits(repository_id, branch)
        return await self._list(Commit, Range(table=self._tables.commits, pk=pk, newest_first=True), limit)

    async def commits_by_sha(self, sha: str) -> list[Commit]:
        check_sha_prefix(sha)
        wanted = Range(
            table=self._tables.commits,
            index=_BY_SHA,
            pk=keys.sha_partition(sha),
            first=sha,
            last=sha + keys.HIGHEST,
        )
        return await self._list(Commit, wanted)

    async def dry_run(self, dry_run_id: str) -> DryRun | None:
        return await self._get(DryRun, self._tables.deployments, keys.dry_run(dry_run_id))

    async def search(self, wanted: DeploymentFilter, limit: int) -> list[Deployment]:
        found: list[Deployment] = []
        batches = self._candidates.batches(wanted, now=self._clock.now(), size=_SEARCH_BATCH)
        async with aclosing(batches):
            async for batch in batches:
                found += [head for head in await self.deployments(batch) if matches(head, wanted)]
                if len(found) >= limit:
                    break
        return found[:limit]

    async def due(self, owner: Worker, shard: int, now: datetime, limit: int) -> list[DueDeployment]:
        wanted = Range(
            table=self._tables.deployments, index=_DUE, pk=keys.due(owner, shard), last=instant(now)
        )
        return [_due(item) async for item in self._reader.items(wanted, limit=limit)]

    async def set_aside(self, deployment_id: str) -> bool:
        """Remove the keys of the index (API_UpdateItem); the next write of HEAD sets them again."""
        async with aws_errors("dynamodb:UpdateItem", mutation=True):
            try:
                await self._client.update_item(
                    TableName=self._tables.deployments,
                    Key=keys.head(deployment_id).attributes,
                    UpdateExpression="REMOVE due_pk, due_at",
                    ConditionExpression="attribute_exists(due_pk)",
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    async def outbox(self, owner: Worker, shard: int, limit: int) -> list[OutboxEvent]:
        return await self._list(
            OutboxEvent, Range(table=self._tables.outbox, pk=keys.outbox(owner, shard)), limit
        )

    async def delete_outbox(self, event: OutboxEvent) -> None:
        await self._delete(self._tables.outbox, outbox_key(event))

    async def put_repository(self, repository: Repository, *, expected_revision: int = 0) -> None:
        """Put the item under a condition (API_PutItem); the SDK may repeat it after its answer was lost.

        Such a repeat fails on what the first one wrote, which is then the very record: that is no failure.
        """
        check_repository(repository, expected_revision)
        async with aws_errors("dynamodb:PutItem", mutation=True):
            try:
                await self._client.put_item(
                    TableName=self._tables.repositories,
                    Item=repository_item(repository),
                    **revision_condition(expected_revision),
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                if await self.repository(repository.id) != repository:
                    raise ContentionError(f"somebody else wrote first: repository {repository.id}") from error

    async def delete_repository(self, repository_id: str) -> None:
        """Forget the registration; the branches' numbers stay, for they never begin again."""
        await self._delete(self._tables.repositories, keys.repository(repository_id))

    async def repository(self, repository_id: str) -> Repository | None:
        return await self._get(Repository, self._tables.repositories, keys.repository(repository_id))

    async def repositories(self) -> list[Repository]:
        found = await self._list(Repository, Range(table=self._tables.repositories, pk=keys.REPOSITORIES))
        return sorted(found, key=lambda repository: (repository.url, repository.id))

    async def put_push(self, push: PushRecord) -> None:
        await self._put(self._tables.commits, push_item(push))

    async def push(self, delivery_id: str) -> PushRecord | None:
        return await self._get(PushRecord, self._tables.commits, keys.push(delivery_id))

    async def put_audit(self, entry: AuditEntry) -> None:
        await self._audit.append(entry)

    async def audit(self, limit: int) -> list[AuditEntry]:
        return await self._audit.newest(limit)

    async def _get(self, kind: type[Record], table: str, key: Key) -> Record | None:
        item = await self._reader.get(table, key)
        return None if item is None else record_of(kind, item)

    async def _list(self, kind: type[Record], wanted: Range, limit: int | None = None) -> list[Record]:
        return [record_of(kind, item) async for item in self._reader.items(wanted, limit=limit)]

    async def _put(self, table: str, item: dict[str, Attribute]) -> None:
        """Put one item whatever is stored (API_PutItem)."""
        async with aws_errors("dynamodb:PutItem", mutation=True):
            await self._client.put_item(TableName=table, Item=item)

    async def _delete(self, table: str, key: Key) -> None:
        """Delete one item, if it is there (API_DeleteItem)."""
        async with aws_errors("dynamodb:DeleteItem", mutation=True):
            await self._client.delete_item(TableName=table, Key=key.attributes)


def _readable(items: Iterable[Item]) -> Iterator[Deployment]:
    """One spoilt record hides no other; ``deployment`` tells what is wrong with it."""
    for item in items:
        with suppress(CorruptRecordError):
            yield record_of(Deployment, item)


def _due(item: Item) -> DueDeployment:
    return DueDeployment(
        deployment_id=keys.id_of_head(key_of(item)),
        version=number_of(item, "version") if "version" in item else 0,
        due_at=datetime.fromisoformat(text_of(item, "due_at")),
    )
