"""PutEvents: groups of ten, and the failed entries of a group repeated."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from faststream_sqs.engine.clock import Clock

if TYPE_CHECKING:
    from types_aiobotocore_events import EventBridgeClient
    from types_aiobotocore_events.type_defs import PutEventsRequestEntryTypeDef, PutEventsResultEntryTypeDef

logger = logging.getLogger(__name__)

ENTRIES_PER_CALL = 10
MAX_REQUEST_BYTES = 1_000_000
"""PutEvents takes ten entries and 1 MB, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html."""

MAX_DETAIL_TYPE_LENGTH = 128
RETRY_DELAYS_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6)
RETRYABLE_CODES = frozenset({"InternalFailure", "InternalException", "ThrottlingException"})
"""https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html"""

_TIME_BYTES = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """One event to put; `detail` is its JSON object as text, `bus` a name or ARN.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    """

    bus: str
    source: str
    detail_type: str
    detail: str
    resources: tuple[str, ...] = ()
    time: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("bus", "source", "detail_type"):
            if not getattr(self, name):
                raise ValueError(f"an event needs a {name}: EventBridge rejects entries without one")
        if len(self.detail_type) > MAX_DETAIL_TYPE_LENGTH:
            raise ValueError(
                f"detail_type {self.detail_type!r} has more than {MAX_DETAIL_TYPE_LENGTH} characters"
            )
        if self.size_bytes > MAX_REQUEST_BYTES:
            raise ValueError(
                f"the {self.detail_type!r} event has {self.size_bytes} bytes, "
                f"PutEvents takes {MAX_REQUEST_BYTES}; "
                "store the content and send its address"
            )

    @property
    def size_bytes(self) -> int:
        """As EventBridge counts, https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html."""
        texts = (self.source, self.detail_type, self.detail, *self.resources)
        return sum(len(text.encode()) for text in texts) + (_TIME_BYTES if self.time else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFailure:
    """An event EventBridge did not take: its place among those given, and EventBridge's error."""

    index: int
    detail_type: str
    code: str
    message: str


class PutEventsError(Exception):
    """Some events were not taken, after the repeats; all others were."""

    def __init__(self, failures: Sequence[EventFailure]) -> None:
        self.failures = tuple(failures)
        shown = "; ".join(f"#{f.index} {f.detail_type}: {f.code} {f.message}".rstrip() for f in failures)
        super().__init__(f"EventBridge did not take {len(failures)} events: {shown}")


class EventSender:
    """Puts events on buses."""

    def __init__(self, *, client: "EventBridgeClient", clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def put(self, entries: Sequence[EventEntry]) -> list[str]:
        """Puts all entries and returns their event ids in the same order.

        https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html

        Raises:
            PutEventsError: Some entries were refused, or failed every repeat; the others are on their bus.
            botocore.exceptions.ClientError: A whole call failed; of the groups of ten before it all entries
                that did not fail are on their bus.
        """
        ids: dict[int, str] = {}
        failures: list[EventFailure] = []
        for group in _groups(entries):
            failures += await self._put_group(entries, group, ids)
        if failures:
            raise PutEventsError(failures)
        return [ids[index] for index in range(len(entries))]

    async def _put_group(
        self, entries: Sequence[EventEntry], group: list[int], ids: dict[int, str]
    ) -> list[EventFailure]:
        """Puts one group, repeating what may succeed later; fills in `ids`, returns what failed for good."""
        failures: list[EventFailure] = []
        for delay in (*RETRY_DELAYS_SECONDS, None):
            response = await self._client.put_events(
                Entries=[_request_entry(entries[index]) for index in group]
            )
            repeat: list[int] = []
            for index, result in zip(group, response["Entries"], strict=True):
                if event_id := result.get("EventId"):
                    ids[index] = event_id
                elif delay is not None and result.get("ErrorCode") in RETRYABLE_CODES:
                    repeat.append(index)
                else:
                    failures.append(_failure(index, entries[index], result))
            if not repeat or delay is None:
                break
            logger.warning(
                "EventBridge did not take %d of %d events, repeating them", len(repeat), len(group)
            )
            group = repeat
            await self._clock.sleep(delay)
        return failures


def _groups(entries: Sequence[EventEntry]) -> Iterator[list[int]]:
    """Indexes in groups that one call takes, by number and by size."""
    group: list[int] = []
    size = 0
    for index, entry in enumerate(entries):
        if group and (len(group) == ENTRIES_PER_CALL or size + entry.size_bytes > MAX_REQUEST_BYTES):
            yield group
            group, size = [], 0
        group.append(index)
        size += entry.size_bytes
    if group:
        yield group


def _request_entry(entry: EventEntry) -> "PutEventsRequestEntryTypeDef":
    request: PutEventsRequestEntryTypeDef = {
        "EventBusName": entry.bus,
        "Source": entry.source,
        "DetailType": entry.detail_type,
        "Detail": entry.detail,
    }
    if entry.resources:
        request["Resources"] = list(entry.resources)
    if entry.time:
        request["Time"] = entry.time
    return request


def _failure(index: int, entry: EventEntry, result: "PutEventsResultEntryTypeDef") -> EventFailure:
    return EventFailure(
        index=index,
        detail_type=entry.detail_type,
        code=result.get("ErrorCode", "no error code"),
        message=result.get("ErrorMessage", ""),
    )
