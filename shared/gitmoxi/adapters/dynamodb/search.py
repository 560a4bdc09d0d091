"""Finding deployments for people: the narrowest index gives candidates, newest first."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from gitmoxi.adapters.dynamodb import keys
from gitmoxi.adapters.dynamodb.reader import Index, Range, Reader
from gitmoxi.adapters.dynamodb.wire import Item, key_of, text_of
from gitmoxi.domain.states import Status
from gitmoxi.ports.ledger import DeploymentFilter

_MONTHS = 13
"""A list that is narrowed neither to a commit nor to a target goes back a year."""

_MOST_CANDIDATES = 5_000
"""A rare match among very many deployments is not searched for without end."""

_PAGE_SIZE = 100

_BY_COMMIT = Index(name="by_commit", pk="gsi_commit_pk", sk="gsi_commit_sk")
_BY_TARGET = Index(name="by_target", pk="gsi_target_pk", sk="gsi_target_sk")
_BY_STATUS = Index(name="by_status", pk="gsi_status_pk", sk="gsi_status_sk")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Partitions of an index whose entries, as one list, come newest first."""

    index: Index
    partitions: tuple[str, ...]


class CandidateSearch:
    """Looks in the indexes of the deployments' table ``table``."""

    def __init__(self, reader: Reader, table: str) -> None:
        self._reader = reader
        self._table = table

    async def batches(
        self, wanted: DeploymentFilter, *, now: datetime, size: int
    ) -> AsyncGenerator[list[str], None]:
        """Ids of deployments that may match, newest first; each is to be read and checked."""
        seen: dict[str, None] = {}
        batch: list[str] = []
        async with aclosing(self._entries(wanted, now)) as entries:
            async for entry in entries:
                deployment_id = keys.id_of_head(key_of(entry))
                if deployment_id in seen:
                    continue  # it changed its status, and so its partition, while we read
                seen[deployment_id] = None
                batch.append(deployment_id)
                if len(batch) == size:
                    yield batch
                    batch = []
                if len(seen) == _MOST_CANDIDATES:
                    break
        if batch:
            yield batch

    async def _entries(self, wanted: DeploymentFilter, now: datetime) -> AsyncGenerator[Item, None]:
        for source in _sources(wanted, now):
            async with aclosing(self._merged(source)) as entries:
                async for entry in entries:
                    yield entry

    async def _merged(self, source: _Source) -> AsyncGenerator[Item, None]:
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(aclosing(self._reader.items(self._range(source.index, pk))))
                for pk in source.partitions
            ]
            newest = [(await anext(stream, None), stream) for stream in streams]
            while standing := [(item, stream) for item, stream in newest if item is not None]:
                item, stream = max(standing, key=lambda pair: text_of(pair[0], source.index.sk))
                yield item
                newest = [pair for pair in standing if pair[1] is not stream]
                newest.append((await anext(stream, None), stream))

    def _range(self, index: Index, partition: str) -> Range:
        return Range(table=self._table, pk=partition, index=index, newest_first=True, page_size=_PAGE_SIZE)


def _sources(wanted: DeploymentFilter, now: datetime) -> Iterator[_Source]:
    if wanted.commit_sha is not None:
        yield _Source(index=_BY_COMMIT, partitions=(keys.commit_partition(wanted.commit_sha),))
        return
    if wanted.target_id is not None:
        yield _Source(index=_BY_TARGET, partitions=(keys.target_partition(wanted.target_id),))
        return
    statuses = (wanted.status,) if wanted.status is not None else tuple(Status)
    for month in islice(_months_back(now), _MONTHS):
        partitions = tuple(keys.status_partition(status, month) for status in statuses)
        yield _Source(index=_BY_STATUS, partitions=partitions)


def _months_back(now: datetime) -> Iterator[str]:
    """Months as in the index, newest first; the next one is included, for clocks differ."""
    months = now.year * 12 + now.month
    while months >= 0:
        yield f"{months // 12:04}-{months % 12 + 1:02}"
        months -= 1
